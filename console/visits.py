"""Which objects a person looked at last, from the addresses of the pages that were shown."""

from __future__ import annotations

import logging

from django.db import OperationalError
from django.http import HttpResponse
from django.urls import NoReverseMatch, get_script_prefix, reverse

from console import preferences
from console.http import Request
from console.names import MARK
from console.preferences import Visit

logger = logging.getLogger(__name__)

# By the first word of a page's name: the page of the object.
_PAGES = {"user": "user", "group": "group", "role": "role", "policy": "policy"}
_PROVIDERS = {"saml": "saml-provider", "oidc": "oidc-provider"}


def note(request: Request, response: HttpResponse) -> None:
    """Remember the object whose page this was; a page of a name that nobody has is none."""
    if request.method != "GET" or response.status_code != 200 or request.signed_in is None:
        return
    if (visit := _visit(request)) is not None:
        try:
            preferences.visited(request, response, visit)
        except OperationalError:
            logger.info("the database did not take a visit")  # the page is shown all the same


def _visit(request: Request) -> Visit | None:
    match = request.resolver_match
    if match is None or not match.url_name:
        return None
    word = match.url_name.partition("-")[0]
    page = (_PAGES | _PROVIDERS).get(word)
    named = dict(getattr(match, "captured_kwargs", {}))
    key = "segment" if word in _PROVIDERS else "name"
    name = named.get(key, "")
    if page is None or not name or "handoff_id" in named or name.startswith(MARK):
        return None
    of_page = {"shelf": named["shelf"]} if "shelf" in named else {}
    try:
        path = reverse(page, kwargs={**of_page, key: name})
    except NoReverseMatch:
        return None
    return Visit(word, name, "/" + path.removeprefix(get_script_prefix()))

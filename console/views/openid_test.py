"""Try a provider: what is checked of a pasted token, or of a sign-in that makes no session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.forms.openid import TokenForm
from console.http import Request
from console.permissions import Rights
from console.providers import Named, may_see_trust, of_provider, trusting_roles
from console.views.openid_provider import page, row_of
from federation import key_sets, openid_sign_in, web_identity
from federation.acs import RejectedError
from federation.checks import Log, Refused
from federation.minting import Wanted
from federation.models import FederatedAttempt, OidcProvider
from federation.oidc import token
from federation.openid_views import sent
from federation.saml_views import REQUEST_COOKIE, rejected
from federation.web_identity import Proven
from identity.errors import AwsError
from identity.models import Role

_MOST_ROLES = 50


@dataclass(frozen=True, slots=True)
class RoleResult:
    """Whether a role that trusts the provider can be assumed with the token; `why` not."""

    name: str
    why: str


@of_provider
def test(request: Request, named: Named) -> HttpResponse:
    """Nothing is kept of a pasted token, and nothing is made."""
    Rights(request).require("GetOpenIDConnectProvider", named.arn)
    provider = row_of(request, named)
    form = TokenForm(request.POST or None)
    shown: dict[str, Any] = {"checks": [], "roles": None}
    if form.is_valid():
        shown = _tried(request, provider, form.cleaned_data["token"].strip())
    elif attempt := _attempt(provider, request.GET.get("attempt", "")):
        shown = {"checks": attempt.checks, "roles": None, "attempt": attempt}
    return page(
        request,
        named,
        "test",
        form=form,
        lacks_way_in=key_sets.lacks_way_in(provider),
        offer=openid_sign_in.offering(provider.account_id, provider.url),
        **shown,
    )


def _tried(request: Request, provider: OidcProvider, text: str) -> dict[str, Any]:
    log, proven = Log(), None
    try:
        proven = web_identity.prove(provider, token.parse(text, log), request.facts, log)
        told = ""
    except Refused as problem:
        told = web_identity.error_of(problem, request.facts).message
    except AwsError as problem:
        told = problem.message
    roles = _roles(request, proven) if proven and may_see_trust(request) else None
    return {"checks": log.checks, "roles": roles, "told": told, "proven": proven}


def _roles(request: Request, proven: Proven) -> list[RoleResult]:
    names = trusting_roles(request.caller.account).get(proven.provider.arn, [])[:_MOST_ROLES]
    return [_result(request, proven, name) for name in names]


def _result(request: Request, proven: Proven, name: str) -> RoleResult:
    """What AssumeRoleWithWebIdentity would say; the log says why, the API's sentence does not."""
    role = Role.named_in(request.caller.account_id, name)
    special, log = proven.special, Log()
    session = Wanted(
        name="test-sign-in",
        tags=special.tags,
        transitive_keys=special.transitive_keys,
        source_identity=special.source_identity,
    )
    try:
        arn = role.arn if role else ""
        web_identity.role_for(proven, arn, role, request.facts, log, session)
    except AwsError as problem:
        failed = [check for check in log.checks if not check.passed]
        return RoleResult(name, failed[-1].found if failed else problem.message)
    return RoleResult(name, "")


def _attempt(provider: OidcProvider, given: str) -> FederatedAttempt | None:
    """A test sign-in of this provider, whoever made it."""
    try:
        found = UUID(given)
    except ValueError:
        return None
    return (
        FederatedAttempt.objects.about(provider)
        .filter(pk=found, surface=FederatedAttempt.TEST)
        .first()
    )


@require_safe
@of_provider
def sign_in(request: Request, named: Named) -> HttpResponse:
    """To the provider and back to the page that tells of it, without a session.

    By a link, since browsers hold redirects after a form to this site alone.
    """
    Rights(request).require("GetOpenIDConnectProvider", named.arn)
    provider = row_of(request, named)
    offer = openid_sign_in.offering(provider.account_id, provider.url)
    if offer is None:
        return page(request, named, "test", form=TokenForm(), checks=[], roles=None, offer=None)
    browser = request.COOKIES.get(REQUEST_COOKIE) or secrets.token_urlsafe(32)
    after = named.page_url("test")
    try:
        address = openid_sign_in.request_url(offer, browser, after, request.facts, test=True)
    except RejectedError as problem:
        return rejected(request, problem)
    return sent(address, browser)

"""The page that shows handed-over secrets, their CSV file, the sheet to print and Done."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import handoff, responses
from console.http import Request
from console.views import errors

USER_NAME, PASSWORD, SIGN_IN_URL = "User name", "Password", "Console sign-in URL"  # no secret
"""The columns that tools expect of who gets a console password (console.md 4.5)."""


def shown(
    request: Request,
    handoff_id: str,
    *,
    heading: str,
    trail: list[tuple[str, str]],
    secret: str,
    csv_url: str,
    after_url: str,
    lost: str,
    sheet_url: str = "",
) -> HttpResponse:
    """GET shows the values, POST ends it.

    `secret` is the label of the value that stays covered until Show is pressed, `lost` says what
    to do when it is lost later; a handover sheet is offered where there is one.
    """
    if request.method == "POST":
        return handoff.done(request, responses.SeeOther(after_url), handoff_id)
    secrets = handoff.take(request, handoff_id)
    if secrets is None:
        return errors.gone(request)
    return responses.page(
        request,
        "console/shown_once.html",
        heading=heading,
        trail=[{"label": label, "url": url} for label, url in trail],
        secrets=secrets,
        rows=[(row, mailto(row), next(iter(row.values()))) for row in secrets.rows],
        secret=secret,
        csv_url=csv_url,
        sheet_url=sheet_url,
        lost=lost,
    )


def mailto(row: Mapping[str, str]) -> str:
    """A message (RFC 6068) with the way to sign in and without the password; "" where is none."""
    if SIGN_IN_URL not in row:
        return ""
    subject = _("How to sign in")
    body = _(
        "You can sign in at:\n%(url)s\n\nUser name: %(name)s\n\nYou get the password another way."
    ) % {"url": row[SIGN_IN_URL], "name": row[USER_NAME]}
    return (
        f"mailto:?subject={quote(subject)}&body={quote(body.replace(chr(10), chr(13) + chr(10)))}"
    )


def sheet(request: Request, handoff_id: str, back_url: str) -> HttpResponse:
    """The same on paper, a sheet for each person; 410 when the secrets are gone."""
    secrets = handoff.take(request, handoff_id)
    if secrets is None:
        return errors.gone(request)
    names = {"user_name": USER_NAME, "password": PASSWORD, "url": SIGN_IN_URL}
    people = [{key: row[label] for key, label in names.items()} for row in secrets.rows]
    context = {"people": people, "until": secrets.until, "back_url": back_url}
    return responses.page(request, "console/handover.html", **context)


def csv_file(request: Request, handoff_id: str, name: str) -> HttpResponse:
    """The same secrets as a file; 410 when they are gone."""
    secrets = handoff.take(request, handoff_id)
    return handoff.csv_file(secrets.rows, name) if secrets else errors.gone(request)

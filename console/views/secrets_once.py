"""The page that shows a handed-over secret, its CSV file and its Done button."""

from __future__ import annotations

from django.http import HttpResponse

from console import handoff, responses
from console.http import Request
from console.views import errors


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
) -> HttpResponse:
    """GET shows the values, POST ends it.

    `secret` is the label of the value that stays covered until Show is pressed, `lost` says what
    to do when it is lost later.
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
        secret=secret,
        csv_url=csv_url,
        lost=lost,
    )


def csv_file(request: Request, handoff_id: str, name: str) -> HttpResponse:
    """The same secrets as a file; 410 when they are gone."""
    secrets = handoff.take(request, handoff_id)
    return handoff.csv_file(secrets.values, name) if secrets else errors.gone(request)

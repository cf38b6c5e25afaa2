"""Search, and the addresses that stay true: by ARN, by unique ID, by access key."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console import lookups, responses, search
from console.http import Request
from console.lookups import Found
from console.responses import SeeOther
from console.views.errors import deleted


@require_safe
def results(request: Request) -> HttpResponse:
    """One exact ARN, ID or key leads straight to what it names."""
    text = request.GET.get("q", "").strip()[: search.LONGEST].strip()
    if url := search.exact(text):
        return SeeOther(url)
    only = request.GET.get("kind", "")
    found = search.groups(request, text, only) if text and "\0" not in text else []
    return responses.page(request, "console/search.html", text=text, groups=found)


@require_safe
def by_arn(request: Request) -> HttpResponse:
    asked = request.GET.get("arn", "").strip()
    return _shown(request, lookups.by_arn(request, asked))


@require_safe
def by_id(request: Request, unique_id: str) -> HttpResponse:
    return _shown(request, lookups.by_id(request, unique_id))


@require_safe
def by_key(request: Request, key_id: str) -> HttpResponse:
    return _shown(request, lookups.by_key(request, key_id))


def _shown(request: Request, found: Found) -> HttpResponse:
    if found.gone is None:
        return SeeOther(found.url)
    return deleted(request, found.gone, found.label, found.name, found.list_page)

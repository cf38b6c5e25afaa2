"""Staying signed in: a request that only says that somebody is still there."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.http import Request


@require_safe
def session(request: Request) -> HttpResponse:
    """Answered to who is signed in; being seen is noted on the way here, as with every page."""
    return HttpResponse(status=204)

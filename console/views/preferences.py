"""Preferences: the theme, for this browser."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console import responses
from console.http import Request


@require_safe
def preferences(request: Request) -> HttpResponse:
    return responses.page(request, "console/preferences.html")

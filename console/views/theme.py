"""Light, dark or as the system has it: a cookie, so that the first byte already knows."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from console import preferences
from console.http import Request
from console.responses import SeeOther
from console.views.preferences import keep_theme


@require_POST
def choose(request: Request) -> HttpResponse:
    """Keep the theme and go back; any word but light and dark means the system's."""
    back = request.POST.get("next", "")
    response = SeeOther(back if url_has_allowed_host_and_scheme(back, None) else "/")
    theme = request.POST.get("theme", "")
    keep_theme(response, theme)
    preferences.change(request, response, theme=theme if theme in preferences.THEMES else "")
    return response

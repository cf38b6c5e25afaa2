"""Light, dark or as the system has it: a cookie, so that the first byte already knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from console.context import THEMES
from console.responses import SeeOther

YEAR = 365 * 24 * 60 * 60


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the theme for a year and go back; any word but light and dark means the system's."""
    back = request.POST.get("next", "")
    response = SeeOther(back if url_has_allowed_host_and_scheme(back, None) else "/")
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        response.delete_cookie("theme")
        return response
    response.set_cookie(
        "theme", theme, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return response

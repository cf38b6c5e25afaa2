"""What every page knows without being told: who is signed in, the menus, the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from console import navigation
from console.jobs import told

if TYPE_CHECKING:
    from identity.callers import Caller

THEMES = ("light", "dark")


def console(request: HttpRequest) -> dict[str, Any]:
    """The context processor; signed out, only the theme has a value."""
    caller: Caller | None = getattr(request, "caller", None)
    theme = request.COOKIES.get("theme", "")
    shown: dict[str, Any] = {
        "caller": caller,
        "account": caller.account if caller else None,
        "theme": theme if theme in THEMES else "",
        "navigation": [],
        "account_menu": [],
        "session_kind": "",
        "version": "",
    }
    return shown | _signed_in(request, caller) if caller else shown


def _signed_in(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    told.tell(request)
    return {
        "navigation": navigation.side_menu(request),
        "account_menu": navigation.account_menu(request),
        "session_kind": session_kind(caller),
        "version": settings.VERSION,
    }


def session_kind(caller: Caller) -> str:
    """What kind of principal is signed in, in words, read from the ARN."""
    if caller.is_root:
        return _("Root user")
    kind, _slash, name = caller.arn.split(":", 5)[-1].partition("/")
    if kind == "assumed-role":
        role, _slash, session = name.partition("/")
        return _("Role %(role)s via %(session)s") % {"role": role, "session": session}
    return _("Federated: %s") % name if kind == "federated-user" else _("IAM user")

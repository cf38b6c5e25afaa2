"""What every page knows without being told: who is signed in, the menus, the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console import help_topics, navigation, roles_to_use
from console.http import Request
from console.jobs import told
from console.preferences import THEMES, Preferences
from console.templatetags.formats import zone_letters
from identity import switching
from identity.callers import Kind
from identity.models import ConsoleSettings

if TYPE_CHECKING:
    from identity.callers import Caller


def console(request: HttpRequest) -> dict[str, Any]:
    """The context processor; signed out, only the theme has a value."""
    caller: Caller | None = getattr(request, "caller", None)
    preferences: Preferences = getattr(request, "preferences", Preferences())
    shown: dict[str, Any] = {
        "caller": caller,
        "account": caller.account if caller else None,
        "theme": _theme(request, preferences),
        "preferences": preferences,
        "navigation": [],
        "account_menu": [],
        "session_kind": "",
        "version": "",
    }
    return shown | _signed_in(request, caller) if caller else shown


def _theme(request: HttpRequest, preferences: Preferences) -> str:
    """The browser's cookie knows it before anybody has signed in."""
    theme = request.COOKIES.get("theme", "")
    return preferences.theme or (theme if theme in THEMES else "")


def _signed_in(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    told.tell(request)
    return {
        "navigation": navigation.side_menu(request),
        "account_menu": navigation.account_menu(request),
        "session_kind": session_kind(caller),
        "passing_session": caller.kind in (Kind.ROLE, Kind.FEDERATED),
        "version": settings.VERSION,
        "zone": zone_letters(timezone.localtime()),
        "now": timezone.now(),
        "session_idle": _idle(request),
        "link_here": _link_here(request, caller),
        "command": _command(request),
        "help_here": _help(request),
    } | _roles(request, caller)


def _roles(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    """The role in use, if who signed in switched to one, and those to switch to with one click."""
    signed_in: Caller | None = getattr(request, "signed_in", None)
    if signed_in is None:
        return {}
    return {
        "role_in_use": switching.look(request) if caller is not signed_in else None,
        "recent_roles": lambda: roles_to_use.in_menu(cast(Request, request)),
        "switch_role_url": navigation.address("switch-role"),
    }


def _idle(request: HttpRequest) -> int:
    """After how many seconds without a request the session ends."""
    signed_in: Caller | None = getattr(request, "signed_in", None)
    if signed_in is None:
        return settings.SESSION_IDLE_SECONDS
    return int(ConsoleSettings.of(signed_in.account).idle_limit.total_seconds())


def _link_here(request: HttpRequest, caller: Caller) -> str:
    """The address of a page about one object, with the account in it, for other people."""
    match = request.resolver_match
    named = getattr(match, "captured_kwargs", {}) if request.method == "GET" else {}
    if not named or "handoff_id" in named or "draft_id" in named:
        return ""
    return f"{settings.BASE_URL}/c/{caller.account_id}{request.get_full_path_info()}"


def _help(request: HttpRequest) -> dict[str, Any] | None:
    """The topic that belongs to the page, as its Info link has it."""
    topic = help_topics.of_page(getattr(request.resolver_match, "url_name", None) or "")
    if topic is None:
        return None
    try:
        return {"url": reverse("help-topic", args=[topic.key]), "label": topic.title}
    except NoReverseMatch:
        return None


def _command(request: HttpRequest) -> str:
    """The command of what was just done, on the page that it led to."""
    kept = request.session.get("command", {}) if hasattr(request, "session") else {}
    return str(kept["text"]) if kept.get("at") == request.path else ""


def session_kind(caller: Caller) -> str:
    """What kind of principal is signed in, in words, read from the ARN."""
    if caller.is_root:
        return _("Root user")
    kind, _slash, name = caller.arn.split(":", 5)[-1].partition("/")
    if kind == "assumed-role":
        role, _slash, session = name.partition("/")
        if provider := caller.session.federated_provider if caller.session else "":
            kind, _slash, provider = provider.rpartition(":")[2].partition("/")
            return _federated(session, kind, provider)
        return _("Role %(role)s via %(session)s") % {"role": role, "session": session}
    return _("Federated: %s") % name if kind == "federated-user" else _("IAM user")


def _federated(name: str, kind: str, provider: str) -> str:
    """`Federated: jo@corp via SAML CorpIdP`; `kind` is that of the provider's ARN."""
    how = "SAML" if kind == "saml-provider" else "OIDC"
    return _("Federated: %(name)s via %(how)s %(provider)s") % {
        "name": name,
        "how": how,
        "provider": provider,
    }

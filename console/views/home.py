"""Home, for anybody who is signed in, and the dashboard of the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import navigation, recent_events, responses
from console.http import Request
from console.names import sign_in_url
from console.permissions import Rights, reading
from console.recommendations import Recommendation, recommendations
from identity import arns, passwords
from identity.callers import Kind

EXPIRES_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    text: str
    url: str


@require_safe
def home(request: Request) -> HttpResponse:
    rights = Rights(request)
    may_see_users = rights.allow("iam:ListUsers", arns.user(request.caller.account_id, ""))
    return responses.page(
        request,
        "console/home.html",
        session=request.session,
        to_do=_to_do(request),
        tiles=_tiles(),
        has_rights=may_see_users or rights.allow("iam:GetAccountSummary", "*"),
        activity=recent_events.of_principal(request, rights, request.caller.user_id, limit=5),
        contact=settings.CONTACT,
    )


def _to_do(request: Request) -> list[Recommendation]:
    """What this person should do next; empty when all is well, and for who has no password."""
    if request.caller.kind not in (Kind.ROOT, Kind.USER):
        return []
    found = []
    user = request.caller.user
    if not user.mfa_devices.exists():
        found.append(
            Recommendation(
                "warn",
                _("No MFA"),
                _("Your password alone is enough to sign in as you."),
                _("Add authenticator app"),
                navigation.address("me-mfa-add"),
            )
        )
    ends = passwords.expires_at(user)
    if ends and ends - timezone.now() < EXPIRES_SOON:
        found.append(
            Recommendation(
                "warn",
                _("Password expires soon"),
                _("Change it before you have to."),
                _("Change password"),
                navigation.address("me-password"),
            )
        )
    return found


def _tiles() -> list[Tile]:
    tiles = (
        Tile(_("Identity & access"), _("Users, permissions, settings"), "dashboard"),
        Tile(_("My security credentials"), _("Password, MFA, access keys"), "me"),
        Tile(_("Activity"), _("Who did what, and when"), "activity"),
        Tile(_("Preferences"), _("Theme, time zone, page size"), "preferences"),
        *([Tile(_("Demonstrations"), _("Ways in from outside"), "demo")] if settings.DEMO else []),
    )
    found = (Tile(tile.label, tile.text, navigation.address(tile.url)) for tile in tiles)
    return [tile for tile in found if tile.url]


@require_safe
def dashboard(request: Request) -> HttpResponse:
    """Every panel by itself: what may not be read says so, the rest works."""
    rights = Rights(request)
    summary = reading(lambda: _summary(request))
    return responses.page(
        request,
        "console/dashboard.html",
        summary=summary,
        aliases=reading(lambda: request.iam.list_account_aliases()["AccountAliases"]),
        sign_in_url=sign_in_url(request.caller.account),
        recommendations=recommendations(request, summary.value, rights),
        resources=_resources(summary.value or {}),
        denied=rights.denied(arns.user(request.caller.account_id, "*")),
        changes=recent_events.changes(request, rights, limit=10),
        tools=navigation.tools(),
    )


def _summary(request: Request) -> dict[str, int]:
    return {
        str(key): value for key, value in request.iam.get_account_summary()["SummaryMap"].items()
    }


@dataclass(frozen=True, slots=True)
class Resource:
    """A tile: how many there are of how many."""

    label: str
    used: int
    limit: int | None
    url: str = ""


def _resources(summary: dict[str, int]) -> list[Resource]:
    if not summary:
        return []
    return [
        Resource(_("Users"), summary["Users"], summary["UsersQuota"], navigation.address("users")),
        Resource(_("MFA devices"), summary["MFADevices"], summary["UsersQuota"]),
    ]

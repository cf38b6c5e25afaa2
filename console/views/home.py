"""Home: for whoever is signed in, what they are, what to do next, and where they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import billing, navigation, recent_events, responses
from console.http import Request
from console.permissions import Rights
from console.recommendations import Recommendation
from identity import account_paths, arns, passwords
from identity.callers import Kind
from identity.models import ConsoleSettings, Event

EXPIRES_SOON = timedelta(days=14)
_LOOKED_THROUGH = 100


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    text: str
    url: str


@require_safe
@recent_events.fresh
def home(request: Request) -> HttpResponse:
    rights = Rights(request)
    events = recent_events.of_principal(
        request, rights, request.caller.user_id, limit=_LOOKED_THROUGH
    )
    may_see_users = rights.allow("iam:ListUsers", arns.user(request.caller.account_id, ""))
    return responses.page(
        request,
        "console/home.html",
        session=request.session,
        groups=_groups(request, rights),
        before=_sign_in_before(request, events),
        to_do=_to_do(request),
        tiles=_tiles(request, rights),
        has_rights=may_see_users or rights.allow("iam:GetAccountSummary", "*"),
        activity=None if events is None else events[:5],
        recent=[
            visit._replace(path=account_paths.here(visit.path))
            for visit in request.preferences.recent
        ],
        contact=ConsoleSettings.of(request.caller.account).help_from,
    )


def _groups(request: Request, rights: Rights) -> list[str] | None:
    """The user's groups, for who may list them; None for who has none by nature."""
    caller = request.caller
    if caller.kind is not Kind.USER or not rights.allow("iam:ListGroupsForUser", caller.arn):
        return None
    rights.require("ListGroupsForUser", caller.arn, UserName=caller.name)
    groups = caller.user.memberships.order_by("group__name_folded")
    return list(groups.values_list("group__name", flat=True)[:10])


def _sign_in_before(request: Request, own: list[Event] | None) -> Event | None:
    """The sign-in before this one, from the latest events of who signed in.

    `own` are those of the caller, if they may read the log; the own sign-ins everybody may see.
    """
    if own is None or request.caller is not request.signed_in:
        own = recent_events.of_person(request.signed_in, limit=_LOOKED_THROUGH)
    since = _started(request)
    for event in own:
        if event.name == "ConsoleLogin" and not event.error_message and event.time < since:
            return event
    return None


def _started(request: Request) -> datetime:
    """A little before the session, whose own sign-in is not the one before."""
    started = request.signed_in.session.issued_at if request.signed_in.session else timezone.now()
    return started - timedelta(seconds=2)


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
    if user.access_keys.filter(active=True).count() > 1:
        found.append(
            Recommendation(
                "info",
                _("Rotation in progress"),
                _("You have two active access keys. Deactivate the one that is not used any more."),
                _("Manage access keys"),
                navigation.address("me-keys"),
            )
        )
    return found


def _tiles(request: Request, rights: Rights) -> list[Tile]:
    tiles = [
        Tile(_("Identity & access"), _("Users, permissions, settings"), "dashboard"),
        Tile(_("My security credentials"), _("Password, MFA, access keys"), "me"),
        Tile(_("Switch role"), _("Use a role of this or another account"), "switch-role"),
        Tile(_("Activity"), _("Who did what, and when"), "activity"),
        Tile(_("Preferences"), _("Theme, time zone, page size"), "preferences"),
        Tile(_("Help"), _("Topics in plain words"), "help"),
    ]
    if billing.may_see(request, rights):
        tiles.append(Tile(_("Billing"), _("What this account is used for"), "billing"))
    if settings.DEMO:
        tiles.append(Tile(_("Demonstrations"), _("Ways in from outside"), "demo"))
    found = (Tile(tile.label, tile.text, navigation.address(tile.url)) for tile in tiles)
    return [tile for tile in found if tile.url]

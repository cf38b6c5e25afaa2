"""The side menu and the account menu as lists; an entry shows once its page exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.account_paths import common
from identity.callers import Kind
from identity.models import ConsoleSettings

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu.

    `action` is the main read that the page needs ("" for none); `also` are the first words of
    addresses that belong to the entry without lying under its own; `alone` is an entry that none
    of the addresses under its own belong to.
    """

    label: Label
    url_name: str
    action: str = ""
    also: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    label: Label
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as drawn; `current` is what `aria-current` says: page, true or nothing."""

    label: Label
    url: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: Label
    entries: tuple[Link, ...]


SECTIONS = (
    Section("", (Entry(_("Dashboard"), "dashboard", alone=True),)),
    Section(
        _("Access management"),
        (
            Entry(_("User groups"), "groups", "iam:ListGroups", ("/iam/create-group",)),
            Entry(
                _("Users"),
                "users",
                "iam:ListUsers",
                ("/iam/create-user", "/iam/change-users"),
            ),
            Entry(
                _("Roles"),
                "roles",
                "iam:ListRoles",
                ("/iam/create-role", "/iam/instance-profiles", "/iam/create-instance-profile"),
            ),
            Entry(
                _("Policies"),
                "policies",
                "iam:ListPolicies",
                ("/iam/create-policy", "/iam/built-in-policies"),
            ),
            Entry(
                _("Identity providers"),
                "providers",
                "iam:ListSAMLProviders",
                ("/iam/add-provider",),
            ),
            Entry(_("Account settings"), "account-settings", "iam:GetAccountPasswordPolicy"),
        ),
    ),
    Section(
        _("Access reports"),
        (
            Entry(_("Explain access"), "explain", "iam:SimulatePrincipalPolicy"),
            Entry(_("Policy simulator"), "simulator", "iam:SimulatePrincipalPolicy"),
            Entry(_("Who can…?"), "who-can", "iam:GetAccountAuthorizationDetails"),
            Entry(
                _("Access findings"),
                "findings",
                "access-analyzer:ListFindingsV2",
                ("/iam/archive-rules",),
            ),
            Entry(_("Access keys"), "key-triage", "iam:ListAccessKeys"),
            Entry(_("Credential report"), "credential-report", "iam:GetCredentialReport"),
            Entry(_("Activity"), "activity", "cloudtrail:LookupEvents"),
            Entry(_("Sessions"), "sessions", "iam:GetAccountAuthorizationDetails"),
        ),
    ),
    Section(
        _("Account"),
        (
            Entry(_("Billing"), "billing"),
            Entry(_("Import"), "import"),
            Entry(_("Export"), "export"),
            Entry(_("Jobs"), "jobs"),
        ),
    ),
    Section(_("Demonstrations"), (Entry(_("Federation"), "demo"),)),
)

_ME = Entry(_("My security credentials"), "me")
_SWITCH_ROLE = Entry(_("Switch role"), "switch-role")

ACCOUNT_MENU = (
    _ME,
    Entry(_("Root user"), "me-root"),
    Entry(_("Change password"), "me-password"),
    _SWITCH_ROLE,
    Entry(_("Account settings"), "account-settings"),
    Entry(_("Preferences"), "preferences"),
    Entry(_("Open accounts"), "open-accounts"),
)

_IN_THE_MENU = {entry.url_name: entry for part in SECTIONS for entry in part.entries}
_TOOLS = ("explain", "simulator", "credential-report", "import", "export", "jobs", "findings")
TOOLS = (
    *(_IN_THE_MENU[name] for name in _TOOLS),
    Entry(_("Search"), "search"),
    _ME,
    _SWITCH_ROLE,
    Entry(_("Help"), "help"),
)


def tools() -> list[Link]:
    """What the dashboard leads to besides the menu."""
    return list(_links(TOOLS, ""))


def side_menu(request: Any) -> list[Group]:
    """The sections that have a page to show, with the entry of this request marked."""
    groups = (
        Group(section.label, tuple(_links(_open_to(request, section), request.path_info)))
        for section in SECTIONS
    )
    return [group for group in groups if group.entries]


def _open_to(request: Any, section: Section) -> tuple[Entry, ...]:
    """Billing is root's, until root opens it; demonstrations are there where they are on."""
    if not settings.DEMO and section.entries[0].url_name == "demo":
        return ()
    if not address("billing") or request.caller.is_root:
        return section.entries
    if ConsoleSettings.of(request.caller.account).billing_open:
        return section.entries
    return tuple(entry for entry in section.entries if entry.url_name != "billing")


def account_menu(request: Any) -> list[Link]:
    """Without the password, for sessions of roles and federated users, who have none; root's own
    page for root alone."""
    without = {"me-password"} if request.caller.kind in (Kind.ROLE, Kind.FEDERATED) else set()
    if not request.caller.is_root:
        without.add("me-root")
    entries = tuple(entry for entry in ACCOUNT_MENU if entry.url_name not in without)
    return list(_links(entries, request.path_info))


def address(url_name: str) -> str:
    """The address of a page without arguments, or "" while there is no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _links(entries: tuple[Entry, ...], path: str) -> Iterator[Link]:
    for entry in entries:
        if url := address(entry.url_name):
            yield Link(entry.label, url, _current(entry, common(entry.url_name), path))


def _current(entry: Entry, url: str, path: str) -> str:
    if path == url:
        return "page"
    starts = entry.also if entry.alone else (url, *entry.also)
    return "true" if any(_under(path, start) for start in starts) else ""


def _under(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")

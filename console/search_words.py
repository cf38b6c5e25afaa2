"""What the search knows besides names: pages by their words, and tasks by their phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import navigation

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`words` are others under which people look for it."""

    label: Text
    url_name: str
    words: Text = ""


PAGES = (
    Page(gettext_lazy("Home"), "home"),
    Page(gettext_lazy("Dashboard"), "dashboard", gettext_lazy("security recommendations quota")),
    Page(gettext_lazy("User groups"), "groups", gettext_lazy("teams")),
    Page(gettext_lazy("Users"), "users", gettext_lazy("people identities")),
    Page(gettext_lazy("Roles"), "roles", gettext_lazy("assume trust temporary")),
    Page(gettext_lazy("Policies"), "policies", gettext_lazy("permissions built-in custom managed")),
    Page(
        gettext_lazy("Identity providers"),
        "providers",
        gettext_lazy("saml oidc openid federation company sign-in sso"),
    ),
    Page(
        gettext_lazy("Account settings"),
        "account-settings",
        gettext_lazy("alias password policy session length sts close account"),
    ),
    Page(gettext_lazy("Password policy"), "password-policy", gettext_lazy("rules length expiry")),
    Page(gettext_lazy("Account alias"), "account-alias", gettext_lazy("sign-in url address")),
    Page(gettext_lazy("Explain access"), "explain", gettext_lazy("denied why troubleshoot")),
    Page(gettext_lazy("Policy simulator"), "simulator", gettext_lazy("test permissions")),
    Page(gettext_lazy("Access findings"), "findings", gettext_lazy("analyzer outside public")),
    Page(gettext_lazy("Access keys"), "key-triage", gettext_lazy("triage rank age rotation")),
    Page(gettext_lazy("Who can…?"), "who-can", gettext_lazy("reverse query access permissions")),
    Page(gettext_lazy("Sessions"), "sessions", gettext_lazy("signed in now end revoke")),
    Page(gettext_lazy("Credential report"), "credential-report", gettext_lazy("csv audit")),
    Page(gettext_lazy("Activity"), "activity", gettext_lazy("events audit log cloudtrail history")),
    Page(gettext_lazy("My security credentials"), "me", gettext_lazy("own account")),
    Page(gettext_lazy("Change my password"), "me-password"),
    Page(gettext_lazy("My MFA devices"), "me-mfa", gettext_lazy("authenticator app code phone")),
    Page(gettext_lazy("My access keys"), "me-keys", gettext_lazy("secret program cli")),
    Page(gettext_lazy("My sessions"), "me-sessions", gettext_lazy("sign out others")),
    Page(gettext_lazy("Open accounts"), "open-accounts", gettext_lazy("browser several")),
    Page(gettext_lazy("Switch role"), "switch-role", gettext_lazy("assume")),
    Page(gettext_lazy("Preferences"), "preferences", gettext_lazy("theme dark zone density")),
    Page(gettext_lazy("Billing"), "billing", gettext_lazy("usage costs invoice")),
    Page(gettext_lazy("Jobs"), "jobs", gettext_lazy("progress long work")),
    Page(gettext_lazy("Import"), "import", gettext_lazy("upload csv json")),
    Page(gettext_lazy("Export"), "export", gettext_lazy("download terraform cloudformation")),
    Page(gettext_lazy("Help"), "help"),
    Page(gettext_lazy("About"), "about", gettext_lazy("version licence compatibility")),
    Page(gettext_lazy("Status"), "status", gettext_lazy("health checks")),
    Page(gettext_lazy("Demonstrations"), "demo", gettext_lazy("try federation broker")),
)


def pages(text: str) -> Iterator[Hit]:
    """Those in whose label or words every word of the text begins a word."""
    for page in PAGES:
        if page.url_name == "demo" and not settings.DEMO:
            continue
        if contains(f"{page.label} {page.words}", text) and (
            url := navigation.address(page.url_name)
        ):
            yield Hit(str(page.label), url)


def contains(words: str, text: str) -> bool:
    known = re.findall(r"[\w:*-]+", words.lower())
    return all(any(one.startswith(part) for one in known) for part in text.lower().split())


# --- tasks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """What it names, an object of `kind`, is the group `name` of its pattern.

    `phrase` is a pattern that the whole text fits, upper or lower case; a translation is one too,
    and the English one goes on to work beside it.
    """

    phrase: Text
    label: Text
    url_name: str
    kind: str = ""


TASKS = (
    Task(
        gettext_lazy("(create|add|new|make) (a )?user"),
        gettext_lazy("Create a user"),
        "create-user",
    ),
    Task(
        gettext_lazy("(create|add|new|make) (a )?(user )?group"),
        gettext_lazy("Create a group"),
        "create-group",
    ),
    Task(
        gettext_lazy("(create|add|new|make) (a )?role"),
        gettext_lazy("Create a role"),
        "create-role",
    ),
    Task(
        gettext_lazy("(create|add|new|make) (a )?policy"),
        gettext_lazy("Create a policy"),
        "create-policy",
    ),
    Task(
        gettext_lazy("(create|add|new|connect) (an? )?(identity )?provider"),
        gettext_lazy("Add an identity provider"),
        "add-provider",
    ),
    Task(gettext_lazy("change (my )?password"), gettext_lazy("Change my password"), "me-password"),
    Task(
        gettext_lazy("(add|set up|register) mfa"),
        gettext_lazy("Add an authenticator app"),
        "me-mfa-add",
    ),
    Task(
        gettext_lazy("create (my )?(access )?key"),
        gettext_lazy("Create an access key"),
        "me-key-create",
    ),
    Task(
        gettext_lazy("reset (the )?password( of| for)? (?P<name>[^ ]+)"),
        gettext_lazy("Reset the password of %(name)s"),
        "user-password",
        "user",
    ),
    Task(
        gettext_lazy("(manage |remove )?mfa (of|for) (?P<name>[^ ]+)"),
        gettext_lazy("Manage MFA for %(name)s"),
        "user-security-credentials",
        "user",
    ),
    Task(
        gettext_lazy("(rotate|manage|create) (access )?keys?( of| for)? (?P<name>[^ ]+)"),
        gettext_lazy("Manage the access keys of %(name)s"),
        "user-security-credentials",
        "user",
    ),
    Task(
        gettext_lazy("delete (the )?user (?P<name>[^ ]+)"),
        gettext_lazy("Delete user %(name)s"),
        "user-delete",
        "user",
    ),
    Task(
        gettext_lazy("delete (the )?group (?P<name>[^ ]+)"),
        gettext_lazy("Delete group %(name)s"),
        "group-delete",
        "group",
    ),
    Task(
        gettext_lazy("delete (the )?role (?P<name>[^ ]+)"),
        gettext_lazy("Delete role %(name)s"),
        "role-delete",
        "role",
    ),
    Task(
        gettext_lazy("rename (the )?(user )?(?P<name>[^ ]+)"),
        gettext_lazy("Rename user %(name)s"),
        "user-edit",
        "user",
    ),
)
_EXPLAIN = gettext_lazy(
    "explain (?P<who>[^ ]+) (?P<action>[a-z0-9-]+:[a-z0-9*]+)( (?P<resource>[^ ]+))?"
)


def _fitting(phrase: Text, text: str) -> re.Match[str] | None:
    """By the pattern of the reader's language or by the English one."""
    own = str(phrase)
    with translation.override("en"):
        english = str(phrase)
    found = (re.fullmatch(pattern, text, re.IGNORECASE) for pattern in (own, english))
    return next(filter(None, found), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that the text asks for; `name` is still to be looked up where there is a `kind`."""

    task: Task
    name: str = ""

    def hit(self, segment: str = "", name: str = "") -> Hit | None:
        if self.task.kind:
            url = reverse(self.task.url_name, args=[segment])
            return Hit(str(self.task.label) % {"name": name}, url)
        url = navigation.address(self.task.url_name)
        return Hit(str(self.task.label), url) if url else None


def tasks(text: str) -> Iterator[Wanted]:
    """Whole phrases; what begins one names no object yet and is offered without."""
    for task in TASKS:
        if found := _fitting(task.phrase, text):
            yield Wanted(task, found.groupdict().get("name", ""))
        elif not task.kind and len(text) > 2 and contains(str(task.label), text):
            yield Wanted(task)


def explanation(text: str, arn_of_user: str) -> Hit | None:
    """`explain bob s3:GetObject` with the question filled in."""
    asked = _fitting(_EXPLAIN, text)
    if asked is None:
        return None
    given = {"who": arn_of_user, "action": asked["action"], "resource": asked["resource"] or ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return Hit(_("Explain: %s") % text.partition(" ")[2], f"{reverse('explain')}?{query}")


def explained_user(text: str) -> str:
    """The name in such a question, or ""."""
    asked = _fitting(_EXPLAIN, text)
    return asked["who"] if asked else ""

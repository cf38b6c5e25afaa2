"""The help topics: plain text, the API's actions for the same, and the pages to do it on."""

from __future__ import annotations

from collections.abc import Mapping

from console.help_texts.access import ACCESS
from console.help_texts.reports import REPORTS
from console.help_texts.sign_in import SIGN_IN
from console.help_texts.topic import Topic
from console.search_words import contains

TOPICS = (*ACCESS, *SIGN_IN, *REPORTS)
BY_KEY = {topic.key: topic for topic in TOPICS}

# By the beginning of a page's name, the longest that fits.
_OF_PAGES: Mapping[str, str] = {
    **dict.fromkeys(("user", "users", "users-csv", "create-user", "change-users"), "users"),
    **dict.fromkeys(("group", "groups", "create-group", "delete-groups", "user-group"), "groups"),
    **dict.fromkeys(("user-groups", "group-users", "group-member"), "groups"),
    **dict.fromkeys(("role", "roles", "create-role", "switch-role"), "roles"),
    **dict.fromkeys(("instance-profile", "instance-profiles"), "roles"),
    **dict.fromkeys(("create-instance-profile",), "roles"),
    **dict.fromkeys(("policy", "policies", "create-policy", "check-policy"), "policies"),
    **dict.fromkeys(("user-policy", "group-policy", "role-policy"), "policies"),
    **dict.fromkeys(("user-boundary", "role-boundary"), "boundaries"),
    **dict.fromkeys(("user-last-accessed", "group-last-accessed"), "last-accessed"),
    **dict.fromkeys(("role-last-accessed", "policy-last-accessed"), "last-accessed"),
    **dict.fromkeys(("providers", "add-provider", "add-saml-provider"), "providers"),
    **dict.fromkeys(("add-oidc-provider", "saml-provider", "oidc-provider"), "providers"),
    **dict.fromkeys(("sign-in-log", "sign-in-attempt"), "providers"),
    **dict.fromkeys(("me", "me-mfa", "me-recovery-codes", "user-mfa"), "mfa"),
    **dict.fromkeys(("me-password", "user-password", "password-policy"), "passwords"),
    **dict.fromkeys(("me-key", "me-keys", "user-key", "key-triage"), "access-keys"),
    **dict.fromkeys(("me-root",), "root-user"),
    **dict.fromkeys(("me-sessions", "user-sessions", "role-sessions"), "sessions"),
    **dict.fromkeys(("sessions", "session", "account-sign-in"), "sessions"),
    **dict.fromkeys(("account-settings", "account-alias", "alias", "account"), "account"),
    **dict.fromkeys(("import", "export", "jobs", "job"), "import-export"),
    **dict.fromkeys(("user-activity", "role-activity", "activity"), "activity"),
    **dict.fromkeys(("findings", "archive-rules", "who-can"), "findings"),
    "explain": "denied",
    "simulator": "simulator",
    "credential-report": "credential-report",
    "billing": "billing",
    "preferences": "shortcuts",
    "about": "sdk",
}


def of_page(url_name: str) -> Topic | None:
    """What helps on the page of this name."""
    while url_name and url_name not in _OF_PAGES:
        url_name = url_name.rpartition("-")[0]
    return BY_KEY[_OF_PAGES[url_name]] if url_name else None


def matching(text: str) -> list[Topic]:
    """Those with every word of the text at the beginning of a word; titles first."""
    found = [topic for topic in TOPICS if contains(topic.words, text)]
    return sorted(found, key=lambda topic: not contains(str(topic.title), text))

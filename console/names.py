"""Names in addresses: any name that IAM allows, also those a browser would swallow as a step."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from identity.account_paths import common
from identity.models import Account, ManagedPolicy

BUILT_IN, CUSTOM = "built-in-policies", "policies"
"""The shelves: a shipped policy and an account's may have the same name."""

MARK = "~"  # cannot occur in a name


def user_segment(name: str, unique_id: str) -> str:
    """`bob`, or `~AIDA…` for a name made of dots only."""
    return name if name.strip(".") else MARK + unique_id


def policy_segment(name: str) -> str:
    """`ReadOnly`, or `~..` for a name made of dots only; `policy_name` reads it back."""
    return name if name.strip(".") else MARK + name


def policy_name(segment: str) -> str:
    return segment.removeprefix(MARK)


def shelf(policy: ManagedPolicy) -> str:
    return BUILT_IN if policy.is_shipped else CUSTOM


def policy_address(page: str, policy: ManagedPolicy, *more: str) -> str:
    """The path of a page that custom and built-in policies both have."""
    return reverse(page, args=[shelf(policy), policy_segment(policy.name), *more])


def sign_in_url(account: Account) -> str:
    """Where the account's users sign in: by alias if there is one."""
    path = common("sign-in-user", account.alias or account.id)
    return f"{settings.BASE_URL}{path}"

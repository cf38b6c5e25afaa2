"""Explain access: a refused call by its ID, and a question that anybody may pose."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from identity import journal
from identity.models import Account, Event, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, text, title
from tests.factories import (
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)

READER = ["iam:SimulatePrincipalPolicy", "cloudtrail:LookupEvents"]


def refused_list(browser: Client) -> str:
    """Opens a page that ben may not see; returns the address that it offers as explanation."""
    page = browser.get("/iam/users")
    assert page.status_code == 403
    found = re.search(r'href="(/iam/explain/[0-9a-f-]{36})"[^>]*>Explain this', page.content.decode())
    assert found
    return found.group(1)


def newest() -> Event:
    journal.drain()
    return Event.objects.order_by("-time").filter(decision__isnull=False)[0]


# --- one's own refusal -----------------------------------------------------------------------


def test_who_was_refused_is_told_which_layer_was_silent(signed_in: SignedIn, ben: User) -> None:
    browser = signed_in(ben)
    page = browser.get(refused_list(browser))
    words = text(page)
    assert page.status_code == 200
    assert "Denied" in words
    assert "ben (user in" in words
    assert "may not list users (iam:ListUsers)" in words
    assert "no identity-based policy allows it" in words
    assert "Policies of the user, groups or role Does not allow it" in words
    assert title(page).startswith("Why: ListUsers at ")

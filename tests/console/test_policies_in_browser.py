"""The policy editor in a real browser: what it found, and its keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from identity.models import User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import hidden
from tests.factories import make_document

pytestmark = needs_browser

READ = [{"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "s3:GetObject"], "Resource": "*"}]
MIXED: list[dict[str, Any]] = [
    *READ,
    {
        "Effect": "Deny",
        "Action": "iam:Delete*",
        "Resource": ["arn:aws:iam::*:user/*", "arn:aws:iam::*:group/*"],
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    },
    {"Effect": "Allow", "Action": "iam:GetUsr", "Resource": "*"},
]


@pytest.fixture
def client(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.mark.django_db
def test_a_checked_policy_and_a_refused_one_are_without_fault(
    opened: Callable[..., Page], client: Client
) -> None:
    fields = hidden(client.get("/iam/create-policy"))
    text = json.dumps(json.loads(make_document(MIXED)), indent=2)
    page = opened("/iam/create-policy", **fields, policy_name="x", document=text, check="1")
    check(page)
    page = opened("/iam/create-policy", **fields, policy_name="x y", document=text[:-4])
    check(page)


@pytest.mark.django_db
def test_the_editor_numbers_its_lines_and_tab_leaves_it_until_ctrl_m(
    opened: Callable[..., Page],
) -> None:
    page = opened("/iam/create-policy")
    area = page.get_by_label("Policy document")
    area.fill("{\n}")
    assert page.locator(".gutter").inner_text() == "1\n2"
    area.press("Tab")
    assert not area.evaluate("one => one === document.activeElement")
    area.press("Control+m")
    area.press("Control+Home")
    area.press("Tab")
    assert area.input_value() == "  {\n}"
    assert page.get_by_text("Tab indents now.").first.is_visible()

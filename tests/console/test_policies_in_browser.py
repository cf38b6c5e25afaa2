"""The pages of policies, groups and who holds them in a real browser: axe, and 320 pixels."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from identity import managed_policies
from identity.models import Account, InstanceProfile, ManagedPolicy, User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import hidden
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)

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
def client(signed_in: SignedIn, ana: User, account: Account) -> Client:
    """ana's browser in an account where every kind of row is on the pages."""
    managed_policies.load()
    policy = make_managed_policy(account, "Readers", MIXED)
    policy.versions.create(number=2, document=json.dumps(json.loads(make_document(READ)), indent=2))
    policy.newest = 2
    policy.save()
    bob = make_user(account, "bob")
    attach(bob, policy)
    make_policy(bob, "Own", READ)
    bob.boundary = ManagedPolicy.objects.get(arn="arn:aws:iam::aws:policy/PowerUserAccess")
    bob.save()
    ops = make_group(account, "ops", bob, ana)
    attach(ops, ManagedPolicy.objects.get(arn="arn:aws:iam::aws:policy/ReadOnlyAccess"))
    make_policy(ops, "GroupOwn", READ)
    make_group(account, "empty")
    deploy = make_role(account, "Deploy")
    attach(deploy, policy)
    InstanceProfile.objects.create(account=account, name="web", role=deploy)
    return signed_in(ana)


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PAGES = {
    "list": "/iam/policies",
    "list, no match": "/iam/policies?q=zzz",
    "custom": "/iam/policies/Readers/permissions",
    "administrator": "/iam/built-in-policies/AdministratorAccess/permissions",
    "long": "/iam/built-in-policies/ReadOnlyAccess/permissions",
    "attached": "/iam/policies/Readers/attached",
    "attached to nobody": "/iam/policies/Readers/attached?as=boundary",
    "attach": "/iam/policies/Readers/attach",
    "versions": "/iam/policies/Readers/versions",
    "version": "/iam/policies/Readers/versions/v2",
    "delete version": "/iam/policies/Readers/versions/v2/delete",
    "tags": "/iam/policies/Readers/tags",
    "delete in use": "/iam/policies/Readers/delete",
    "create": "/iam/create-policy",
    "create on cards": "/iam/create-policy?tab=visual",
    "create from an example": "/iam/create-policy?tab=examples",
    "smaller": "/iam/create-policy?from=user:bob",
    "edit": "/iam/policies/Readers/edit",
    "service": "/iam/built-in-policies/ReadOnlyAccess/permissions/iam",
    "action": "/iam/policies/Readers/permissions/iam/GetRole",
    "last accessed": "/iam/policies/Readers/last-accessed",
    "check": "/iam/check-policy",
    "permissions of a user": "/iam/users/bob/permissions",
    "attach to a user": "/iam/users/bob/policies/attach",
    "boundary": "/iam/users/bob/boundary",
    "add to groups": "/iam/users/bob/groups/add",
    "groups of a user": "/iam/users/bob/groups",
    "copy from a user": "/iam/users/bob/policies/copy?from=ana",
    "detach": f"/iam/groups/ops/policies/detach?arn={READ_ONLY}",
    "instance profiles": "/iam/instance-profiles",
    "instance profile": "/iam/instance-profiles/web",
    "groups": "/iam/groups",
    "create group": "/iam/create-group",
    "group": "/iam/groups/ops/permissions",
    "members": "/iam/groups/ops/users",
    "add members": "/iam/groups/ops/users/add",
    "edit group": "/iam/groups/ops/edit",
    "delete group": "/iam/groups/ops/delete",
    "roles": "/iam/roles",
    "create role": "/iam/create-role",
    "role": "/iam/roles/Deploy/permissions",
    "trust": "/iam/roles/Deploy/trust",
    "edit trust": "/iam/roles/Deploy/trust/edit",
    "delete role": "/iam/roles/Deploy/delete",
    "not there": "/iam/policies/nothing/permissions",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_without_fault(opened: Callable[..., Page], name: str) -> None:
    page = opened(PAGES[name])
    check(page)


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

"""A page of nobody by that name offers the names that may have been meant."""

from __future__ import annotations

import re
from typing import Any

import pytest

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.factories import make_group, make_managed_policy, make_role, make_user


def offered(answer: Any) -> list[str]:
    assert answer.status_code == 404
    names = re.search(r"Names like it</h2>\s*<ul>(.*?)</ul>", answer.content.decode(), re.DOTALL)
    return re.findall(r'<a href="[^"]+">([^<]+)</a>', names.group(1)) if names else []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bbo", "bob"), ("Bobb", "bob"), ("bo", "bob"), ("dveelopers", "developers")],
)
def test_a_slip_of_the_fingers_is_recognised_among_many(
    signed_in: SignedIn, ana: User, account: Account, typed: str, meant: str
) -> None:
    for name in ("bob", "developers", *(f"{letter}{n}" for letter in "bdv" for n in range(20))):
        make_user(account, name)
    answer = signed_in(ana).get(f"/iam/users/{typed}")
    assert offered(answer)[0] == meant
    assert len(offered(answer)) <= 3
    assert f"There is no user named {typed}" in answer.content.decode()
    assert f'href="/iam/users/{meant}"' in answer.content.decode()
    assert 'href="/iam/users"' in answer.content.decode()


def test_groups_roles_and_policies_are_offered_too(
    signed_in: SignedIn, ana: User, account: Account
) -> None:
    make_group(account, "ops")
    make_role(account, "deploy")
    make_managed_policy(account, "Reading", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    browser = signed_in(ana)
    for page, heading, meant in (
        ("groups/osp/permissions", "There is no user group named osp", "/iam/groups/ops"),
        ("roles/deplyo/permissions", "There is no role named deplyo", "/iam/roles/deploy"),
        ("policies/Readign", "There is no policy named Readign", "/iam/policies/Reading"),
    ):
        html = browser.get(f"/iam/{page}").content.decode()
        assert heading in html
        assert f'<a href="{meant}">' in html


def test_who_may_not_list_users_is_told_no_names(signed_in: SignedIn, account: Account) -> None:
    make_user(account, "bob")
    gil = make_user(account, "gil", allow=["iam:GetUser"])
    answer = signed_in(gil).get("/iam/users/bbo")
    assert offered(answer) == []


def test_names_of_another_account_are_not_offered(
    signed_in: SignedIn, ana: User, cleo: User
) -> None:
    assert "cleo" not in offered(signed_in(ana).get("/iam/users/celo"))


def test_a_page_of_nobody_costs_no_more_in_a_full_account(
    signed_in: SignedIn, ana: User, account: Account, django_assert_max_num_queries: Any
) -> None:
    for n in range(50):
        make_user(account, f"user{n}")
    browser = signed_in(ana)
    with django_assert_max_num_queries(12):
        browser.get("/iam/users/usre1")

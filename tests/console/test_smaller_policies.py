"""*Create a smaller policy from this*: the editor filled in from recorded activity."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from identity.models import Account, LastAccess, ManagedPolicy, Role, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, text
from tests.factories import (
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)

HERE = "/iam/create-policy?from=user:ben"
WIDE = [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def used(who: User | Role, action: str) -> None:
    LastAccess.objects.create(
        account=who.account,
        principal=who.unique_id,
        service="iam",
        action=action,
        region="us-east-1",
        time=timezone.now(),
    )


def test_the_editor_opens_with_what_was_used_and_saves_it(
    browser: Client, account: Account, ben: User
) -> None:
    attach(ben, make_managed_policy(account, "Wide", WIDE))
    used(ben, "GetUser")
    tab = browser.get("/iam/users/ben/permissions")
    assert "Create a smaller policy from this" in text(tab)
    assert "/iam/create-policy?from=user%3Aben" in tab.content.decode()
    page = browser.get(HERE)
    assert "ben used 1 of the " in text(page)
    form = page.context["form"]
    assert "iam:GetUser" in form["document"].value()
    assert "iam:*" not in form["document"].value()
    sent = {"policy_name": form["policy_name"].value(), "document": form["document"].value()}
    assert browser.post(HERE, {**hidden(page), **sent}).status_code == 303
    assert ManagedPolicy.objects.of(account).named("ben-smaller").exists()


def test_a_role_too_and_other_periods(browser: Client, account: Account) -> None:
    role = make_role(account, "Deploy")
    attach(role, make_managed_policy(account, "Wide", WIDE))
    used(role, "ListUsers")
    assert "from=role%3ADeploy" in browser.get("/iam/roles/Deploy/permissions").content.decode()
    page = browser.get("/iam/create-policy?from=role:Deploy&days=30")
    assert "iam:ListUsers" in page.context["form"]["document"].value()
    assert "90 days" in text(page)


def test_who_used_nothing_is_told_so(browser: Client, ben: User) -> None:
    make_policy(ben, "wide", WIDE)
    assert "ben used nothing" in text(browser.get(HERE))


def test_a_name_of_dots_is_found_by_its_unique_id(browser: Client, account: Account) -> None:
    dots = make_user(account, "..", allow="iam:*")
    used(dots, "GetUser")
    page = browser.get(f"/iam/create-policy?from=user:~{dots.unique_id}")
    assert "iam:GetUser" in page.context["form"]["document"].value()


@pytest.mark.parametrize("given", ["user:nobody", "role:nothing", "user:~AIDANOBODY"])
def test_nobody_has_no_smaller_policy(browser: Client, given: str) -> None:
    assert browser.get(f"/iam/create-policy?from={given}").status_code == 404


@pytest.mark.parametrize("given", ["", "user:", "group:ops", "nonsense"])
def test_what_names_nobody_is_an_empty_editor(browser: Client, given: str) -> None:
    page = browser.get(f"/iam/create-policy?from={given}")
    assert page.status_code == 200
    assert page.context["proposal"] is None


def test_policies_that_may_not_be_read_are_not_told(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    make_policy(ben, "some", WIDE[:1])
    make_policy(make_group(account, "secret", ben), "hidden", WIDE)
    used(ben, "GetUser")
    eve = signed_in(ben)
    make_policy(
        ben,
        "deny",
        [{"Effect": "Deny", "Action": "iam:GetGroupPolicy", "Resource": "*"}],
    )
    page = eve.get(HERE)
    assert "You may not read all policies" in text(page)
    assert "iam:GetUser" not in page.context["form"]["document"].value()


def test_who_may_not_report_is_refused(signed_in: SignedIn, ben: User) -> None:
    make_policy(ben, "see", [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
    assert signed_in(ben).get(HERE).status_code == 403

"""Roles: the list, a new one, whom it trusts, what it may do, its end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity.models import Account, Role, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import attach, make_managed_policy, make_policy, make_role, trusting

READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]
HERE = "/iam/roles/Deploy"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def deploy(account: Account) -> Role:
    role = make_role(account, "Deploy")
    attach(role, make_managed_policy(account, "Readers", READ))
    make_policy(role, "Own", READ)
    return role


def statement(account: Account) -> dict[str, Any]:
    document = json.loads(Role.objects.get(account=account, name="Deploy").trust_policy)
    found: dict[str, Any] = document["Statement"][0]
    return found


def test_the_list_tells_whom_each_role_trusts(
    browser: Client, deploy: Role, account: Account
) -> None:
    assert f"Deploy Account {account.id} Never 1 hour" in text(browser.get("/iam/roles"))


def test_pages_of_roles_cost_few_queries(browser: Client, deploy: Role, account: Account) -> None:
    for number in range(30):
        make_role(account, f"r{number}", trust=trusting(f"arn:aws:iam::{account.id}:root"))
    for url in ("/iam/roles", f"{HERE}/permissions", f"{HERE}/trust", f"{HERE}/delete"):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        assert len(captured) <= 12, url


def test_nobody_sees_roles_without_the_right_or_those_of_another_account(
    signed_in: SignedIn, ben: User, cleo: User, deploy: Role
) -> None:
    assert signed_in(ben).get("/iam/roles").status_code == 403
    assert signed_in(ben).get(f"{HERE}/trust").status_code == 403
    for page in ("permissions", "trust", "trust/edit", "edit", "delete"):
        assert signed_in(cleo).get(f"{HERE}/{page}").status_code == 404


def test_trust_is_told_in_words_and_edited_after_a_look_at_the_change(
    browser: Client, deploy: Role, account: Account, cleo: User
) -> None:
    words = text(browser.get(f"{HERE}/trust"))
    assert f"Account {account.id} may use this role." in words
    other = trusting(cleo.account.root_arn)
    checked = submit(browser, f"{HERE}/trust/edit", document=other, check="1")
    assert "What would change" in text(checked)
    fields = {**hidden(checked), "document": other}
    assert browser.post(f"{HERE}/trust/edit", fields).status_code == 303
    assert statement(account)["Principal"] == {"AWS": cleo.account.root_arn}


def test_settings_are_saved(browser: Client, deploy: Role) -> None:
    answer = submit(browser, f"{HERE}/edit", description="For CI", duration="7200")
    assert answer.status_code == 303
    deploy.refresh_from_db()
    assert (deploy.description, deploy.max_session_duration) == ("For CI", 7200)


def test_a_boundary_of_a_role_is_set_and_removed(browser: Client, deploy: Role) -> None:
    arn = "arn:aws:iam::aws:policy/PowerUserAccess"
    assert submit(browser, f"{HERE}/boundary", arn=arn).status_code == 303
    assert "PowerUserAccess" in text(browser.get(f"{HERE}/permissions"))
    assert browser.post(f"{HERE}/boundary/remove").status_code == 303
    deploy.refresh_from_db()
    assert deploy.boundary is None


def test_a_role_goes_with_what_is_on_it_when_its_name_is_typed(
    browser: Client, deploy: Role, account: Account
) -> None:
    profile = account.instanceprofiles.create(name="box", role=deploy)
    words = text(browser.get(f"{HERE}/delete"))
    assert "Attached policies 1 Inline policies 1 Taken out of instance profiles box" in words
    assert submit(browser, f"{HERE}/delete", confirm="no").status_code == 422
    assert submit(browser, f"{HERE}/delete", confirm="deploy").status_code == 303
    assert not Role.objects.exists()
    profile.refresh_from_db()
    assert profile.role is None


def trust_words(browser: Client, account: Account, principal: Any, **statement: Any) -> str:
    """What the page says of a role that trusts so."""
    more = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **statement}
    document = json.dumps({"Version": "2012-10-17", "Statement": [more]})
    Role.objects.filter(name="Deploy").update(trust_policy=document)
    return text(browser.get(f"{HERE}/trust"))


def test_conditions_read_as_words_and_what_is_wide_open_is_warned_of(
    browser: Client, deploy: Role, account: Account
) -> None:
    us = {"AWS": account.root_arn}
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    shown = trust_words(browser, account, us, Condition=mfa)
    assert f"Account {account.pk} may use this role, if they signed in with MFA." in shown
    assert "Look at this" not in shown
    assert "Anybody is trusted" in trust_words(browser, account, {"AWS": "*"})
    shown = trust_words(browser, account, {"AWS": "AROAABCDEFGHIJKLMNOPQ"})
    assert "AROAABCDEFGHIJKLMNOPQ was a user or role that is deleted." in shown
    corp = {"Federated": f"arn:aws:iam::{account.pk}:saml-provider/Corp"}
    actions = ["sts:AssumeRoleWithSAML", "sts:TagSession"]
    shown = trust_words(browser, account, corp, Action=actions)
    assert "may use this role, with session tags." in shown
    assert "No condition asks for saml:aud" in shown
    provider = {"Federated": f"arn:aws:iam::{account.pk}:oidc-provider/id.example.com"}
    asked = {"StringLike": {"id.example.com:sub": "jo*"}}
    action = "sts:AssumeRoleWithWebIdentity"
    shown = trust_words(browser, account, provider, Action=action, Condition=asked)
    assert "if the subject is jo*." in shown
    assert "No condition asks for the audience of tokens of id.example.com." in shown
    assert "all people" not in shown

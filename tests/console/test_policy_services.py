"""A policy seen from its services and actions, when it was last used, and the list by an action."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity.models import Account, LastAccess, ManagedPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.factories import attach, make_group, make_managed_policy, make_policy, make_user

HOME = "/iam/policies/Mixed"
SERVICE = f"{HOME}/permissions/iam"
STATEMENTS: list[dict[str, Any]] = [
    {"Effect": "Allow", "Action": ["iam:Get*", "s3:GetObject"], "Resource": "*"},
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/app/*"},
    {"Effect": "Deny", "Action": "iam:GetRole", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/root"},
]


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def policy(account: Account) -> ManagedPolicy:
    return make_managed_policy(account, "Mixed", STATEMENTS)


def test_the_summary_leads_to_every_action_of_a_service(
    browser: Client, policy: ManagedPolicy
) -> None:
    assert f'href="{SERVICE}"' in browser.get(f"{HOME}/permissions").content.decode()
    page = browser.get(f"{SERVICE}?q=role")
    said = {row.name: row.answer for row in page.context["found"].rows}
    assert said["GetGroup"] == "Allowed"
    assert said["GetRole"] == "Denied"
    assert said["GetUser"] == "Allowed, and denied in part"
    assert said["PassRole"] == "Allowed in part"
    assert said["CreateUser"] == "Not mentioned"
    assert "PassRole" in text(page)
    assert "GetGroup" not in text(page)


def test_an_action_shows_its_statements_and_what_it_is_about(
    browser: Client, policy: ManagedPolicy
) -> None:
    page = browser.get(f"{SERVICE}/PassRole")
    words = text(page)
    assert "Statement 2" in words
    assert "role/app/*" in words
    assert "iam:PassedToService" in words
    assert [number for number, _json in page.context["found"].statements] == [2]


@pytest.mark.parametrize("path", ["nothing", "iam/Nothing", "nothing/GetUser"])
def test_what_is_not_known_is_not_there(browser: Client, policy: ManagedPolicy, path: str) -> None:
    assert browser.get(f"{HOME}/permissions/{path}").status_code == 404


@pytest.mark.parametrize("path", ["permissions/iam", "permissions/iam/GetUser", "last-accessed"])
def test_who_may_not_read_the_policy_is_refused(
    signed_in: SignedIn, policy: ManagedPolicy, account: Account, path: str
) -> None:
    eve = signed_in(make_user(account, "eve", allow="iam:GetPolicy"))
    answer = eve.get(f"{HOME}/{path}")
    assert answer.status_code == (200 if path == "last-accessed" else 403)
    assert "GetObject" not in text(answer)


def test_the_last_access_of_anybody_who_has_the_policy_is_told(
    browser: Client, policy: ManagedPolicy, account: Account, ben: User
) -> None:
    attach(ben, policy)
    LastAccess.objects.create(
        account=account,
        principal=ben.unique_id,
        service="iam",
        action="GetUser",
        region="us-east-1",
        time=timezone.now(),
    )
    page = browser.get(f"{HOME}/last-accessed")
    words = text(page)
    assert "ben" in words
    assert "GetUser" in words
    assert "Not in 400 days" in words


def names(browser: Client, query: str) -> list[str]:
    page = browser.get(f"/iam/policies?type=custom&{query}")
    return [row.policy.name for row in page.context["rows"]]


def test_the_list_is_narrowed_to_policies_that_allow_an_action(
    browser: Client, policy: ManagedPolicy, account: Account
) -> None:
    every: list[dict[str, Any]] = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    make_managed_policy(account, "All", every)
    but = [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]
    make_managed_policy(account, "But", but)
    assert names(browser, "allows=IAM:passrole") == ["All", "Mixed"]
    assert names(browser, "allows=iam:GetRole") == ["All"]
    assert names(browser, "allows=s3:PutObject") == ["All", "But"]
    assert names(browser, "allows=nonsense") == ["All", "But", "Mixed"]


def test_a_new_version_is_found_at_once_and_known_ones_are_not_read_again(
    browser: Client, policy: ManagedPolicy
) -> None:
    assert names(browser, "allows=ec2:RunInstances") == []
    changed = policy.versions.create(
        number=2,
        document='{"Version":"2012-10-17","Statement":'
        '{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}',
    )
    ManagedPolicy.objects.filter(pk=policy.pk).update(default_version=changed)
    assert names(browser, "allows=ec2:RunInstances") == ["Mixed"]
    with CaptureQueriesContext(connection) as queries:
        assert names(browser, "allows=ec2:RunInstances") == ["Mixed"]
    assert not any(one["sql"].startswith('SELECT "identity_policyversion"') for one in queries)
    assert len(queries) <= 12


def test_the_pages_of_a_policy_cost_few_queries_however_many_have_it(
    browser: Client, policy: ManagedPolicy, account: Account, ben: User
) -> None:
    for number in range(20):
        attach(make_user(account, f"u{number}"), policy)
    make_policy(make_group(account, "staff", ben), "own", STATEMENTS)
    pages = ("permissions", "permissions/iam", "permissions/iam/GetUser", "last-accessed", "edit")
    urls = [f"{HOME}/{page}" for page in pages]
    urls += ["/iam/create-policy?from=user:ben", "/iam/create-policy?tab=visual"]
    for url in urls:
        browser.get(url)  # the first visit keeps a preference
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        assert len(captured) <= 12, (url, [one["sql"][:120] for one in captured])

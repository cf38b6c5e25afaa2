"""The change preview: recorded calls put to a draft, before it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity import journal
from identity.models import Account, Event, ManagedPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.credentials import Key
from tests.events import logged
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_key,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.refusals import refused
from tests.sdk_in_process import sdk

EDIT = "/iam/policies/Readers/edit"
READ = {"Effect": "Allow", "Action": ["iam:GetUser", "iam:ListUsers"], "Resource": "*"}
LISTS = make_document([{**READ, "Action": "iam:ListUsers"}])
GETS = make_document([{**READ, "Action": ["iam:GetUser", "iam:ListRoles"]}])


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def policy(account: Account) -> ManagedPolicy:
    return make_managed_policy(account, "Readers", [READ])


def preview(browser: Client, draft: str) -> Any:
    answer = submit(browser, EDIT, document=draft, check="1")
    assert answer.status_code == 200
    return answer


def flips(answer: Any) -> list[tuple[str, str, str, int]]:
    found = answer.context["preview"].value.flips
    words = {True: "allowed", False: "denied"}
    return [(one.caller.name, one.action, words[one.allows], one.calls) for one in found]


def test_calls_that_would_flip_are_told_with_who_and_how_often(
    browser: Client, policy: ManagedPolicy, account: Account, ben: User
) -> None:
    attach(make_group(account, "staff", ben), policy)
    iam = sdk("iam", make_key(ben))
    for _ in range(3):
        iam.get_user(UserName="ben")
    iam.list_users()
    with refused("AccessDenied"):
        iam.list_roles()
    found = preview(browser, LISTS)
    assert flips(found) == [("ben", "iam:GetUser", "denied", 3)]
    assert "Whose calls would change" in text(found)
    assert flips(preview(browser, GETS)) == [
        ("ben", "iam:ListUsers", "denied", 1),
        ("ben", "iam:ListRoles", "allowed", 1),
    ]
    assert policy.versions.count() == 1


def test_what_another_policy_allows_as_well_does_not_flip(
    browser: Client, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    make_policy(ben, "too", [READ])
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    found = preview(browser, LISTS)
    assert flips(found) == []
    assert "1 recorded call was looked at" in text(found)


def test_sessions_of_a_role_and_a_boundary_are_looked_at(
    browser: Client, policy: ManagedPolicy, account: Account, ana: User
) -> None:
    role = make_role(account, "Deploy", trust=trusting(ana.arn))
    attach(role, policy)
    given = sdk("sts", make_key(ana)).assume_role(RoleArn=role.arn, RoleSessionName="run")
    one = given["Credentials"]
    key = Key(one["AccessKeyId"], one["SecretAccessKey"], one["SessionToken"])
    sdk("iam", key).get_user(UserName="ana")
    eve = make_user(account, "eve", allow="iam:*")
    eve.boundary = policy
    eve.save()
    sdk("iam", make_key(eve)).get_user(UserName="eve")
    assert sorted(flips(preview(browser, LISTS))) == [
        ("Deploy/run", "iam:GetUser", "denied", 1),
        ("eve", "iam:GetUser", "denied", 1),
    ]


def test_a_condition_on_tags_is_answered_though_none_was_asked_before(
    browser: Client, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    ben.tags.create(key="team", key_folded="team", value="red")
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    assert flips(preview(browser, make_document([{**READ, "Condition": tagged}]))) == []
    other = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    found = preview(browser, make_document([{**READ, "Condition": other}]))
    assert flips(found) == [("ben", "iam:GetUser", "denied", 1)]


def test_who_may_not_see_activity_or_simulate_sees_no_calls(
    signed_in: SignedIn, policy: ManagedPolicy, account: Account, ben: User
) -> None:
    attach(ben, policy)
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    edits = ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:CreatePolicyVersion"]
    eve = signed_in(make_user(account, "eve", allow=edits))
    found = preview(eve, LISTS)
    assert "Needs cloudtrail:LookupEvents" in text(found)
    assert found.context["preview"].value is None
    seer = signed_in(make_user(account, "seer", allow=[*edits, "cloudtrail:LookupEvents"]))
    assert preview(seer, LISTS).context["preview"].value.calls == 0


def test_a_policy_that_nobody_has_changes_nobodys_calls(
    browser: Client, policy: ManagedPolicy
) -> None:
    assert "No call of these days" in text(preview(browser, LISTS))


def test_many_alike_calls_cost_as_little_as_one(
    browser: Client, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            preview(browser, LISTS)
        costs.append(len(queries))
        event = logged().filter(name="GetUser", user_name="ben").first()
        assert event
        for _ in range(50):
            event.pk = None
            event._state.adding = True
            copy = Event(**{f.attname: getattr(event, f.attname) for f in Event._meta.fields[1:]})
            copy.save()
    journal.drain()
    assert flips(preview(browser, LISTS))[0][3] > 50
    assert costs[1] <= costs[0]


@pytest.mark.parametrize("new", [False, True])
def test_an_inline_policy_of_a_group_is_previewed_for_its_members(
    browser: Client, account: Account, ben: User, new: bool
) -> None:
    group = make_group(account, "staff", ben)
    make_policy(group, "own", [READ])
    iam = sdk("iam", make_key(ben))
    iam.list_users()
    with refused("AccessDenied"):
        iam.list_roles()
    url = "/iam/groups/staff/inline/" + ("create" if new else "own/edit")
    name = {"policy_name": "more"} if new else {}
    found = submit(browser, url, document=GETS, check="1", **name)
    denied = [] if new else [("ben", "iam:ListUsers", "denied", 1)]
    assert flips(found) == [*denied, ("ben", "iam:ListRoles", "allowed", 1)]
    assert group.policies.get().document != GETS


# --- another version in force, and a policy taken away ---------------------------------------


def test_another_version_tells_whose_calls_change_before_it_is_the_default(
    browser: Client, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    policy.versions.create(number=2, document=LISTS)
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    page = browser.get("/iam/policies/Readers/versions/v2")
    assert flips(page) == [("ben", "iam:GetUser", "denied", 1)]
    assert "Whose calls would change" in text(page)
    assert "Whose calls would change" not in text(browser.get("/iam/policies/Readers/versions/v1"))


def test_detaching_tells_whose_calls_would_be_denied_and_detaches(
    browser: Client, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    ben.boundary = policy
    ben.save()
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    page = browser.get(f"/iam/users/ben/policies/detach?arn={policy.arn}")
    assert flips(page) == [("ben", "iam:GetUser", "denied", 1)]
    fields = {"arn": policy.arn, "state": "detached"}
    assert browser.post("/iam/users/ben/policies/attachment", fields).status_code == 303
    assert browser.get(page.request["PATH_INFO"] + f"?arn={policy.arn}").status_code == 404


@pytest.mark.parametrize("other_way", ["directly", "by another group", "none"])
def test_who_has_the_policy_in_another_way_loses_nothing_with_the_group(
    browser: Client, account: Account, policy: ManagedPolicy, ben: User, other_way: str
) -> None:
    attach(make_group(account, "staff", ben), policy)
    if other_way == "directly":
        attach(ben, policy)
    elif other_way == "by another group":
        attach(make_group(account, "ops", ben), policy)
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    page = browser.get(f"/iam/groups/staff/policies/detach?arn={policy.arn}")
    lost = [("ben", "iam:GetUser", "denied", 1)] if other_way == "none" else []
    assert flips(page) == lost


def test_deleting_an_inline_policy_tells_whose_calls_would_be_denied(
    browser: Client, signed_in: SignedIn, account: Account, ben: User
) -> None:
    make_policy(ben, "own", [READ])
    sdk("iam", make_key(ben)).get_user(UserName="ben")
    here = "/iam/users/ben/inline/own/delete"
    assert flips(browser.get(here)) == [("ben", "iam:GetUser", "denied", 1)]
    assert submit(browser, here).status_code == 303
    assert not ben.policies.exists()
    make_policy(ben, "own", [READ])
    eve = signed_in(make_user(account, "eve", allow=["iam:GetUser", "iam:DeleteUserPolicy"]))
    assert eve.get(here).context["preview"] is None

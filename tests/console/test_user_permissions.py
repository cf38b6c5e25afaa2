"""What a user may do: attached policies, groups, the boundary; each change decided and undone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity.models import Account, ManagedPolicy, PolicyUsage, User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_user,
)

HERE = "/iam/users/ben/permissions"
ATTACH, CHANGE = "/iam/users/ben/policies/attach", "/iam/users/ben/policies/attachment"
BOUNDARY, JOIN = "/iam/users/ben/boundary", "/iam/users/ben/groups/add"
GROUPS = "/iam/users/ben/groups"
READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]
BUILT_IN = "arn:aws:iam::aws:policy/%s"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, ben: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def policy(account: Account) -> ManagedPolicy:
    return make_managed_policy(account, "Readers", READ)


def test_direct_policies_those_of_groups_and_inline_ones_are_told_apart(
    browser: Client, account: Account, ben: User, policy: ManagedPolicy
) -> None:
    attach(ben, policy)
    ops = make_group(account, "ops", ben)
    attach(ops, ManagedPolicy.objects.get(arn=BUILT_IN % "ReadOnlyAccess"))
    make_policy(ops, "GroupOwn", READ)
    make_policy(ben, "Own", READ)
    words = text(browser.get(HERE))
    assert "Readers Custom Directly" in words
    assert "ReadOnlyAccess Built-in Group ops" in words
    assert "GroupOwn Inline Group ops" in words
    assert "Own Show" in words


def test_the_page_costs_the_same_however_much_there_is(
    browser: Client, account: Account, ben: User
) -> None:
    browser.get(HERE)
    with CaptureQueriesContext(connection) as few:
        browser.get(HERE)
    for number in range(8):
        group = make_group(account, f"group{number}", ben)
        attach(group, make_managed_policy(account, f"policy{number}", READ))
        attach(ben, make_managed_policy(account, f"own{number}", READ))
        make_policy(ben, f"inline{number}", READ)
        make_policy(group, "inline", READ)
    with CaptureQueriesContext(connection) as many:
        browser.get(HERE)
    assert len(many) <= len(few) + 2  # the two look-ups of what the groups hold


@pytest.mark.parametrize(
    ("missing", "notice"),
    [
        ("iam:ListAttachedUserPolicies", "list attached user policies"),
        ("iam:ListGroupsForUser", "list groups for user"),
        ("iam:ListUserPolicies", "list user policies"),
        ("iam:GetUserPolicy", "get user policy"),
    ],
)
def test_what_may_not_be_read_is_a_notice_and_the_rest_of_the_page_works(
    signed_in: SignedIn, account: Account, ben: User, missing: str, notice: str
) -> None:
    make_policy(ben, "Own", READ)
    rights = [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": missing, "Resource": "*"},
    ]
    answer = signed_in(make_user(account, "helper", allow=rights)).get(HERE)
    assert answer.status_code == 200
    assert f"You may not {notice}. Needs {missing}." in text(answer)


def test_policies_are_attached_all_or_none(
    browser: Client, ben: User, policy: ManagedPolicy
) -> None:
    gone = BUILT_IN % "Nothing"
    refused = submit(browser, ATTACH, arn=[policy.arn, gone])
    assert refused.status_code == 422
    assert refused.context["chosen"] == [policy.arn, gone]
    assert not ben.attachments.exists()
    both = [policy.arn, BUILT_IN % "ReadOnlyAccess"]
    assert submit(browser, ATTACH, arn=both).status_code == 303
    assert ben.attachments.count() == 2
    assert "were attached to ben" in text(browser.get(HERE))


def test_the_choice_leaves_out_what_is_attached_and_what_belongs_to_services(
    browser: Client, ben: User, policy: ManagedPolicy
) -> None:
    attach(ben, policy)
    page = browser.get(f"{ATTACH}?size=100")
    assert f'value="{policy.arn}"' not in page.content.decode()
    assert "aws-service-role" not in page.content.decode()


def test_the_quota_is_told_on_the_form(browser: Client, account: Account, ben: User) -> None:
    arns = [make_managed_policy(account, f"p{number}", READ).arn for number in range(11)]
    answer = submit(browser, ATTACH, arn=arns)
    assert answer.status_code == 422
    assert "PoliciesPerUser: 10" in text(answer)
    assert not ben.attachments.exists()


def test_detaching_is_decided_with_the_policys_arn(
    signed_in: SignedIn, account: Account, ben: User, policy: ManagedPolicy
) -> None:
    other = make_managed_policy(account, "Other", READ)
    attach(ben, policy)
    attach(ben, other)
    rights = [
        {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:DetachUserPolicy",
            "Resource": "*",
            "Condition": {"ArnEquals": {"iam:PolicyARN": policy.arn}},
        },
    ]
    browser = signed_in(make_user(account, "helper", allow=rights))
    offs = {row.name: row.off for row in browser.get(HERE).context["attached"].value}
    assert offs == {"Readers": "", "Other": "Needs iam:DetachUserPolicy."}
    assert browser.post(CHANGE, {"arn": other.arn, "state": "detached"}).status_code == 403
    assert browser.post(CHANGE, {"arn": policy.arn, "state": "detached"}).status_code == 303
    assert [one.policy for one in ben.attachments.all()] == [other]


def test_a_boundary_is_set_changed_removed_and_brought_back(
    browser: Client, account: Account, ben: User, policy: ManagedPolicy
) -> None:
    assert submit(browser, BOUNDARY, arn=policy.arn).status_code == 303
    other = make_managed_policy(account, "Other", READ)
    assert submit(browser, BOUNDARY, arn=other.arn).status_code == 303
    ben.refresh_from_db()
    assert ben.boundary == other
    assert "Other" in text(browser.get(HERE))
    assert browser.post(f"{BOUNDARY}/remove").status_code == 303
    ben.refresh_from_db()
    assert ben.boundary is None
    assert "Other is no longer the boundary of ben. Undo" in text(browser.get(HERE))
    browser.post(f"{BOUNDARY}/restore", {"arn": other.arn})
    ben.refresh_from_db()
    assert ben.boundary == other
    assert PolicyUsage.objects.get(policy=other).boundary_count == 1
    assert PolicyUsage.objects.get(policy=policy).boundary_count == 0


def test_no_choice_is_an_error_with_words(browser: Client) -> None:
    for url, words in (
        (ATTACH, "Choose at least one policy."),
        (BOUNDARY, "Choose the policy that is to be the boundary."),
        (JOIN, "Choose at least one group."),
    ):
        answer = submit(browser, url)
        assert answer.status_code == 422
        assert words in text(answer)


def test_a_user_joins_groups_leaves_one_and_comes_back(
    browser: Client, account: Account, ben: User
) -> None:
    make_group(account, "ops")
    make_group(account, "dev")
    assert submit(browser, JOIN, name=["ops", "dev"]).status_code == 303
    assert ben.memberships.count() == 2
    fields = {"user": "ben", "back": "user"}
    left = browser.post("/iam/groups/ops/member", {**fields, "state": "out"})
    assert left.headers["Location"] == GROUPS
    assert "ben was taken out of ops. Undo" in text(browser.get(GROUPS))
    browser.post("/iam/groups/ops/member", {**fields, "state": "in"})
    assert ben.memberships.count() == 2


@pytest.mark.parametrize(
    ("url", "fields", "action"),
    [
        (ATTACH, {"arn": BUILT_IN % "ReadOnlyAccess"}, "iam:AttachUserPolicy"),
        (BOUNDARY, {"arn": BUILT_IN % "ReadOnlyAccess"}, "iam:PutUserPermissionsBoundary"),
        (JOIN, {"name": "ops"}, "iam:AddUserToGroup"),
        ("/iam/users/ben/inline/create", {}, "iam:PutUserPolicy"),
    ],
)
def test_every_change_is_decided_again_when_it_is_sent(
    signed_in: SignedIn,
    account: Account,
    ben: User,
    url: str,
    fields: dict[str, str],
    action: str,
) -> None:
    make_group(account, "ops")
    browser = signed_in(make_user(account, "helper", allow=["iam:Get*", "iam:List*"]))
    document = make_document([{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
    answer = submit(browser, url, policy_name="x", document=document, **fields)
    assert answer.status_code == 403
    assert action in text(answer)
    assert not ben.attachments.exists()
    assert not ben.memberships.exists()
    assert not ben.policies.exists()


def test_a_policy_that_may_not_be_attached_says_so_in_place_of_its_box(
    signed_in: SignedIn, account: Account, ben: User, policy: ManagedPolicy
) -> None:
    rights = [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "iam:AttachUserPolicy",
            "Resource": "*",
            "Condition": {"ArnNotEquals": {"iam:PolicyARN": policy.arn}},
        },
    ]
    browser = signed_in(make_user(account, "helper", allow=rights))
    rows = browser.get(f"{ATTACH}?size=100").context["rows"]
    assert [row.policy.name for row, off in rows if not off] == ["Readers"]
    on_policy = browser.get("/iam/built-in-policies/Billing/attach").context["rows"]
    assert {off for _holder, off in on_policy} == {"Needs iam:AttachUserPolicy."}


def test_another_accounts_policy_cannot_be_attached(browser: Client, ben: User, cleo: User) -> None:
    theirs = make_managed_policy(cleo.account, "Theirs", READ)
    assert submit(browser, ATTACH, arn=theirs.arn).status_code == 422
    assert submit(browser, BOUNDARY, arn=theirs.arn).status_code == 422
    assert not ben.attachments.exists()

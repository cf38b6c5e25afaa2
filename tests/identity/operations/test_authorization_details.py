"""GetAccountAuthorizationDetails."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.models import Account, InstanceProfile, PolicyUsage, Role, User
from tests.factories import (
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]
LISTS = ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies")


def details(client: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get_account_authorization_details(**more)
    return found


def names(page: dict[str, Any]) -> list[str]:
    words = zip(LISTS, ("UserName", "RoleName", "GroupName", "PolicyName"), strict=True)
    return [one[word] for member, word in words for one in page[member]]


@pytest.fixture
def full(account: Account, ana: User) -> Account:
    """Two of every kind, in an account where ana administers."""
    make_user(account, "Zoe")
    for name in ("deploy", "audit"):
        make_role(account, name)
    for name in ("ops", "Devs"):
        make_group(account, name)
    for name in ("writing", "reading"):
        make_managed_policy(account, name, READ)
    attach(ana, make_managed_policy(None, "ShippedInUse", READ))
    make_managed_policy(None, "ShippedUnused", READ)
    return account


def test_a_user_is_shown_with_all_that_grants(iam: Any, account: Account, ana: User) -> None:
    ben = make_user(account, "ben", allow=["s3:*"], path="/eng/")
    make_group(account, "ops", ben)
    policy = make_managed_policy(account, "reading", READ)
    attach(ben, policy)
    client = iam(ana)
    client.tag_user(UserName="ben", Tags=[{"Key": "team", "Value": "red"}])
    client.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=policy.arn)
    found = details(client, Filter=["User"])["UserDetailList"][1]
    assert found == {
        "Path": "/eng/",
        "UserName": "ben",
        "UserId": ben.unique_id,
        "Arn": ben.arn,
        "CreateDate": ben.created_at.replace(microsecond=0),
        "UserPolicyList": [
            {
                "PolicyName": "test",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}],
                },
            }
        ],
        "GroupList": ["ops"],
        "AttachedManagedPolicies": [{"PolicyName": "reading", "PolicyArn": policy.arn}],
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": policy.arn,
        },
        "Tags": [{"Key": "team", "Value": "red"}],
    }


def test_what_a_user_has_not_is_an_empty_list(iam: Any, ana: User, ben: User) -> None:
    found = details(iam(ana), Filter=["User"])["UserDetailList"][1]
    lists = ("UserPolicyList", "GroupList", "AttachedManagedPolicies", "Tags")
    assert [found[member] for member in lists] == [[], [], [], []]
    assert "PermissionsBoundary" not in found


def test_a_role_is_shown_with_its_profiles_and_trust(iam: Any, account: Account, ana: User) -> None:
    role = make_role(account, "web", trust=trusting(account.root_arn), allow=["s3:*"])
    role.description = "not shown here"
    role.tags = [{"Key": "team", "Value": "red"}]
    role.save()
    profile = InstanceProfile.objects.create(account=account, name="machine", role=role)
    attach(role, make_managed_policy(account, "reading", READ))
    (found,) = details(iam(ana), Filter=["Role"])["RoleDetailList"]
    assert found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "AWS": account.root_arn
    }
    assert [one["PolicyName"] for one in found["RolePolicyList"]] == ["test"]
    assert [one["PolicyName"] for one in found["AttachedManagedPolicies"]] == ["reading"]
    assert found["Tags"] == [{"Key": "team", "Value": "red"}]
    assert found["RoleLastUsed"] == {}
    assert "Description" not in found
    (shown,) = found["InstanceProfileList"]
    assert (shown["Arn"], shown["Roles"][0]["RoleName"]) == (profile.arn, "web")


def test_the_use_of_a_role_is_shown(iam: Any, account: Account, ana: User) -> None:
    role = make_role(account, "web")
    role.used(role.created_at, "eu-west-1")
    (found,) = details(iam(ana), Filter=["Role"])["RoleDetailList"]
    assert found["RoleLastUsed"]["Region"] == "eu-west-1"


def test_a_policy_is_shown_with_all_versions(iam: Any, account: Account, ana: User) -> None:
    policy = make_managed_policy(account, "reading", READ)
    policy.description = "not shown here"
    policy.save()
    policy.versions.create(number=2, document='{"Version":"2012-10-17","Statement":[]}')
    PolicyUsage.count(policy, account, attachment_count=3, boundary_count=1)
    (found,) = details(iam(ana), Filter=["LocalManagedPolicy"])["Policies"]
    assert (found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]) == (3, 1)
    assert found["DefaultVersionId"] == "v1"
    versions = [(one["VersionId"], one["IsDefaultVersion"]) for one in found["PolicyVersionList"]]
    assert versions == [("v2", False), ("v1", True)]
    assert found["PolicyVersionList"][1]["Document"]["Statement"] == READ
    assert "Description" not in found


def test_documents_are_percent_encoded_on_the_wire(iam: Any, ana: User) -> None:
    client = iam(ana)
    bodies = []
    client.meta.events.register(
        "before-parse.iam", lambda response_dict, **_: bodies.append(response_dict["body"])
    )
    details(client, Filter=["User"])
    assert b"<PolicyDocument>%7B%22Version%22%3A%20%222012-10-17%22%2C" in bodies[0]


def test_the_kinds_come_one_after_the_other(iam: Any, full: Account, ana: User) -> None:
    page = details(iam(ana))
    assert names(page) == [
        *("ana", "Zoe", "audit", "deploy", "Devs", "ops"),
        *("reading", "writing", "ShippedInUse"),
    ]
    assert page["IsTruncated"] is False
    assert "Marker" not in page


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8, 9])
def test_pages_hold_everything_once(iam: Any, full: Account, ana: User, size: int) -> None:
    client = iam(ana)
    paginator = client.get_paginator("get_account_authorization_details")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": size}))
    assert [name for page in pages for name in names(page)] == names(details(client))
    assert all(len(names(page)) == size for page in pages[:-1])
    assert len(pages) == -(-9 // size)


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (["User"], ["ana", "Zoe"]),
        (["Group", "Role"], ["audit", "deploy", "Devs", "ops"]),
        (["LocalManagedPolicy"], ["reading", "writing"]),
        (["AWSManagedPolicy"], ["ShippedInUse"]),
        (["User", "User"], ["ana", "Zoe"]),
    ],
)
def test_a_filter_names_kinds(
    iam: Any, full: Account, ana: User, kinds: list[str], wanted: list[str]
) -> None:
    page = details(iam(ana), Filter=kinds)
    assert names(page) == wanted
    assert all(member in page for member in LISTS)


def test_a_filter_that_is_no_kind_is_refused(iam: Any, ana: User) -> None:
    with refused("ValidationError", status=400):
        details(iam(ana), Filter=["Robot"])


def test_a_marker_holds_for_its_filter_its_action_and_its_account(
    iam: Any, full: Account, ana: User, cleo: User
) -> None:
    client = iam(ana)
    marker = details(client, Filter=["User"], MaxItems=1)["Marker"]
    other_list = client.list_users(MaxItems=1)["Marker"]
    assert names(details(client, Filter=["User"], MaxItems=1, Marker=marker)) == ["Zoe"]
    attempts = [
        (client, {"Filter": ["Role"], "Marker": marker}),
        (client, {"Marker": marker}),
        (client, {"Filter": ["User"], "Marker": other_list}),
        (client, {"Filter": ["User"], "Marker": marker[:-1] + "x"}),
        (client, {"Filter": ["User"], "Marker": "WzAsIlpvZSJd"}),
        (iam(cleo), {"Filter": ["User"], "Marker": marker}),
    ]
    for asking, params in attempts:
        with refused("ValidationError", "Marker and Filter do not match", status=400):
            details(asking, **params)


def test_another_account_is_not_shown(iam: Any, full: Account, cleo: User) -> None:
    assert names(details(iam(cleo))) == ["cleo"]


def test_a_marker_fits_however_long_the_name(iam: Any, account: Account, ana: User) -> None:
    for last in "ab":
        make_managed_policy(account, "p" * 127 + last, READ)
    page = details(iam(ana), Filter=["LocalManagedPolicy"], MaxItems=1)
    assert len(page["Marker"]) <= 320


def _furnish(account: Account, number: int) -> None:
    user = make_user(account, f"user{number}", allow=["s3:*"])
    group = make_group(account, f"group{number}", user)
    role = make_role(account, f"role{number}", trust=trusting(user.arn), allow=["s3:*"])
    Role.objects.filter(pk=role.pk).update(trust_policy=trusting(user.unique_id))
    InstanceProfile.objects.create(account=account, name=f"profile{number}", role=role)
    policy = make_managed_policy(account, f"policy{number}", READ)
    make_policy(group, "inline", READ)
    for holder in (user, group, role):
        attach(holder, policy)
    user.boundary = policy
    user.save()


def test_the_number_of_queries_does_not_grow(iam: Any, account: Account, ana: User) -> None:
    client = iam(ana)
    details(client)  # the first use of a key is written down
    counts = []
    for numbers in (range(5), range(5, 50)):
        for number in numbers:
            _furnish(account, number)
        with CaptureQueriesContext(connection) as queries:
            page = details(client, MaxItems=1000)
        counts.append(len(queries))
    assert len(names(page)) == 1 + 4 * 50
    assert counts[0] == counts[1]


def test_it_needs_a_permission(iam: Any, ben: User) -> None:
    with refused("AccessDenied", status=403):
        details(iam(ben))

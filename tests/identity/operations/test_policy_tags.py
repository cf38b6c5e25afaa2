"""TagPolicy, UntagPolicy, ListPolicyTags."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import ManagedPolicy, User
from tests.factories import make_managed_policy
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]


@pytest.fixture
def policy(ana: User) -> ManagedPolicy:
    return make_managed_policy(ana.account, "p", READ)


def tagged(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": "v"} for key in keys]


def test_keys_are_told_apart_by_case_and_listed_in_order(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    client = iam(ana)
    client.tag_policy(PolicyArn=policy.arn, Tags=tagged("b", "team", "Team"))
    client.tag_policy(PolicyArn=policy.arn, Tags=[{"Key": "team", "Value": "red"}])
    listed = client.list_policy_tags(PolicyArn=policy.arn)["Tags"]
    assert listed == [*tagged("Team", "b"), {"Key": "team", "Value": "red"}]
    client.untag_policy(PolicyArn=policy.arn, TagKeys=["TEAM", "Team", "absent"])
    listed = client.get_policy(PolicyArn=policy.arn)["Policy"]["Tags"]
    assert [tag["Key"] for tag in listed] == ["b", "team"]


def test_tags_are_listed_in_pages(iam: Any, ana: User, policy: ManagedPolicy) -> None:
    client = iam(ana)
    client.tag_policy(PolicyArn=policy.arn, Tags=tagged("c", "a", "b"))
    pages = client.get_paginator("list_policy_tags").paginate(
        PolicyArn=policy.arn, PaginationConfig={"PageSize": 2}
    )
    assert [[tag["Key"] for tag in page["Tags"]] for page in pages] == [["a", "b"], ["c"]]


def test_a_policy_has_fifty_tags_at_most(iam: Any, ana: User, policy: ManagedPolicy) -> None:
    client = iam(ana)
    client.tag_policy(PolicyArn=policy.arn, Tags=tagged(*(f"k{n}" for n in range(50))))
    with refused("LimitExceeded", "The number of tags has reached the maximum limit.", 409):
        client.tag_policy(PolicyArn=policy.arn, Tags=tagged("one more"))
    client.tag_policy(PolicyArn=policy.arn, Tags=tagged("k7"))


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([], "InvalidInput"),
        (tagged("aws:x"), "InvalidInput"),
        (tagged("AWS:x"), "InvalidInput"),
        (tagged("a", "a"), "InvalidInput"),
        (tagged(""), "ValidationError"),
        (tagged("a" * 129), "ValidationError"),
        (tagged("a!"), "ValidationError"),
        ([{"Key": "a", "Value": "v" * 257}], "ValidationError"),
        (tagged(*(f"k{n}" for n in range(51))), "ValidationError"),
    ],
)
def test_tags_outside_the_rules_are_refused(
    iam: Any, ana: User, policy: ManagedPolicy, tags: Any, code: str
) -> None:
    with refused(code, status=400):
        iam(ana).tag_policy(PolicyArn=policy.arn, Tags=tags)


def test_a_shipped_policy_has_no_tags(iam: Any, ana: User) -> None:
    shipped = "arn:aws:iam::aws:policy/IAMFullAccess"
    answer = iam(ana).list_policy_tags(PolicyArn=shipped)
    assert (answer["Tags"], answer["IsTruncated"]) == ([], False)

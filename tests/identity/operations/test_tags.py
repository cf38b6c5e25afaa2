"""Tags of users."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Account, User
from tests.factories import make_user
from tests.refusals import refused

DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
RESERVED = "Tag keys beginning with aws: are reserved for system use."


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def test_tags_are_listed_by_key(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.tag_user(UserName="ana", Tags=tags(zone="z", area="a"))
    listed = client.list_user_tags(UserName="ana")
    assert listed["Tags"] == tags(area="a", zone="z")
    assert listed["IsTruncated"] is False


def test_a_new_spelling_of_a_key_replaces_the_old(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.tag_user(UserName="ana", Tags=tags(Team="red"))
    client.tag_user(UserName="ana", Tags=tags(TEAM="blue"))
    assert client.list_user_tags(UserName="ana")["Tags"] == tags(TEAM="blue")


def test_untagging_takes_any_spelling_and_absent_keys(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.tag_user(UserName="ana", Tags=tags(Team="red", zone="z"))
    client.untag_user(UserName="ana", TagKeys=["TEAM", "absent"])
    client.untag_user(UserName="ana", TagKeys=[])
    assert client.list_user_tags(UserName="ana")["Tags"] == tags(zone="z")


def test_no_tags_at_all_is_not_a_request(iam: Any, ana: User) -> None:
    with refused("InvalidInput", status=400):
        iam(ana).tag_user(UserName="ana", Tags=[])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"Key": "aws:x", "Value": ""}], RESERVED),
        ([{"Key": "AWS:x", "Value": ""}], RESERVED),
        (tags(a="1", A="2"), DUPLICATE),
    ],
)
def test_reserved_and_doubled_keys_are_refused_everywhere(
    iam: Any, ana: User, given: list[dict[str, str]], message: str
) -> None:
    client = iam(ana)
    with refused("InvalidInput", message, 400):
        client.tag_user(UserName="ana", Tags=given)
    with refused("InvalidInput", message, 400):
        client.create_user(UserName="li", Tags=given)
    assert not User.objects.named("li").exists()


def test_a_value_may_begin_with_aws(iam: Any, ana: User) -> None:
    iam(ana).tag_user(UserName="ana", Tags=tags(source="aws:x"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "v"),
        ("k" * 129, "v"),
        ("k", "v" * 257),
        ("k!", "v"),
        ("k", "v<>"),
        ("k\n", "v"),
        ("k\u0007", "v"),
        ("\U0001f600", "v"),
    ],
)
def test_keys_and_values_outside_the_pattern_are_refused(
    iam: Any, ana: User, key: str, value: str
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).tag_user(UserName="ana", Tags=[{"Key": key, "Value": value}])


@pytest.mark.parametrize("key", ["ключ", "鍵", "İ" * 128, "a b", "_.:/=+-@", "k" * 128])
def test_letters_of_every_script_are_taken(iam: Any, ana: User, key: str) -> None:
    client = iam(ana)
    client.tag_user(UserName="ana", Tags=[{"Key": key, "Value": ""}])
    assert client.list_user_tags(UserName="ana")["Tags"] == [{"Key": key, "Value": ""}]


def test_a_user_carries_fifty_tags(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.tag_user(UserName="ana", Tags=tags(**{f"k{number:02}": "" for number in range(50)}))
    with refused("LimitExceeded", status=409):
        client.tag_user(UserName="ana", Tags=tags(another=""))
    client.tag_user(UserName="ana", Tags=tags(K00="replaced"))
    assert len(client.list_user_tags(UserName="ana")["Tags"]) == 50


def test_fifty_one_tags_in_one_request_are_refused(iam: Any, ana: User) -> None:
    with refused("ValidationError", status=400):
        iam(ana).tag_user(UserName="ana", Tags=tags(**{f"k{n}": "" for n in range(51)}))


def test_pages_of_tags_fit_a_marker_whatever_the_keys(iam: Any, ana: User) -> None:
    client = iam(ana)
    keys = sorted("鍵" * 126 + f"{number:02}" for number in range(5))
    client.tag_user(UserName="ana", Tags=[{"Key": key, "Value": ""} for key in keys])
    paginator = client.get_paginator("list_user_tags")
    pages = list(paginator.paginate(UserName="ana", PaginationConfig={"PageSize": 2}))
    assert [tag["Key"] for page in pages for tag in page["Tags"]] == keys
    assert all(len(page.get("Marker", "")) <= 320 for page in pages)


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("tag_user", {"Tags": tags(a="b")}),
        ("untag_user", {"TagKeys": ["a"]}),
        ("list_user_tags", {}),
    ],
)
def test_a_user_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str, more: dict[str, Any]
) -> None:
    with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
        getattr(iam(ana), verb)(UserName="cleo", **more)
    assert cleo.tags.count() == 0


def test_permission_is_asked_before_the_tags_are_judged(iam: Any, ben: User) -> None:
    with refused("AccessDenied", status=403):
        iam(ben).tag_user(UserName="ben", Tags=tags(a="1", A="2"))


def test_tagging_is_a_permission_on_one_user(iam: Any, account: Account) -> None:
    arn = f"arn:aws:iam::{account.id}:user/ben"
    dev = make_user(
        account, "dev", allow=[{"Effect": "Allow", "Action": "iam:TagUser", "Resource": arn}]
    )
    make_user(account, "ben")
    client = iam(dev)
    client.tag_user(UserName="BEN", Tags=tags(a="b"))
    with refused("AccessDenied", status=403):
        client.tag_user(UserName="dev", Tags=tags(a="b"))

"""Inline policies of users."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client
from identity.models import User, UserPolicy
from tests.factories import make_user
from tests.refusals import refused

NOT_FOUND = "The user policy with name {} cannot be found."


def policy(resource: str = "*", action: str = "iam:GetUser") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def of_size(size: int) -> str:
    """A document of exactly so many characters, none of them white space."""
    empty = json.dumps(json.loads(policy("arn:aws:s3:::")), separators=(",", ":"))
    full = policy("arn:aws:s3:::" + "a" * (size - len(empty)))
    return json.dumps(json.loads(full), separators=(",", ":"))


def test_a_policy_takes_effect_at_once_and_ends_at_once(iam: Any, ana: User, ben: User) -> None:
    admin, client = iam(ana), iam(ben)
    admin.put_user_policy(UserName="ben", PolicyName="own", PolicyDocument=policy())
    client.get_user()
    admin.delete_user_policy(UserName="ben", PolicyName="own")
    with refused("AccessDenied", status=403):
        client.get_user()


def test_a_policy_is_answered_as_it_was_written(iam: Any, ana: User, ben: User) -> None:
    document = json.dumps(json.loads(policy("arn:aws:s3:::ünïcode/* ~ %41+b")), indent=3)
    client = iam(ana)
    client.put_user_policy(UserName="BEN", PolicyName="Own", PolicyDocument=document)
    found = client.get_user_policy(UserName="BEN", PolicyName="OWN")
    assert (found["UserName"], found["PolicyName"]) == ("ben", "Own")
    assert found["PolicyDocument"] == json.loads(document)  # botocore decodes


def test_documents_travel_percent_encoded(ana: User, ben: User) -> None:
    client = Client(Caller(ana), Facts(), "iam")
    client.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=policy())
    encoded = client.get_user_policy(UserName="ben", PolicyName="p")["PolicyDocument"]
    assert encoded.startswith("%7B%22Version%22%3A%20%222012-10-17%22%2C%20%22Statement%22")
    assert "%2A" in encoded


def test_the_same_name_in_another_case_is_the_same_policy(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    client.put_user_policy(UserName="ben", PolicyName="First", PolicyDocument=policy())
    client.put_user_policy(UserName="ben", PolicyName="FIRST", PolicyDocument=policy("*", "s3:*"))
    assert client.list_user_policies(UserName="ben")["PolicyNames"] == ["First"]
    found = client.get_user_policy(UserName="ben", PolicyName="first")["PolicyDocument"]
    assert found["Statement"][0]["Action"] == "s3:*"


def test_policy_names_are_listed_in_pages(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    for name in ("c", "A", "b" * 128):
        client.put_user_policy(UserName="ben", PolicyName=name, PolicyDocument=policy())
    paginator = client.get_paginator("list_user_policies")
    pages = list(paginator.paginate(UserName="ben", PaginationConfig={"PageSize": 1}))
    assert [page["PolicyNames"] for page in pages] == [["A"], ["b" * 128], ["c"]]


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        "[]",
        "nonsense",
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}',
        '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
        policy("user/ben"),
        policy(action="GetUser"),
    ],
)
def test_documents_that_are_not_fully_understood_are_refused(
    iam: Any, ana: User, ben: User, document: str
) -> None:
    with refused("MalformedPolicyDocument", status=400):
        iam(ana).put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=document)
    assert not UserPolicy.objects.filter(user=ben).exists()


@pytest.mark.parametrize("document", ["", "\u0100", "{\u0007}", " " * 131_073])
def test_documents_outside_the_pattern_are_refused(
    iam: Any, ana: User, ben: User, document: str
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=document)


def test_all_policies_of_a_user_share_2048_characters(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    too_big = "Maximum policy size of 2048 bytes exceeded for user ben"
    with refused("LimitExceeded", too_big, 409):
        client.put_user_policy(UserName="ben", PolicyName="a", PolicyDocument=of_size(2049))
    client.put_user_policy(UserName="ben", PolicyName="a", PolicyDocument=of_size(1024))
    client.put_user_policy(UserName="ben", PolicyName="b", PolicyDocument=of_size(1024))
    with refused("LimitExceeded", too_big, 409):
        client.put_user_policy(UserName="ben", PolicyName="c", PolicyDocument=of_size(100))
    client.put_user_policy(UserName="ben", PolicyName="A", PolicyDocument=of_size(1000))


def test_white_space_does_not_count(iam: Any, ana: User, ben: User) -> None:
    spacious = json.dumps(json.loads(of_size(2048)), indent=200)
    iam(ana).put_user_policy(UserName="ben", PolicyName="a", PolicyDocument=spacious)


@pytest.mark.parametrize("name", ["", "a" * 129, "a b", "ü", "a/b", "a\n"])
def test_policy_names_outside_the_pattern_are_refused(
    iam: Any, ana: User, ben: User, name: str
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).put_user_policy(UserName="ben", PolicyName=name, PolicyDocument=policy())


@pytest.mark.parametrize("verb", ["get_user_policy", "delete_user_policy"])
def test_a_policy_that_is_not_there_cannot_be_found(
    iam: Any, ana: User, ben: User, verb: str
) -> None:
    with refused("NoSuchEntity", NOT_FOUND.format("absent"), 404):
        getattr(iam(ana), verb)(UserName="ben", PolicyName="absent")


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("put_user_policy", {"PolicyName": "test", "PolicyDocument": policy()}),
        ("get_user_policy", {"PolicyName": "test"}),
        ("delete_user_policy", {"PolicyName": "test"}),
        ("list_user_policies", {}),
    ],
)
def test_a_user_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str, more: dict[str, str]
) -> None:
    before = list(UserPolicy.objects.filter(user=cleo).values())
    with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
        getattr(iam(ana), verb)(UserName="cleo", **more)
    assert list(UserPolicy.objects.filter(user=cleo).values()) == before


def test_who_may_not_write_policies_learns_nothing_of_theirs(iam: Any, ben: User) -> None:
    make_user(ben.account, "li")
    with refused("AccessDenied", status=403):
        iam(ben).put_user_policy(UserName="ben", PolicyName="p", PolicyDocument="nonsense")
    with refused("AccessDenied", status=403):
        iam(ben).get_user_policy(UserName="li", PolicyName="absent")

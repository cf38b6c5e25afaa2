"""Answers that a widely used mock of AWS gets wrong, as far as policies alone can give them.

The rest of the 24 need rows, keys or signatures, and are tested where those are.
"""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import Layer, LayerKind, Request, decide
from identity.policy.principals import user
from tests.identity.policy.builders import ANA, BEN, ask, layer, request, statement, text

ROLE = "arn:aws:iam::111122223333:role/target"
ROOT = "arn:aws:iam::111122223333:root"


def test_1_a_deny_on_all_but_a_resource_denies_beside_an_allow_of_everything() -> None:
    deny = statement("Deny", Action="iam:*", NotResource=BEN)
    assert not ask(request("iam:GetUser", ANA), statement(), deny)
    assert ask(request("iam:GetUser", BEN), statement(), deny)


def test_2_a_deny_on_all_but_a_resource_allows_nothing_by_itself() -> None:
    deny = statement("Deny", Action="iam:*", NotResource=BEN)
    assert not ask(request("iam:GetUser", ANA), deny)
    assert not ask(request("iam:GetUser", BEN), deny)


UNMET = [
    {"StringEquals": {"aws:username": "ben"}},
    {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"DateLessThan": {"aws:CurrentTime": "2001-01-01T00:00:00Z"}},
]
CONTEXT = {
    "aws__username": "ana",
    "aws__SourceIp": "203.0.113.9",
    "aws__CurrentTime": "2026-11-24T10:00:00Z",
}


@pytest.mark.parametrize("condition", UNMET)
def test_3_a_deny_whose_condition_is_unmet_takes_nothing_away(condition: dict[str, Any]) -> None:
    assert ask(request(**CONTEXT), statement(), statement("Deny", Condition=condition))


@pytest.mark.parametrize("condition", UNMET)
def test_4_to_7_an_allow_whose_condition_is_unmet_gives_nothing(condition: dict[str, Any]) -> None:
    assert not ask(request(**CONTEXT), statement(Condition=condition))


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("IAM:listusers", True),
        ("iam:ListUser?", True),
        ("iam:ListUsers?", False),
        ("iam:List.sers", False),
        ("iam:ListUsers+", False),
        ("iam:(ListUsers)", False),
    ],
)
def test_8_to_10_actions_have_no_case_and_two_wildcards(written: str, allowed: bool) -> None:
    assert bool(ask(request("iam:ListUsers", "*"), statement(Action=written))) is allowed


def test_11_a_boundary_without_the_action_denies() -> None:
    boundary = layer(text(statement(Action="s3:*")), kind=LayerKind.BOUNDARY)
    assert not decide(request("iam:ListUsers"), [layer(text(statement())), boundary])


@pytest.mark.parametrize("resource", [ANA, "arn:aws:iam::111122223333:user/${aws:username}"])
def test_12_to_13_a_user_may_read_itself_where_the_resource_says_so(resource: str) -> None:
    own = statement(Action="iam:GetUser", Resource=resource)
    assert ask(request("iam:GetUser", ANA, aws__username="ana"), own)
    assert not ask(request("iam:GetUser", BEN, aws__username="ana"), own)


def test_15_a_role_that_does_not_exist_trusts_nobody() -> None:
    assert not decide(assumes(), [layer(text(statement())), layer(kind=LayerKind.TRUST)])


def test_16_a_session_policy_that_denies_denies() -> None:
    session = layer(text(statement("Deny")), kind=LayerKind.SESSION)
    assert not decide(request(), [layer(text(statement())), session])


def test_22_a_trust_in_the_account_means_its_users() -> None:
    trust = trusting({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"})
    assert decide(assumes(), [layer(text(statement(Action="sts:AssumeRole"))), trust])
    assert not decide(assumes(), [layer(), trust])


def test_23_the_second_statement_of_a_trust_policy_counts_as_the_first() -> None:
    one = {"Effect": "Allow", "Principal": {"AWS": BEN}, "Action": "sts:AssumeRole"}
    assert decide(assumes(), [trusting(one, one | {"Principal": {"AWS": ANA}})])
    assert not decide(assumes(), [trusting(one)])


def test_24_a_trust_policy_that_only_denies_allows_nobody() -> None:
    deny = {"Effect": "Deny", "Principal": {"AWS": ANA}, "Action": "sts:AssumeRole"}
    assert not decide(assumes(), [layer(text(statement())), trusting(deny)])
    other = deny | {"Principal": {"AWS": BEN}}
    assert not decide(assumes(), [layer(text(statement())), trusting(other)])


def assumes() -> Request:
    """Ana wants to assume a role of her own account."""
    who = user(ANA, "AIDAANAANAANAANAANA2")
    return Request(ANA, "sts:AssumeRole", ROLE, {}, who, "111122223333")


def trusting(*statements: dict[str, Any]) -> Layer:
    return layer(text(*statements), kind=LayerKind.TRUST)

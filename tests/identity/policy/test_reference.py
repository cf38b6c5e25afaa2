"""The engine against the reference evaluator: every condition, and random layers of policies.

`POLICY_CASES` in the environment sets how many sets of layers are tried; the suite tries a few.
Hypothesis draws no more than a seed, so that many cases cost little.
"""

from __future__ import annotations

import itertools
import json
import os
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.policy import Kind, Layer, LayerKind, Request, Source, decide, load
from identity.policy import principals as engine
from identity.policy.conditions import Answer, Condition, answer, question
from tests.identity.policy import reference
from tests.identity.policy.reference import Asked, Who
from tests.identity.policy.reference_operators import Values, as_text

CASES = int(os.environ.get("POLICY_CASES", "1000"))

ACCOUNT, OTHER = "111122223333", "444455556666"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
GUEST = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
ANA_ID, ROLE_ID = "AIDAANAANAANAANAANA2", "AROADEPLOYDEPLOYDEPL"

CI = engine.role_session(SESSION, ROLE, ROLE_ID)
PEOPLE = [
    (Who("user", ACCOUNT, ANA, ANA_ID), engine.user(ANA, ANA_ID)),
    (Who("role session", ACCOUNT, SESSION, ROLE_ID, ROLE), CI),
    (Who("federated user", ACCOUNT, GUEST, ANA_ID, ANA), engine.federated_user(GUEST, ANA, ANA_ID)),
    (Who("root", ACCOUNT), engine.root(ACCOUNT)),
    (Who("service", arn="ec2.amazonaws.com"), engine.service("ec2.amazonaws.com")),
    (Who("provider", arn=PROVIDER), engine.federated(PROVIDER)),
    (Who("anonymous"), engine.ANONYMOUS),
]
NAMED = [
    *[{"AWS": name} for name in (ACCOUNT, ANA, ANA_ID, ROLE, ROLE_ID, SESSION, GUEST, OTHER)],
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", ANA]},
    {"AWS": [ACCOUNT, ROLE, SESSION]},
    {"AWS": [ACCOUNT, ANA, GUEST]},
    {"AWS": "*"},
    "*",
    {"Service": "ec2.amazonaws.com"},
    {"Federated": PROVIDER, "AWS": OTHER},
]
ACTIONS = ["iam:GetUser", "iam:DeleteUser", "sts:AssumeRole", "s3:GetObject"]
ACTION_PATTERNS = [
    *ACTIONS,
    "*",
    "iam:*",
    "IAM:get*",
    "iam:?etUser",
    "s3:GetObject?",
    "sts:Assume*",
]
RESOURCES = [ANA, ROLE, "*", "arn:aws:s3:::bucket/ana", "arn:aws:s3:::bucket/\U0001f600"]
RESOURCE_PATTERNS = [
    *RESOURCES,
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:s3:::bucket/??",
    "arn:aws:s3:::*/${aws:absent, 'ana'}",
    "arn:aws:s3:::${aws:absent}/*",
    "arn:aws:s3:::bucket/${*}",
]
# For each family of operators: values of policies, and values of requests that include bad ones.
FAMILIES: dict[str, tuple[list[Any], list[str]]] = {
    "String": (
        ["ana", "ANA", "a*", "?na", "", "${aws:username}", "${aws:absent}", "${aws:absent,'ana'}"],
        ["ana", "ben", "ANA", "a*", "", "\U0001f600"],
    ),
    "Numeric": ([1, "1.0", 2, "-3", "10", "1e1"], ["1", "2.5", "10", "-3", "one", ""]),
    "Date": (
        ["2026-11-24T10:00:00Z", "2026-11-24", 1795514400, "2026", "2026-11-24T12:00:00.5+02:00"],
        ["2026-11-24T10:00:00Z", "1795514400", "2026-11-24T10:00:00.500Z", "2026-11-24T10:00", "x"],
    ),
    "Bool": (["true", "false", True], ["true", "FALSE", "yes"]),
    "Binary": (["YQ==", "Yg=="], ["YQ==", "YR==", "a", "Yg=="]),
    "Ip": (
        ["10.0.0.0/8", "10.1.2.3", "10.9.9.9/8", "2001:db8::/32", "2001:db8::1/32", "::/0"],
        ["10.1.2.3", "11.1.2.3", "2001:db8::1", "10.0.0.0/8", "host"],
    ),
    "Arn": (
        [
            ANA,
            "arn:aws:iam::*:user/*",
            "arn:*:*:*:*:*",
            "arn:aws:iam::${aws:username}:*",
            "*:*:*:*:*:a",
        ],
        [ANA, "arn:aws:iam::ana:x", "arn:aws:s3:::a:b", "arn:aws:iam::user", "ana"],
    ),
}
OPERATORS = {
    "String": ["Equals", "NotEquals", "Like", "NotLike", "EqualsIgnoreCase", "NotEqualsIgnoreCase"],
    "Arn": ["Equals", "NotEquals", "Like", "NotLike"],
    "Bool": [""],
    "Binary": ["Equals"],
    "Ip": ["Address"],
}
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
KINDS = [kind.name for kind in LayerKind if kind is not LayerKind.ROOT] + ["RESOURCE", "TRUST"]
QUANTIFIERS = ["", "ForAllValues:", "ForAnyValue:"]


def operators(family: str) -> list[str]:
    names = [family + name for name in OPERATORS.get(family, ORDERS)]
    return [*names, "NotIpAddress"] if family == "Ip" else names


@pytest.mark.parametrize("family", list(FAMILIES))
@pytest.mark.parametrize("quantifier", QUANTIFIERS)
@pytest.mark.parametrize("suffix", ["", "IfExists"])
def test_every_condition_holds_as_the_specification_reads(
    family: str, quantifier: str, suffix: str
) -> None:
    texts, found = FAMILIES[family]
    wanted = [[], *([one] for one in texts), *map(list, itertools.combinations(texts, 2))]
    asked = [None, (), *found, *itertools.combinations(found, 2), *((one,) for one in found)]
    for name, values, value in itertools.product(operators(family), wanted, asked):
        _compare_condition(quantifier + name + suffix, values, value)


@pytest.mark.parametrize("wanted", ["true", "false"])
@pytest.mark.parametrize("asked", [None, (), "", "x", ("x", "y")])
def test_null_holds_as_the_specification_reads(wanted: str, asked: Values | None) -> None:
    _compare_condition("Null", [wanted], asked)


def _compare_condition(name: str, values: list[Any], asked: Values | None) -> None:
    context: dict[str, Values] = {"aws:username": "ana"}
    if asked is not None:
        context["AWS:X"] = asked
    texts = tuple(map(as_text, values))
    request = Request("", "iam:GetUser", "*", context)
    for replaces in (True, False):
        expected = reference.condition_holds(name, "aws:x", values, context, replaces)
        put = question(Condition(name, "aws:x", texts), variables=replaces)
        found = answer([put], request)
        assert found is (Answer.YES if expected else Answer.NO), (name, values, asked, replaces)


# --- random layers -------------------------------------------------------------------------------


class Dice(Random):
    """Random parts of policies and of requests."""

    def some(self, listed: list[Any]) -> list[Any]:
        return self.sample(listed, self.randint(1, 2))

    def condition(self) -> dict[str, dict[str, Any]]:
        family = self.choice(list(FAMILIES))
        suffix = self.choice(["", "IfExists"])
        name = self.choice(QUANTIFIERS) + self.choice(operators(family)) + suffix
        key = self.choice([f"test:{family}", f"TEST:{family.lower()}", "aws:absent"])
        return {name: {key: self.some(FAMILIES[family][0])}}

    def statement(self, kind: str) -> dict[str, Any]:
        effect = self.choice(["Allow", "Allow", "Allow", "Deny"])
        one: dict[str, Any] = {"Effect": effect}
        wide = self.random() < 0.6
        one[self.choice(["Action", "NotAction"])] = self.some(ACTION_PATTERNS)
        one[self.choice(["Resource", "NotResource"])] = self.some(RESOURCE_PATTERNS)
        if wide:
            one = {"Effect": effect, "Action": "*", "Resource": "*"}
        if kind == "TRUST":
            one = {name: value for name, value in one.items() if "Resource" not in name}
        if kind in ("RESOURCE", "TRUST"):
            spare = effect == "Deny" and self.random() < 0.5
            one["NotPrincipal" if spare else "Principal"] = self.choice(NAMED)
        if self.random() < 0.25:
            one["Condition"] = self.condition()
        return one

    def layer(self) -> tuple[str, list[str]]:
        kind = self.choice(KINDS)
        return kind, [self.document(kind) for _ in range(self.choice([0, 1, 1, 2]))]

    def document(self, kind: str) -> str:
        version = self.choice(["2012-10-17", "2012-10-17", "2008-10-17"])
        found = [self.statement(kind) for _ in range(self.randint(1, 2))]
        return json.dumps({"Version": version, "Statement": found})

    def request(self) -> tuple[Asked, Request]:
        context: dict[str, Any] = {"aws:username": self.choice(["ana", "*", "ben"])}
        for family, (_, values) in FAMILIES.items():
            if self.random() < 0.7:
                context[f"test:{family}"] = self.choice([*values, tuple(self.some(values))])
        who, principal = self.choice(PEOPLE)
        owner = self.choice([ACCOUNT, ACCOUNT, OTHER, ""])
        action, resource = self.choice(ACTIONS), self.choice(RESOURCES)
        return (
            Asked(action, resource, context, who, owner),
            Request(who.arn, action, resource, context, principal, owner),
        )


def read(kind: str, texts: list[str]) -> Layer:
    kinds = {"RESOURCE": Kind.RESOURCE, "TRUST": Kind.TRUST}
    sources = (Source(text, load(text, kinds.get(kind, Kind.IDENTITY))) for text in texts)
    return Layer(LayerKind[kind], tuple(sources))


@settings(max_examples=CASES)
@given(st.integers(0, 2**48))
def test_layers_decide_as_the_specification_reads(seed: int) -> None:
    dice = Dice(seed)
    written = [dice.layer() for _ in range(dice.randint(0, 3))]
    if dice.random() < 0.3:
        written.append(("IDENTITY", [ALLOW_ALL]))
    compiled = [read(kind, texts) for kind, texts in written]
    for _ in range(6):
        literal, request = dice.request()
        expected = reference.decide(literal, written)
        assert decide(request, compiled).outcome.value == expected, (literal, written)


ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)

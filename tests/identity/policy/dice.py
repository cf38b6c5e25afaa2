"""Random policies and requests, for the engine and for the reference evaluator alike.

A seed decides all of them, so that many cases cost little. Some documents are such that nobody
could have written them; some requests hold values that no operator reads.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any, TypeAlias

from identity.policy import Layer, LayerKind, Request, Source, load, root_layer
from identity.policy import principals as engine
from tests.identity.policy.asking import ALLOW_ALL, Written, kind_of
from tests.identity.policy.reference import Asked, Who

ACCOUNT, OTHER = "111122223333", "444455556666"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
CANONICAL = "c" * 64
BOSS = f"arn:aws:sts::{ACCOUNT}:federated-user/boss"
GUEST = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
ANA_ID, ROLE_ID = "AIDAANAANAANAANAANA2", "AROADEPLOYDEPLOYDEPL"

CI = engine.role_session(SESSION, ROLE, ROLE_ID)
PEOPLE = [
    (Who("user", ACCOUNT, ANA, ANA_ID), engine.user(ANA, ANA_ID)),
    (Who("role session", ACCOUNT, SESSION, ROLE_ID, ROLE), CI),
    (Who("federated user", ACCOUNT, GUEST, ANA_ID, ANA), engine.federated_user(GUEST, ANA, ANA_ID)),
    (Who("federated user", ACCOUNT, BOSS), engine.federated_user(BOSS)),
    (Who("root", ACCOUNT), engine.root(ACCOUNT)),
    (Who("root", ACCOUNT, id=CANONICAL), engine.root(ACCOUNT, canonical_id=CANONICAL)),
    (Who("service", arn="ec2.amazonaws.com"), engine.service("ec2.amazonaws.com")),
    (Who("provider", arn=PROVIDER), engine.federated(PROVIDER)),
    (Who("anonymous"), engine.ANONYMOUS),
    (Who("unknown"), None),
]
NAMED = [
    *[{"AWS": name} for name in (ACCOUNT, ANA, ANA_ID, ROLE, ROLE_ID, SESSION, GUEST, OTHER)],
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", ANA]},
    {"AWS": [ACCOUNT, ROLE, SESSION]},
    {"AWS": [ACCOUNT, ANA, GUEST]},
    {"AWS": [ACCOUNT, BOSS]},
    {"CanonicalUser": CANONICAL},
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
KINDS = [kind.name for kind in LayerKind] + ["RESOURCE", "TRUST", "IDENTITY"]
QUANTIFIERS = ["", "ForAllValues:", "ForAnyValue:"]


def operators(family: str) -> list[str]:
    names = [family + name for name in OPERATORS.get(family, ORDERS)]
    return [*names, "NotIpAddress"] if family == "Ip" else names


Statement: TypeAlias = dict[str, Any]


class Dice(Random):
    """Random parts of policies and of requests."""

    def some(self, listed: list[Any]) -> list[Any]:
        return self.sample(listed, self.randint(1, 2))

    def happens(self, chance: float) -> bool:
        return self.random() < chance

    def layers(self) -> Written:
        written = [self.layer() for _ in range(self.randint(0, 3))]
        return [*written, ("IDENTITY", [ALLOW_ALL])] if self.happens(0.3) else written

    def layer(self) -> tuple[str, list[str]]:
        kind = self.choice(KINDS)
        if kind == "ROOT":
            return kind, [ALLOW_ALL]
        return kind, [self.document(kind) for _ in range(self.choice([0, 1, 1, 2]))]

    def document(self, kind: str, effects: str = "Allow Allow Allow Deny") -> str:
        version = self.choice(["2012-10-17", "2012-10-17", "2008-10-17"])
        names = kind in ("RESOURCE", "TRUST") or (kind == "RCP" and self.happens(0.5))
        found = [
            self.statement(self.choice(effects.split()), kind, names=names)
            for _ in range(self.randint(1, 2))
        ]
        document = {"Version": version, "Statement": found}
        return self.spoiled(document) if self.happens(0.04) else json.dumps(document)

    def statement(self, effect: str, kind: str, *, names: bool) -> Statement:
        one: Statement = {"Effect": effect}
        if self.happens(0.6):
            one |= {"Action": "*", "Resource": "*"}
        else:
            one[self.choice(["Action", "NotAction"])] = self.some(ACTION_PATTERNS)
            one[self.choice(["Resource", "NotResource"])] = self.some(RESOURCE_PATTERNS)
        if kind == "TRUST":
            one = {name: value for name, value in one.items() if "Resource" not in name}
        if names:
            spares = effect == "Deny" and self.happens(0.5)
            one["NotPrincipal" if spares else "Principal"] = self.choice(NAMED)
        if self.happens(0.25):
            one["Condition"] = self.condition()
        return one

    def condition(self) -> dict[str, dict[str, Any]]:
        family = self.choice(list(FAMILIES))
        suffix = self.choice(["", "IfExists"])
        name = self.choice(QUANTIFIERS) + self.choice(operators(family)) + suffix
        key = self.choice([f"test:{family}", f"TEST:{family.lower()}", "aws:absent"])
        wanted, asked = FAMILIES[family]
        if self.happens(0.05):
            name = self.choice(["StringContains", "Null", "NullIfExists", f"ForAnyValue:{name}"])
        return {name: {key: self.some(wanted if self.happens(0.95) else [*wanted, *asked])}}

    def spoiled(self, document: dict[str, Any]) -> str:
        """The document with a fault, by which most of them become unreadable."""
        one = dict(document["Statement"][0])
        fault: Statement = self.choice(
            [
                {"Effect": "allow"},
                {"Action": 1},
                {"Action": []},
                {"Action": "*", "NotAction": "*"},
                {"Resource": "arn:aws:s3:::${aws:username"},
                {"Resource": "arn:aws:s3:::${aws:username ,'x'}"},
                {"Conditions": {}},
                {"Condition": {"StringEquals": "ana"}},
                {"Condition": {"Bool": {"aws:x": [None]}}},
                {"Sid": 1},
            ]
        )
        text = json.dumps({**document, "Statement": [one | fault]})
        return self.choice(
            [
                text,
                text,
                text[:-1],
                text.replace("{", '{"Version": "2012-10-17", ', 1),
                json.dumps({**document, "Version": "2020-01-01"}),
                json.dumps({**document, "Statement": []}),
                json.dumps({**document, "Statement": document["Statement"][0]}),
            ]
        )

    def request(self) -> tuple[Asked, Request]:
        context: dict[str, Any] = {"aws:username": self.choice(["ana", "*", "ben"])}
        for family, (_, values) in FAMILIES.items():
            if self.happens(0.7):
                context[f"test:{family}"] = self.choice([*values, tuple(self.some(values))])
            if self.happens(0.05):
                context[f"Test:{family}"] = self.choice([*values, ()])
        who, principal = self.choice(PEOPLE)
        owner = self.choice([ACCOUNT, ACCOUNT, OTHER, ""])
        action, resource = self.choice(ACTIONS), self.choice(RESOURCES)
        return (
            Asked(action, resource, context, who, owner),
            Request(who.arn, action, resource, context, principal, owner),
        )


def read(written: Written) -> list[Layer]:
    """The layers as the engine takes them."""
    return [_layer(kind, texts) for kind, texts in written]


def _layer(kind: str, texts: list[str]) -> Layer:
    if kind == "ROOT":
        return root_layer()
    sources = (Source(text, load(text, kind_of(kind, text))) for text in texts)
    return Layer(LayerKind[kind], tuple(sources))

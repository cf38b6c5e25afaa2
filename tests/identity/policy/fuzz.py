"""Hostile and broken documents by the seed, and what must hold for every text.

`python -m tests.identity.policy.fuzz --seconds 60` tries as many as it can, and prints the seed of
the first that breaks a rule.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections.abc import Callable
from random import Random, SystemRandom
from typing import Any

from identity.catalogue import catalogue
from identity.errors import MalformedPolicyDocument
from identity.policy import UNREADABLE, Kind, json_tree, load, parse, size, strict_json
from identity.policy.json_tree import Node
from identity.policy.lint import findings
from identity.policy.printing import text as printed

SLOW = 10.0  # what grows without measure takes more on any machine
"""Seconds of processor time that one text of the greatest length may take for one question."""

_POLICIES = [
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Own",
                "Effect": "Allow",
                "Action": ["iam:GetUser", "iam:*AccessKey*"],
                "Resource": "arn:aws:iam::*:user/${aws:username}",
                "Condition": {
                    "Bool": {"aws:SecureTransport": True},
                    "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["team", "a*"]},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
                    "NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]},
                    "DateLessThan": {"aws:CurrentTime": "2026-11-24T10:00:00Z"},
                },
            },
            {"Effect": "Deny", "NotAction": "iam:*", "NotResource": ["*", "arn:aws:s3:::a/*"]},
        ],
    },
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": ["111122223333", "*"], "Service": "ec2.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
        },
    },
    {
        "Version": "2008-10-17",
        "Id": "web",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringLike": {"gitlab.com:sub": "project_path:a/b:*"}},
            },
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        ],
    },
]
_WORDS = [
    *("Version", "Statement", "Effect", "Action", "NotAction", "Resource", "NotResource", "Sid"),
    *("Principal", "NotPrincipal", "Condition", "AWS", "Federated", "Allow", "Deny", "*", ""),
    *("2012-10-17", "iam:PassRole", "arn:aws:iam::1:role/a", "${", "${aws:username}", "${*}"),
    *("StringEquals", "ForAllValues:StringLike", "Null", "IpAddress", "aws:SourceIp", "a*b?"),
    *("\x00", "\ud800", "\u4e2d", "\U0001f600", "\u0130", "\xff", "'", '"', "\\", ":" * 9),
]
_SCRAPS = [
    *('"', "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "\r", "\t", "\x00", "\x0b", "\ufeff"),
    *("null", "true", "NaN", "-Infinity", "1e999999", "-0", "0.1", "01", "\\u", "\\ud800", "/*"),
    *("${", "}", "\u4e2d", "\ud800", "\xa0", "\u2028", '"Effect":"Allow"', '"a":1,', "\x7f"),
]


# --- texts --------------------------------------------------------------------------------------


def document(random: Random) -> str:
    """A text that the seed of `random` decides."""
    make = random.choice(_MAKERS)
    return make(random)[: strict_json.MAX_CHARACTERS + 10]


def _policy(random: Random) -> Any:
    return json.loads(json.dumps(random.choice(_POLICIES)))


def _scalar(random: Random) -> Any:
    return random.choice(
        [random.choice(_WORDS), random.randrange(-9, 9), 1.5, True, None, [], {}, 10**40]
    )


def _value(random: Random, depth: int = 4) -> Any:
    if depth == 0 or random.random() < 0.3:
        return _scalar(random)
    if random.random() < 0.4:
        return [_value(random, depth - 1) for _ in range(random.randrange(4))]
    return {random.choice(_WORDS): _value(random, depth - 1) for _ in range(random.randrange(5))}


def _replaced(value: Any, random: Random) -> Any:
    """The value with something in it changed, dropped or put elsewhere."""
    if random.random() < 0.15 or not isinstance(value, list | dict) or not value:
        return _value(random, 2)
    if isinstance(value, list):
        place = random.randrange(len(value))
        return [*value[:place], _replaced(value[place], random), *value[place:]]
    name = random.choice(list(value))
    changed = value | {random.choice([name, name, *_WORDS]): _replaced(value[name], random)}
    if random.random() < 0.2:
        del changed[name]
    return changed


def _spelled(value: Any, random: Random) -> str:
    return json.dumps(
        value, indent=random.choice([None, 0, 2, "\t"]), ensure_ascii=random.random() < 0.7
    )


def _random_value(random: Random) -> str:
    return _spelled(_value(random), random)


def _changed_policy(random: Random) -> str:
    policy = _policy(random)
    for _ in range(random.randrange(4)):
        policy = _replaced(policy, random)
    return _spelled(policy, random)


def _scratched_policy(random: Random) -> str:
    """A policy with characters dropped, repeated and put in."""
    text = _spelled(_policy(random), random)
    for _ in range(random.randrange(1, 5)):
        one, other = sorted(random.randrange(len(text) + 1) for _ in range(2))
        cut = text[one : min(other, one + 9)]
        scrap = random.choice([*_SCRAPS, cut, cut * 3, ""])
        text = text[:one] + scrap + text[one + random.randrange(3) :]
    return text


def _noise(random: Random) -> str:
    return "".join(random.choice(_SCRAPS) for _ in range(random.randrange(60)))


def _deep(random: Random) -> str:
    levels = random.choice([3, 15, 16, 17, 1_000, 60_000])
    opening, closing = random.choice([("[", "]"), ('{"a":', "}"), ("[[],", "]")])
    return opening * levels + "1" + closing * random.choice([levels, levels - 1, 0])


def _long(random: Random) -> str:
    """A policy of the greatest length, made of one thing repeated."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*"}]}
    one: dict[str, Any] = policy["Statement"][0]  # type: ignore[assignment]  # JSON, as written
    piece = random.choice(["a", "*a", "${", "${a:b}", "?", "a:", '"', "\\", "\xff", "iam:G*"])
    how = random.choice(["value", "list", "conditions", "statements", "principals"])
    times = 100_000 // (len(piece) + 3)
    one["Resource"] = piece * times if how == "value" else "*"
    if how == "list":
        one["Action"] = [f"{piece}{number}" for number in range(times // 3)]
    if how == "conditions":
        keys = {f"aws:{piece}{number}": [piece] for number in range(times // 5)}
        one["Condition"] = {random.choice(["StringLike", "Null", "Zzz", "ArnLike"]): keys}
    if how == "statements":
        policy["Statement"] = [one | {"Action": f"{piece}{number}"} for number in range(1_500)]
    if how == "principals":
        one["Principal"] = {"AWS": [f"{piece}{number}" for number in range(times // 3)]}
    return json.dumps(policy, ensure_ascii=False, separators=(",", ":"))


_MAKERS: list[Callable[[Random], str]] = [
    *[_changed_policy] * 9,
    *[_scratched_policy] * 6,
    *[_random_value] * 3,
    _noise,
    _noise,
    _deep,
]
_LONG_MAKERS: list[Callable[[Random], str]] = [_long, _deep]


def long_document(random: Random) -> str:
    """A text near the greatest length."""
    return random.choice(_LONG_MAKERS)(random)[: strict_json.MAX_CHARACTERS]


# --- what holds for every text --------------------------------------------------------------------


def check(text: str) -> None:
    """Raise `AssertionError`, or whatever broke, if the text breaks a rule."""
    _readers_agree(text)
    assert size(text) <= len(text)
    for kind in Kind:
        started = time.thread_time()
        refused = _written(text, kind)
        read = time.thread_time()
        found = findings(text, kind, catalogue())
        linted = time.thread_time()
        assert read - started < SLOW, f"reading took {read - started} s"
        assert linted - read < SLOW, f"linting took {linted - read} s"
        assert not refused or any(one.type == "ERROR" for one in found)
        lines = text.count("\n") + text.count("\r") + 1
        assert all((1, 1) <= one.span.start <= one.span.end for one in found)
        assert all(one.span.end.line <= lines for one in found)


def _written(text: str, kind: Kind) -> bool:
    """Whether the document is refused; and that it is refused well, or read well."""
    stored = load(text, kind)
    try:
        document = parse(text, kind)
    except MalformedPolicyDocument as refused:
        _check_refusal(refused)
        return True
    assert stored == document
    assert stored is not UNREADABLE
    assert parse(printed(document), kind) == document
    return False


def _check_refusal(refused: MalformedPolicyDocument) -> None:
    place = f"line {refused.line}, column {refused.column}: expected "
    assert refused.detail.startswith(place)
    assert refused.message
    assert min(refused.line, refused.column) >= 1


def _readers_agree(text: str) -> None:
    """Both readers of JSON refuse the same texts, and read the same in all others."""
    strict: list[object] = []
    placed: list[object] = []
    with contextlib.suppress(ValueError):
        strict.append(strict_json.read(text))
    with contextlib.suppress(ValueError):
        placed.append(_plain(json_tree.read(text)))
    assert strict == placed


def _plain(node: Node) -> object:
    if isinstance(node.value, list):
        return [_plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {name: _plain(member.value) for name, member in node.value.items()}
    return node.value


def main() -> None:
    parser = argparse.ArgumentParser(description="Try hostile policy documents for a while.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="try the document of this seed only")
    options = parser.parse_args()
    seeds, until, tried = SystemRandom(), time.monotonic() + options.seconds, 0
    while time.monotonic() < until:
        seed = seeds.randrange(2**63) if options.seed is None else options.seed
        random = Random(seed)
        text = document(random) if seed % 50 else long_document(random)
        try:
            check(text)
        except Exception:
            print(f"seed {seed}: {text[:2_000]!r}")
            raise
        tried += 1
        if options.seed is not None:
            break
    print(f"{tried} documents, and no rule broken")


if __name__ == "__main__":
    main()

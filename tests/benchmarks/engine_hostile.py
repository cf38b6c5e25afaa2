"""Policies of 6,144 characters made to be slow, and resources of 2,048 made for each of them."""

from __future__ import annotations

import itertools
import json
import string
from collections.abc import Iterator
from typing import Any, NamedTuple

from identity.policy import Request, size
from identity.policy.request import Value

POLICY_SIZE = 6_144
RESOURCE_SIZE = 2_048
_ARN = "arn:aws:s3:::"
_NAME = "u" * 64


class Hostile(NamedTuple):
    """A policy and the requests that it should be slow with, no two of them on one resource."""

    name: str
    policy: str
    resource: str

    def request(self, number: int) -> Request:
        resource = _ARN + f"{number:06}" + self.resource
        resource = resource[:RESOURCE_SIZE].ljust(RESOURCE_SIZE, "a")
        context: dict[str, Value] = {
            "aws:username": _NAME,
            "aws:SourceIp": f"192.0.{number % 200}.1",
            "aws:EpochTime": str(number),
            "aws:CurrentTime": f"2026-11-24T10:{number % 60:02}:00Z",
            "aws:UserAgent": resource,
            "aws:PrincipalArn": resource,
            "aws:TagKeys": tuple(f"key{one}" for one in range(50)),
            "a:b": _NAME,
        }
        return Request("arn:aws:iam::111122223333:user/ana", "s3:GetObject", resource, context)


def hostile() -> Iterator[Hostile]:
    """Each is an Allow that applies to nothing, so that every part of it is tried."""
    pairs = map("".join, itertools.product(string.ascii_letters, repeat=2))
    a = "a" * RESOURCE_SIZE
    yield Hostile("*a*a*a…", _resources([_ARN + "*a" * 980 + "*b"] * 3), a)
    yield Hostile("*aa*aa…", _resources([_ARN + "*aa" * 600 + "*b"] * 3), a)
    yield Hostile("*a?*a?…", _resources([_ARN + "*a?" * 600 + "*b"] * 3), a)
    yield Hostile("?*?*?…", _resources([_ARN + "?*" * 1000 + "b"] * 3), a)
    for size_of in (8, 30, 120, 500, 1000):
        half = "a" * (size_of // 2)
        yield Hostile(
            f"*a…ba…* of {size_of}",
            _resources([f"{_ARN}*{half}b{half}{number}*" for number in range(400)]),
            ("a" * (size_of * 3 // 4) + "b") * 2048 + "0123456789",
        )
        yield Hostile(
            f"*a…b* of {size_of}",
            _resources([f"{_ARN}*{half}{half}b{number}c*" for number in range(400)]),
            a[:1000] + "b0123456789bc" + a,
        )
        yield Hostile(
            f"*a?a?…b* of {size_of}",
            _resources(f"{_ARN}*{'a?' * (size_of // 2)}b{number}c*" for number in range(400)),
            a[:1000] + "b0123456789bc" + a,
        )
    latin = "".join(map(chr, range(0xA1, 0x100))) + string.ascii_letters + string.digits
    yield Hostile(
        "*¡?¢…* of all letters",
        _resources(f"{_ARN}*{latin[n:]}?{latin[:n]}X*" for n in range(40)),
        latin * 20,
    )
    yield Hostile("*…", _resources(f"{_ARN}*{pair}" for pair in pairs if pair != "aa"), a)
    yield Hostile(
        "*ab*",
        _resources(f"{_ARN}*a{pair}a*" for pair in pairs if pair != "aa"),
        a + string.ascii_letters,
    )
    yield Hostile("many ${…}", _resources(["arn:aws:s3:::*" + "${a:b}" * 1000]), "u" * 2048)
    yield Hostile(
        "many ${…} in a *",
        _resources(f"arn:aws:s3:::*{n}" + "${a:b}*" * 2 for n in range(500)),
        "u" * 2048,
    )
    yield Hostile("statements", _statements(), a)
    for operator, key, values in _conditions():
        yield Hostile(operator, _condition(operator, key, values), a)


def _conditions() -> Iterator[tuple[str, str, Iterator[Any]]]:
    numbers = range(10_000)
    yield "StringLike", "aws:UserAgent", (f"*a{n}b*" for n in numbers)
    yield "StringNotLike", "aws:UserAgent", (f"*a?{n}" for n in numbers)
    yield "StringLike", "aws:UserAgent", ("${a:b}*" + f"{n}" for n in numbers)
    yield "StringEquals", "aws:UserAgent", ("${a:b}" + f"{n}" for n in numbers)
    yield "StringEqualsIgnoreCase", "aws:UserAgent", (f"a{n}" for n in numbers)
    yield "ForAllValues:StringEquals", "aws:TagKeys", (f"key{n}x" for n in numbers)
    yield "ArnLike", "aws:PrincipalArn", (f"*:*:*:*:*:*{n}b*" for n in numbers)
    yield "ArnNotLike", "aws:PrincipalArn", ("*:*:*:*:*:${a:b}*" + f"{n}b" for n in numbers)
    yield "IpAddress", "aws:SourceIp", (f"10.{n // 256}.{n % 256}.0" for n in numbers)
    yield "IpAddress", "aws:SourceIp", (f"{n:x}::" for n in range(1, 10_000))
    yield "NumericEquals", "aws:EpochTime", (n + 1_000_000 for n in numbers)
    yield "DateEquals", "aws:CurrentTime", (f"{n:04}" for n in range(1, 2000))
    yield "BinaryEquals", "aws:UserAgent", (f"{n:04}" for n in numbers)


def _resources(patterns: Any) -> str:
    return _filled(lambda some: {"Action": "*", "Resource": some}, patterns)


def _condition(operator: str, key: str, values: Iterator[Any]) -> str:
    return _filled(
        lambda some: {"Action": "*", "Resource": "*", "Condition": {operator: {key: some}}}, values
    )


def _statements() -> str:
    patterns = ([f"{_ARN}*a{n}?b"] for n in range(10_000))
    found: list[Any] = []
    for pattern in patterns:
        one = {"Effect": "Allow", "Action": "*", "Resource": pattern}
        if size(_document([*found, one])) > POLICY_SIZE:
            break
        found.append(one)
    return _document(found)


def _filled(statement: Any, values: Any) -> str:
    """A policy with as many of the values as find room."""
    some: list[Any] = []
    for value in values:
        if size(_document([{"Effect": "Allow", **statement([*some, value])}])) > POLICY_SIZE:
            break
        some.append(value)
    assert some
    return _document([{"Effect": "Allow", **statement(some)}])


def _document(statements: list[Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, ensure_ascii=False)

"""Short ways to say a document, a layer and a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.errors import MalformedPolicyDocument
from identity.policy import Decision, Kind, Layer, LayerKind, Request, Source, decide, load, parse

ANA = "arn:aws:iam::111122223333:user/ana"
BEN = "arn:aws:iam::111122223333:user/ben"
SYNTAX = "Syntax errors in policy."


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement about every action and resource, but for the elements given."""
    if "NotAction" not in elements:
        elements.setdefault("Action", "*")
    if "NotResource" not in elements:
        elements.setdefault("Resource", "*")
    return {"Effect": effect, **elements}


def text(*statements: dict[str, Any], version: str | None = "2012-10-17") -> str:
    """The JSON of a document; without a version it means 2008-10-17."""
    members: dict[str, Any] = {"Version": version} if version else {}
    return json.dumps({**members, "Statement": list(statements)})


def layer(*documents: str, kind: LayerKind = LayerKind.IDENTITY, stored: bool = False) -> Layer:
    """A layer of policies named policy-1, policy-2, …; `stored` reads them without validation."""
    read = load if stored else parse
    sources = (
        Source(f"policy-{number}", read(document, _kind_of(document, kind)))
        for number, document in enumerate(documents, 1)
    )
    return Layer(kind, tuple(sources))


def _kind_of(document: str, kind: LayerKind) -> Kind:
    """Documents that name no principal are read as those of one."""
    if '"Principal"' not in document and '"NotPrincipal"' not in document:
        return Kind.IDENTITY
    return Kind.TRUST if kind is LayerKind.TRUST else Kind.RESOURCE


def request(action: str = "iam:GetUser", resource: str = ANA, **context: Any) -> Request:
    """What ana asks; `aws__username` stands for the key `aws:username`."""
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    return Request(ANA, action, resource, keys)


def ask(
    asked: Request, *statements: dict[str, Any], version: str | None = "2012-10-17"
) -> Decision:
    """The decision on one identity policy of these statements."""
    return decide(asked, [layer(text(*statements, version=version))])


def refusal(document: str, kind: Kind = Kind.IDENTITY) -> str:
    """The message with which the document is refused when it is written."""
    with pytest.raises(MalformedPolicyDocument) as refused:
        parse(document, kind)
    assert (refused.value.code, refused.value.status) == ("MalformedPolicyDocument", 400)
    return refused.value.message


def some_value(operator: str) -> str:
    """A value that the operator can read."""
    readable = {
        "Numeric": "1.5",
        "Date": "2026-11-24T10:00:00Z",
        "Ip": "10.0.0.1",
        "Arn": ANA,
        "Binary": "YQ==",
    }
    return next((value for word, value in readable.items() if word in operator), "true")


def holds(operator: str, wanted: object, **context: Any) -> bool:
    """Whether one condition on `aws:x` holds; asked of an Allow and of a Deny, which must agree."""
    condition = {operator: {"aws:x": wanted}}
    asked = request(**context)
    allowed = bool(ask(asked, statement(Condition=condition)))
    denied = not ask(asked, statement(), statement("Deny", Condition=condition))
    assert allowed is denied
    return allowed

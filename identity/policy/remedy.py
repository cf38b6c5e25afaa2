"""What would let a refused request through: statements to add, and Deny statements to take away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from identity.policy.evaluate import CEILINGS, OF_RESOURCE, LayerKind, refusing
from identity.policy.principals import EVERYONE, Named, Naming
from identity.policy.request import Request
from identity.policy.trace import LayerTrace, StatementTrace, Trace

_OF_SESSION = (LayerKind.BOUNDARY, LayerKind.SESSION)
_SPECIAL = re.compile(r"[*?]|\$(?=\{)")


@dataclass(frozen=True, slots=True)
class Remedy:
    """What has to change for a request to be allowed; nothing, if it is.

    `statements` pairs the kind of a layer with the statement that one of its policies, of version
    2012-10-17, has to gain: one pair for each level of a ceiling that has to allow. `obstacles` are
    the statements that deny.
    """

    statements: tuple[tuple[LayerKind, dict[str, Any]], ...]
    obstacles: tuple[StatementTrace, ...]


def remedy(request: Request, trace: Trace) -> Remedy:
    """The least that lets through exactly this request, of which `trace` is the trace.

    A statement of a resource's policy names who asks as closely as it can; it helps only a request
    that says who asks.
    """
    obstacles = (
        statement
        for layer in trace.layers
        for statement in layer.statements
        if statement.applies and statement.effect == "Deny"
    )
    return Remedy(tuple(_missing(request, trace)), tuple(obstacles))


def _missing(request: Request, trace: Trace) -> Iterator[tuple[LayerKind, dict[str, Any]]]:
    """For the first kind that refuses a statement, until none does."""
    said = [(layer.kind, _allows(layer)) for layer in trace.layers]
    while kinds := refusing(said, crosses_accounts=request.crosses_accounts):
        # Without a grant `None` is last, and how one is given decides whether these matter.
        kind = _mending(kinds[-1] if kinds[0] in _OF_SESSION else kinds[0], request)
        mended = (kind, _naming(kind, request))
        silent = [n for n, one in enumerate(said) if one == (kind, Naming.NONE)]
        for number in silent if kind in CEILINGS else silent[:1]:
            said[number] = mended
            yield kind, _statement(kind, request)
        if not silent:
            said.append(mended)
            yield kind, _statement(kind, request)


def _allows(layer: LayerTrace) -> Naming:
    """How the layer's furthest Allow names who asks."""
    allowing = (one.naming for one in layer.statements if one.effect == "Allow")
    return max(allowing, default=Naming.NONE)


def _mending(refusing: LayerKind | None, request: Request) -> LayerKind:
    """The kind of policy to change where one refuses, or where there is none to grant.

    A policy of the resource that can name no more than the account only hands the word on.
    """
    grants = request.crosses_accounts or _naming(LayerKind.RESOURCE, request) is not Naming.ACCOUNT
    if refusing is not None and (refusing is not LayerKind.RESOURCE or grants):
        return refusing
    who = request.principal
    return LayerKind.RESOURCE if who is not None and not who.account else LayerKind.IDENTITY


def _statement(kind: LayerKind, request: Request) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow"}
    if kind in OF_RESOURCE:
        named_type, name = _named(request)
        statement["Principal"] = {named_type: name}
    statement["Action"] = request.action
    if kind is not LayerKind.TRUST:
        statement["Resource"] = _literal(request.resource)
    return statement


def _literal(resource: str) -> str:
    """The pattern of the resource alone; `*` is how an action without resources is asked for."""
    if resource == "*":
        return resource
    return _SPECIAL.sub(lambda found: f"${{{found.group()}}}", resource)


def _naming(kind: LayerKind, request: Request) -> Naming:
    """How the statement to add names who asks."""
    if kind not in OF_RESOURCE:
        return Naming.OWNER
    return request.principal.naming([_named(request)]) if request.principal else Naming.SELF


def _named(request: Request) -> Named:
    """The closest name of who asks: the ARN, where there is one, before the id."""
    who = request.principal
    if who is None:
        return ("AWS", request.principal_arn)
    _, names = max(who.levels, default=(Naming.SELF, {EVERYONE}))
    return min(names, key=lambda named: (not named[1].startswith("arn:"), named))

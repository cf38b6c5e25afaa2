"""What a simulation is given: policies as texts, context entries, actions, resources, an owner.

Whatever cannot be honoured is refused with InvalidInput.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from identity.condition_keys import Keys
from identity.errors import InvalidInput, MalformedPolicyDocument
from identity.policy import Kind, Layer, LayerKind, Source, parse
from identity.policy.operators import OPERATORS

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

_OWNER = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<account>\d{12})(?P<root>:root)?", re.ASCII)


# --- policies ------------------------------------------------------------------------------------


def policies(
    params: Mapping[str, Any], member: str = "PolicyInputList", kind: Kind = Kind.IDENTITY
) -> list[Source]:
    """The policies of a list, named by it: `PolicyInputList.1`."""
    texts = params.get(member) or ()
    return [read(f"{member}.{number}", text, kind) for number, text in enumerate(texts, 1)]


def read(name: str, text: str, kind: Kind) -> Source:
    """One policy; InvalidInput says which one is malformed, and where."""
    try:
        return Source(name, parse(text, kind))
    except MalformedPolicyDocument as problem:
        place = f" ({problem.detail})" if problem.detail else ""
        raise InvalidInput(f"{name} is malformed: {problem.message}{place}") from problem


def boundary(params: Mapping[str, Any]) -> list[Source]:
    """The boundary that is passed in, of which there is at most one."""
    found = policies(params, "PermissionsBoundaryPolicyInputList")
    if len(found) > 1:
        raise InvalidInput("PermissionsBoundaryPolicyInputList must contain only one policy.")
    return found


def organization(params: Mapping[str, Any]) -> list[Layer]:
    """A layer of service control policies for each level of the hierarchy."""
    levels = params.get("OrderedOrganizationPolicyInputList") or ()
    return [_level(number, level) for number, level in enumerate(levels, 1)]


def _level(number: int, level: t.OrderedOrganizationPolicyTypeTypeDef) -> Layer:
    found = policies(level, "ServiceControlPolicyInputList")
    place = f"OrderedOrganizationPolicyInputList.{number}"
    if not found:
        raise InvalidInput(f"{place} must contain at least one service control policy.")
    named = tuple(Source(f"{place}.{one.name}", one.document) for one in found)
    return Layer(LayerKind.SCP, named)


# --- context entries -----------------------------------------------------------------------------

# What a value of each type has to be; texts are always good.
_READABLE: dict[str, tuple[Callable[[str], bool], str]] = {
    "string": (lambda value: True, "a text"),
    "numeric": (OPERATORS["NumericEquals"].can_want, "numeric format"),
    "boolean": (OPERATORS["Bool"].can_want, "true or false"),
    "ip": (OPERATORS["IpAddress"].can_ask, "IP address"),
    "binary": (OPERATORS["BinaryEquals"].can_want, "base-64 encoded binary format"),
    "date": (OPERATORS["DateEquals"].can_want, "DateTime format"),
}


def context(entries: Iterable[t.ContextEntryTypeDef], known: Keys) -> Keys:
    """What is `known` and what the entries say, which wins, whatever the case of the names.

    A key of a list type is multivalued even when it has one value.
    """
    given: Keys = {}
    taken: set[str] = set()
    for entry in entries:
        name = entry.get("ContextKeyName") or ""
        if not name:
            raise InvalidInput("ContextKeyName cannot be null or empty.")
        if name.lower() in taken:
            raise InvalidInput(f"Duplicate context key: {name}.")
        taken.add(name.lower())
        given[name] = _value(name, entry.get("ContextKeyType"), entry.get("ContextKeyValues") or ())
    return {key: value for key, value in known.items() if key.lower() not in taken} | given


def _value(name: str, kind: str | None, values: Sequence[str]) -> str | tuple[str, ...]:
    if kind is None:
        raise InvalidInput(f"Context key {name} has invalid type null.")
    if not values:
        raise InvalidInput(f"Context values for context key {name} cannot be null or empty.")
    can_be, expected = _READABLE[kind.removesuffix("List")]
    if not all(map(can_be, values)):
        raise InvalidInput(f"Invalid context value for key {name}: expected {expected}.")
    if kind.endswith("List"):
        return tuple(values)
    if len(values) > 1:
        raise InvalidInput(
            f"Context key {name} expected a single value, but received {len(values)}."
        )
    return values[0]


# --- actions, resources and their owner ----------------------------------------------------------


def check_actions(actions: Sequence[str]) -> None:
    """Any `service:Name` will do, known or not: it is compared as it is."""
    if not actions:
        raise InvalidInput("ActionNames cannot be null or empty.")
    for action in actions:
        if ":" not in action:
            raise InvalidInput(f"The action {action} is invalid since it is missing a service name")


def check_resources(resources: Sequence[str]) -> None:
    """`*`, or something with the fields of an ARN; it need not exist."""
    for one in resources:
        if one != "*" and not (one.startswith("arn:") and one.count(":") >= 5):
            raise InvalidInput(f"ResourceNames are not in a valid ARN format: {one}.")


def owner(params: Mapping[str, Any]) -> str:
    """The account of `ResourceOwner`, which is its ID or the ARN of its root; empty without."""
    given = params.get("ResourceOwner")
    if given is None:
        return ""
    found = _OWNER.fullmatch(given)
    if found is None or given.startswith("arn:") is not bool(found["root"]):
        raise InvalidInput("Invalid Resource Owner.")
    return found["account"]


_EC2_TYPES = ("instance", "image", "security-group", "network-interface")
_EC2_SCENARIOS = {
    "EC2-VPC-InstanceStore": _EC2_TYPES,
    "EC2-VPC-InstanceStore-Subnet": (*_EC2_TYPES, "subnet"),
    "EC2-VPC-EBS": (*_EC2_TYPES, "volume"),
    "EC2-VPC-EBS-Subnet": (*_EC2_TYPES, "subnet", "volume"),
}


def check_handling(option: str | None, actions: Iterable[str], resources: Sequence[str]) -> None:
    """A scenario of launching instances needs a resource of each of its types."""
    if option is None:
        return
    for action in actions:
        if option not in _EC2_SCENARIOS or action.lower() != "ec2:runinstances":
            raise InvalidInput(
                "Invalid input resource handling options. "
                f"Action does not support resource handling options: {action}."
            )
    present = {arn.split(":", 5)[-1].partition("/")[0] for arn in resources if ":ec2:" in arn}
    for kind in _EC2_SCENARIOS[option]:
        if kind not in present:
            raise InvalidInput(
                "Invalid input resource handling options. "
                f"{option} requires a resource of the type {kind}."
            )

"""The catalogue of actions, read once from `data/actions.json` and `data/action_names.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from identity.policy.catalogue import (
    Action,
    Catalogue,
    ConditionKey,
    ResourceType,
    Service,
    folded,
)

DATA = Path(__file__).parent / "data"
_SEVERAL = "ArrayOf"


@cache
def catalogue() -> Catalogue:
    """Every service that is known; those of `actions.json` are described, others only named."""
    described = _read("actions.json")
    named = _read("action_names.json")["services"]
    services = {prefix: _named(prefix, names) for prefix, names in named.items()}
    services |= {prefix: _described(prefix, of) for prefix, of in described["services"].items()}
    return Catalogue(services, _keys(described["global_condition_keys"]))


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _named(prefix: str, names: list[str]) -> Service:
    actions = {folded(name): Action(name) for name in names}
    return Service(prefix, prefix, actions, {}, {}, described=False)


def _described(prefix: str, of: Mapping[str, Any]) -> Service:
    return Service(
        prefix,
        of["name"],
        {folded(name): _action(name, action) for name, action in of["actions"].items()},
        {name: _resource_type(name, type_) for name, type_ in of["resource_types"].items()},
        _keys(of["condition_keys"]),
    )


def _action(name: str, of: Mapping[str, Any]) -> Action:
    """A `*` after a resource type marks it as required, as it does in the reference."""
    types = tuple((type_.rstrip("*"), type_.endswith("*")) for type_ in of.get("on", ()))
    return Action(name, of["level"], types, tuple(of.get("keys", ())), tuple(of.get("needs", ())))


def _resource_type(name: str, of: Mapping[str, Any]) -> ResourceType:
    return ResourceType(name, of["arn"], tuple(of.get("keys", ())))


def _keys(types: Mapping[str, str]) -> dict[str, ConditionKey]:
    return {folded(name): _key(name, type_) for name, type_ in types.items()}


def _key(name: str, type_: str) -> ConditionKey:
    several = type_.startswith(_SEVERAL)
    # The reader of the file vouches for its words: a test compares them with those of the types.
    return ConditionKey(name, type_.removeprefix(_SEVERAL), several)  # type: ignore[arg-type]

"""What AWS's services call their actions, resource types and condition keys: shapes and look-ups.

The words are those of the Service Authorization Reference. The values come from the caller.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from identity.policy.patterns import action_matches

AccessLevel: TypeAlias = Literal["List", "Read", "Write", "Permissions management", "Tagging"]
ValueType: TypeAlias = Literal["ARN", "Bool", "Date", "IPAddress", "Numeric", "String"]

# No name of AWS is longer, and comparing costs the product of two lengths.
_LONGEST_NAME = 128
_PLACEHOLDER = re.compile(r"\$\{[A-Za-z]+\}")


def folded(name: str) -> str:
    """The key under which a name is found: only ASCII letters fold, as when actions are matched."""
    return name.lower() if name.isascii() else name


@dataclass(frozen=True, slots=True)
class Action:
    """One action, named without its service: `GetUser`.

    `resource_types` pairs each type with whether the reference calls it required; without any, the
    action is about `*`. `dependent_actions` (`iam:PassRole`) may be asked for in the same call.
    An action of a service of which only the names are known has no access level.
    """

    name: str
    access_level: AccessLevel | None = None
    resource_types: tuple[tuple[str, bool], ...] = ()
    condition_keys: tuple[str, ...] = ()
    dependent_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource; `arn` is a template such as `arn:${Partition}:iam::${Account}:mfa/…`."""

    name: str
    arn: str
    condition_keys: tuple[str, ...] = ()

    def fits(self, arn: str) -> bool:
        """Whether an ARN (not a pattern) is one of this type."""
        return re.fullmatch(_expression(self.arn), arn, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A condition key; `name` may hold a placeholder, as in `aws:PrincipalTag/${TagKey}`.

    A multivalued key holds several values of its type in one request.
    """

    name: str
    type: ValueType
    multivalued: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service under its prefix (`iam`); the mappings are by `folded` name, types by their own.

    `described` is false when nothing but the names of its actions is known.
    """

    prefix: str
    name: str
    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]
    condition_keys: Mapping[str, ConditionKey]
    described: bool = True


@dataclass(frozen=True)
class Catalogue:
    """All services by prefix, and the global condition keys (`aws:…`) by folded name."""

    services: Mapping[str, Service]
    global_keys: Mapping[str, ConditionKey]

    def action(self, name: str) -> Action | None:
        """The action that `iam:GetUser` names, in whatever case; None for an unknown one."""
        prefix, _, action = folded(name).partition(":")
        service = self.services.get(prefix)
        return service.actions.get(action) if service else None

    def matching(self, pattern: str) -> Iterator[str]:
        """The full names of all actions that `iam:Get*`, or `*`, stands for."""
        prefix, colon, _ = folded(pattern).partition(":")
        if not colon and prefix != "*":
            return
        asked = self.services.get(prefix)
        for service in [asked] if asked else self.services.values():
            for action in service.actions.values():
                name = f"{service.prefix}:{action.name}"
                if action_matches((pattern,), name):
                    yield name

    def nearest(self, name: str) -> str | None:
        """What a misspelt `iam:GetUsr` was meant to be, or None when nothing comes near.

        The cost is bounded whatever the name: the longest real one is compared with one service.
        """
        prefix, colon, action = folded(name).partition(":")
        if not colon or len(name) > _LONGEST_NAME:
            return None
        service = self.services.get(_closest(prefix, self.services) or "")
        found = _closest(action, service.actions) if service else None
        return f"{service.prefix}:{service.actions[found].name}" if service and found else None

    def condition_key(self, name: str) -> ConditionKey | None:
        """The key that `aws:PrincipalTag/team` names, global or a service's, in whatever case."""
        asked = folded(name)
        exact = self._all_keys.get(asked)
        if exact or len(name) > 2 * _LONGEST_NAME:
            return exact
        return next((key for fits, key in self._templates if fits.fullmatch(asked)), None)

    @cached_property
    def _all_keys(self) -> dict[str, ConditionKey]:
        keys = dict(self.global_keys)
        for service in self.services.values():
            keys |= service.condition_keys
        return keys

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], ConditionKey]]:
        return [
            (re.compile(_expression(key.name).lower()), key)
            for key in self._all_keys.values()
            if "${" in key.name
        ]


def _closest(name: str, known: Iterable[str]) -> str | None:
    if name in known:
        return name
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.65)), None)


def _expression(template: str) -> str:
    """A regular expression in which each placeholder stands for one character or more.

    Whatever follows a placeholder is found once and never sought again: no text is slow to match.
    """
    first, *rest = map(re.escape, _PLACEHOLDER.split(template))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.+?{stretch})" for stretch in middle) + ".+" + last

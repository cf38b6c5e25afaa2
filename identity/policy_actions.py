"""Which policies allow an action at all: an index over their versions.

A version never changes, so that what a process has found of it stays true; only the versions that
it has not seen yet are read. Conditions and resources are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from identity.models import PolicyVersion
from identity.models.managed_policy import ManagedPolicyQuerySet
from identity.policy import load
from identity.policy.patterns import Globs, folded
from identity.policy.values import Rule

_KEPT = 5_000
"""Versions; an account has at most a few thousand policies."""


class _Entry(NamedTuple):
    """Which actions a statement is about; `listed` as `Action`, not as `NotAction`."""

    denies: bool
    listed: bool
    actions: Globs


_index: dict[int, tuple[_Entry, ...]] = {}


def allowing(policies: ManagedPolicyQuerySet, action: str) -> list[int]:
    """The keys of those whose version in force allows the action on something."""
    versions = dict(policies.order_by().values_list("pk", "default_version"))
    known = _entries({one for one in versions.values() if one is not None})
    units = folded(action)
    return [pk for pk, version in versions.items() if _allows(known.get(version, ()), units)]


def judge(versions: set[int | None]) -> Callable[[int | None, str], bool]:
    """Whether one of these versions allows an action on something."""
    known = _entries({one for one in versions if one is not None})
    return lambda version, action: _allows(known.get(version or 0, ()), folded(action))


def _entries(versions: set[int]) -> dict[int, tuple[_Entry, ...]]:
    known = {one: _index[one] for one in versions & _index.keys()}
    if new := versions - known.keys():
        read = PolicyVersion.objects.filter(pk__in=new).values_list("pk", "document")
        found = {pk: _read(document) for pk, document in read}
        if len(_index) + len(found) > _KEPT:
            _index.clear()
        _index.update(found)
        known |= found
    return known


def _read(document: str) -> tuple[_Entry, ...]:
    return tuple(map(_entry, filter(_matters, load(document).rules)))


def _entry(rule: Rule) -> _Entry:
    return _Entry(rule.denies, bool(rule.statement.actions), rule.actions)


def _matters(rule: Rule) -> bool:
    """A Deny takes away only what it denies on everything and without a condition."""
    return not rule.denies or (rule.statement.resources == ("*",) and not rule.questions)


def _allows(entries: Iterable[_Entry], units: str) -> bool:
    about = [one.denies for one in entries if one.actions.fit(units) is one.listed]
    return bool(about) and not any(about)

"""The policies behind a simulation: which to choose from, and their texts with what matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.granted_policies import GrantedPolicies
from console.http import Request
from console.permissions import Rights
from identity.models import Account, Group, Role, User
from identity.models.permissions import Granted, Holder
from identity.operations import simulation_entities as entities


@dataclass(frozen=True, slots=True)
class Listing:
    """A policy's text; `marked` are the lines of statements that made a decision."""

    key: str
    name: str
    lines: list[tuple[int, str, bool]]


class Simulated:
    """The policies of the user, group or role of a simulation; none where nobody is named."""

    def __init__(self, request: Request, kind: str, name: str) -> None:
        self._entity = _entity(request.caller.account, kind, name)
        self._granted = entities.granted(self._entity) if self._entity else []
        self._seen = GrantedPolicies(Rights(request), self._entity) if self._entity else None

    def choices(self) -> list[tuple[str, str]]:
        """Those that the viewer may list, by a key of their own, with a name to read."""
        seen = self._seen
        if seen is None:
            return []
        return [(_key(one), _label(one)) for one in self._granted if seen.may_list(one)]

    def excluded(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """`PolicyExclusionList` for those of the policies that are to be left out."""
        left_out = set(keys)
        return [_identifier(one) for one in self._granted if _key(one) in left_out]

    def texts(self) -> dict[str, str]:
        """By the name that a result has for a policy, as far as the viewer may read them."""
        seen = self._seen
        if seen is None:
            return {}
        readable = (one for one in self._granted if seen.may_read(one))
        return {entities.source_id(one): one.document for one in readable}


def _entity(account: Account, kind: str, name: str) -> User | Group | Role | None:
    if kind == "user":
        return User.named_in(account, name)
    if kind == "group":
        return Group.objects.named(name).filter(account=account).first()
    if kind == "role":
        return Role.objects.named(name).filter(account=account).first()
    return None


def _key(one: Granted) -> str:
    return f"boundary:{one.source}" if one.holder is Holder.BOUNDARY else one.source


def _label(one: Granted) -> str:
    name = one.name.rpartition("/")[2]
    if one.holder is Holder.BOUNDARY:
        return _("%(name)s, the boundary") % {"name": name}
    if one.holder is Holder.GROUP:
        return _("%(name)s, of the group %(group)s") % {"name": name, "group": one.holder_name}
    return name if one.name.startswith("arn:") else _("%(name)s, inline") % {"name": name}


def _identifier(one: Granted) -> dict[str, Any]:
    if one.holder is Holder.BOUNDARY:
        return {"PolicyType": "permission-boundary"}
    if one.name.startswith("arn:"):
        return {"PolicyArn": one.name}
    kind, name = one.holder.name.lower(), one.holder_name
    inline = {"AttachmentType": kind, "AttachmentName": name, "PolicyName": one.name}
    return {"InlinePolicyIdentifier": inline}


def listings(
    texts: Mapping[str, str], matched: Sequence[Mapping[str, Any]]
) -> tuple[list[Listing], dict[str, str]]:
    """The texts of the policies with matched statements, and the key of each by its name."""
    marks: dict[str, set[int]] = {}
    for one in matched:
        if one["SourcePolicyId"] in texts and "StartPosition" in one:
            first, last = one["StartPosition"]["Line"], one["EndPosition"]["Line"]
            marks.setdefault(one["SourcePolicyId"], set()).update(range(first, last + 1))
    found = [
        Listing(f"policy-{number}", name, _lines(texts[name], marked))
        for number, (name, marked) in enumerate(marks.items(), 1)
    ]
    return found, {one.name: one.key for one in found}


def _lines(text: str, marked: set[int]) -> list[tuple[int, str, bool]]:
    return [(number, line, number in marked) for number, line in enumerate(text.splitlines(), 1)]

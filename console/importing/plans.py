"""From a wish and what is here to the calls that are needed, or to why nothing is done.

An import adds and changes; it takes nothing away that the file does not know of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from console.exporting.documents import in_force, service_of, suffix_of
from console.importing.wishes import GROUP, POLICY, ROLE, USER, Entity, Wish

CREATE, CHANGE, SKIP, CONFLICT = "create", "change", "skip", "conflict"
MOST_VERSIONS = 5

_NAMES = {POLICY: "PolicyName", GROUP: "GroupName", USER: "UserName", ROLE: "RoleName"}
_LISTS = {GROUP: "GroupPolicyList", USER: "UserPolicyList", ROLE: "RolePolicyList"}

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """What becomes of a wish: calls (a verb of the SDK and what it gets), and words."""

    outcome: str
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Here:
    """What the account has of what the file names, and what it will have by then."""

    account: str
    entities: dict[tuple[str, str], Entity]
    policies: set[str]
    groups: set[str]


def plan(wish: Wish, here: Here) -> Plan:
    present = here.entities.get(wish.folded)
    if present is not None and wish.path and present["Path"] != wish.path:
        paths = {"here": present["Path"], "there": wish.path}
        words = _("It has the path %(here)s here, %(there)s in the file.")
        return Plan(CONFLICT, notes=[words % paths])
    if wish.boundary and wish.boundary not in here.policies:
        return Plan(CONFLICT, notes=[_("Its boundary %s is not here.") % wish.boundary])
    linked = wish.kind == ROLE and service_of({"Path": wish.path})
    if linked:
        return _service_linked(wish, present)
    notes: list[str] = []
    steps = [*_itself(wish, present), *_belongings(wish, present, here, notes)]
    if present is None:
        return Plan(CREATE, steps, notes)
    full = wish.kind == POLICY and steps and len(present["PolicyVersionList"]) >= MOST_VERSIONS
    if full:
        return Plan(CONFLICT, notes=[_("It has 5 versions already. Delete one.")])
    return Plan(CHANGE if steps else SKIP, steps, notes)


def _service_linked(wish: Wish, present: Entity | None) -> Plan:
    if present is not None:
        return Plan(SKIP, notes=[_("It belongs to a service.")])
    like = {"Path": wish.path, "RoleName": wish.name}
    given = {"AWSServiceName": service_of(like), "CustomSuffix": suffix_of(like)}
    return Plan(CREATE, [("create_service_linked_role", _given(given))])


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in params.items() if one not in (None, "", [])}


def _itself(wish: Wish, present: Entity | None) -> Iterator[Step]:
    """The entity, with what its own call can say."""
    name = {_NAMES[wish.kind]: wish.name}
    if present is None:
        yield f"create_{wish.kind}", _given({**name, **_first(wish)})
        return
    if wish.kind == POLICY and not _same(wish.document, in_force(present)):
        yield (
            "create_policy_version",
            {"PolicyArn": present["Arn"], "PolicyDocument": wish.document, "SetAsDefault": True},
        )
    if wish.kind == ROLE and not _same(wish.document, present["AssumeRolePolicyDocument"]):
        yield "update_assume_role_policy", {**name, "PolicyDocument": wish.document}
    yield from _changed_head(wish, present, name)


def _first(wish: Wish) -> dict[str, Any]:
    document = "AssumeRolePolicyDocument" if wish.kind == ROLE else "PolicyDocument"
    return {
        "Path": wish.path,
        document: wish.document,
        "Description": wish.description,
        "MaxSessionDuration": wish.duration,
        "PermissionsBoundary": wish.boundary,
        "Tags": _tags(wish.tags),
    }


def _tags(pairs: Any) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs]


def _changed_head(wish: Wish, present: Entity, name: dict[str, Any]) -> Iterator[Step]:
    """Boundary and tags of a user or role that is there."""
    if wish.kind not in (USER, ROLE):
        return
    boundary = (present.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
    if wish.boundary and wish.boundary != boundary:
        bounded = {**name, "PermissionsBoundary": wish.boundary}
        yield f"put_{wish.kind}_permissions_boundary", bounded
    has = {(tag["Key"], tag["Value"]) for tag in present.get("Tags", [])}
    if new := [tag for tag in wish.tags if tag not in has]:
        yield f"tag_{wish.kind}", {**name, "Tags": _tags(new)}


def _belongings(wish: Wish, present: Entity | None, here: Here, notes: list[str]) -> Iterator[Step]:
    """What hangs on a user, group or role; of what is not here a note says so."""
    if wish.kind == POLICY:
        return
    has = present or {}
    name = {_NAMES[wish.kind]: wish.name}
    attached = {one["PolicyArn"] for one in has.get("AttachedManagedPolicies", [])}
    for arn in wish.attached:
        if arn not in here.policies:
            notes.append(_("Left out: the policy %s, which is not here.") % arn)
        elif arn not in attached:
            yield f"attach_{wish.kind}_policy", {**name, "PolicyArn": arn}
    inline = has.get(_LISTS[wish.kind], [])
    written = {one["PolicyName"].lower(): one["PolicyDocument"] for one in inline}
    for policy, text in wish.inline:
        if not _same(text, written.get(policy.lower())):
            yield f"put_{wish.kind}_policy", {**name, "PolicyName": policy, "PolicyDocument": text}
    yield from _places(wish, has, here, notes)


def _places(wish: Wish, has: Entity, here: Here, notes: list[str]) -> Iterator[Step]:
    """The groups of a user, the instance profiles of a role."""
    joined = {name.lower() for name in has.get("GroupList", [])}
    for group in wish.groups:
        if group.lower() not in here.groups:
            notes.append(_("Left out: the group %s, which is not here.") % group)
        elif group.lower() not in joined:
            yield "add_user_to_group", {"UserName": wish.name, "GroupName": group}
    profiles = {one["InstanceProfileName"].lower() for one in has.get("InstanceProfileList", [])}
    for profile, path in wish.profiles:
        if profile.lower() not in profiles:
            named = {"InstanceProfileName": profile}
            yield "create_instance_profile", {**named, "Path": path}
            yield "add_role_to_instance_profile", {**named, "RoleName": wish.name}


def _same(text: str | None, document: Any) -> bool:
    return text is not None and document is not None and json.loads(text) == document

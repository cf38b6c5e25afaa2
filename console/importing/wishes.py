"""What a file wishes an account to have. Values in, values out; every mistake says where it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _

from console.exporting import documents

POLICY, GROUP, USER, ROLE = "policy", "group", "user", "role"

_ARN_OF_ACCOUNT = re.compile(r"arn:aws:iam::(\d{12}):", re.ASCII)
_LISTS = ("Policies", "GroupDetailList", "UserDetailList", "RoleDetailList")

Entity = dict[str, Any]


class UnreadableError(Exception):
    """The file is no account; the text says what is wrong and where."""


@dataclass(frozen=True)
class Wish:
    """One entity. What is None or empty the file says nothing of, and stays as it is."""

    kind: str
    name: str
    path: str = ""
    document: str | None = None
    description: str = ""
    duration: int | None = None
    boundary: str = ""
    groups: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    inline: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    profiles: tuple[tuple[str, str], ...] = ()
    arn: str = field(default="", compare=False)

    @property
    def folded(self) -> tuple[str, str]:
        """Under what it is unique."""
        return self.kind, self.name.lower()


def read_details(text: str) -> list[Wish]:
    """The wishes of account authorization details: policies and groups, users, then roles."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as problem:
        words = _("line %(line)d, column %(column)d: %(message)s")
        where = {"line": problem.lineno, "column": problem.colno, "message": problem.msg}
        raise UnreadableError(words % where) from problem
    except RecursionError as problem:
        raise UnreadableError(_("it is nested too deeply")) from problem
    if not isinstance(given, dict) or not any(name in given for name in _LISTS):
        raise UnreadableError(_("it has none of %s") % ", ".join(_LISTS))
    found = [wish for name in _LISTS for wish in _list(given, name)]
    return _trusted_first(each_once(found))


def each_once(found: list[Wish]) -> list[Wish]:
    """The same. UnreadableError where two have one name."""
    counted = Counter(wish.folded for wish in found)
    doubles = sorted(" ".join(one) for one, count in counted.items() if count > 1)
    if doubles:
        raise UnreadableError(_("there are two of one name: %s") % ", ".join(doubles[:5]))
    return found


def _list(given: Entity, name: str) -> Iterator[Wish]:
    entities = given.get(name, [])
    if not isinstance(entities, list):
        raise UnreadableError(_("%s is no list") % name)
    for number, entity in enumerate(entities, 1):
        try:
            if not _is_built_in(entity):
                yield _READERS[name](entity)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            words = _("%(list)s, entry %(number)d: %(problem)s")
            where = {"list": name, "number": number, "problem": _words(problem)}
            raise UnreadableError(words % where) from problem


def _words(problem: Exception) -> str:
    if isinstance(problem, KeyError):
        return _("%s is missing") % str(problem.args[0])
    return str(problem) if isinstance(problem, ValueError) else _("a value is of the wrong type")


def _is_built_in(entity: Entity) -> bool:
    return str(entity.get("Arn", "")).startswith("arn:aws:iam::aws:")


# --- entities ------------------------------------------------------------------------------------


def _policy(entity: Entity) -> Wish:
    named = {
        "PolicyName": _text(entity.get("Arn", "")).rpartition("/")[2],
        **entity,
    }  # moto has none
    head = _head(POLICY, "PolicyName", named)
    versions = entity["PolicyVersionList"]
    in_force = [one for one in versions if one["VersionId"] == entity["DefaultVersionId"]]
    if not in_force:
        raise ValueError("the version in force is missing")
    text = _document(in_force[0]["Document"])
    return replace(head, document=text, description=_text(entity.get("Description", "")))


def _group(entity: Entity) -> Wish:
    return replace(_head(GROUP, "GroupName", entity), **_permissions(entity, "GroupPolicyList"))


def _user(entity: Entity) -> Wish:
    head = _head(USER, "UserName", entity)
    groups = tuple(map(_text, entity.get("GroupList", [])))
    return replace(head, groups=groups, **_permissions(entity, "UserPolicyList"))


def _role(entity: Entity) -> Wish:
    trust = json.loads(_document(entity["AssumeRolePolicyDocument"]))
    profiles = entity.get("InstanceProfileList", [])
    return replace(
        _head(ROLE, "RoleName", entity),
        document=_dumped(documents.without_the_gone(trust)),
        description=_text(entity.get("Description", "")),
        duration=entity.get("MaxSessionDuration"),
        profiles=tuple((_text(one["InstanceProfileName"]), _text(one["Path"])) for one in profiles),
        **_permissions(entity, "RolePolicyList"),
    )


_READERS: dict[str, Callable[[Entity], Wish]] = {
    "Policies": _policy,
    "GroupDetailList": _group,
    "UserDetailList": _user,
    "RoleDetailList": _role,
}


def _head(kind: str, key: str, entity: Entity) -> Wish:
    boundary = entity.get("PermissionsBoundary") or {}
    return Wish(
        kind,
        _text(entity[key]),
        _text(entity.get("Path") or "/"),
        boundary=_text(boundary.get("PermissionsBoundaryArn", "")),
        tags=tuple((_text(tag["Key"]), _text(tag["Value"])) for tag in entity.get("Tags") or []),
        arn=_text(entity.get("Arn", "")),
    )


def _permissions(entity: Entity, inline: str) -> dict[str, Any]:
    attached = entity.get("AttachedManagedPolicies") or []
    return {
        "attached": tuple(_text(one["PolicyArn"]) for one in attached),
        "inline": tuple(
            (_text(one["PolicyName"]), _document(one["PolicyDocument"]))
            for one in entity.get(inline) or []
        ),
    }


def _text(one: object) -> str:
    if not isinstance(one, str):
        raise TypeError
    return one


def _document(given: object) -> str:
    """A policy document: an object, or its text, which the API gives percent-encoded."""
    if isinstance(given, str):
        text = unquote(given) if given.lstrip().startswith("%") else given
        given = json.loads(text)
    if not isinstance(given, dict):
        raise TypeError
    return _dumped(given)


def _dumped(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


def _trusted_first(wishes: list[Wish]) -> list[Wish]:
    """Roles in an order in which each finds those that it trusts; a circle stays where it is."""
    roles = {wish.arn: wish for wish in wishes if wish.kind == ROLE}
    whole = [
        {
            "Arn": arn,
            "RoleName": wish.name,
            "AssumeRolePolicyDocument": json.loads(wish.document or "{}"),
        }
        for arn, wish in roles.items()
    ]
    ordered, _circle = documents.in_order(whole)
    others = [wish for wish in wishes if wish.kind != ROLE]
    return others + [roles[one["Arn"]] for one in ordered]


# --- the account that the file is from -----------------------------------------------------------


def source_of(wishes: list[Wish]) -> str:
    """The number of the account that the file's entities have in their ARNs; "" without any."""
    arns = [text for wish in wishes for text in (wish.arn, wish.boundary, *wish.attached)]
    found = (_ARN_OF_ACCOUNT.match(arn) for arn in arns)
    return next((one.group(1) for one in found if one), "")


def at_home(wish: Wish, source: str, account: str) -> Wish:
    """The same wish of this account: its number stands in ARNs, and alone, where the file's did."""

    def moved(text: str) -> str:
        return account if text == source else text.replace(f":{source}:", f":{account}:")

    def document(text: str) -> str:
        return _dumped(documents.mapped(json.loads(text), moved))

    return replace(
        wish,
        document=wish.document and document(wish.document),
        boundary=moved(wish.boundary),
        attached=tuple(map(moved, wish.attached)),
        inline=tuple((name, document(text)) for name, text in wish.inline),
        arn=moved(wish.arn),
    )

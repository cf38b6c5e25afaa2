"""Whose policies are simulated: the user, group or role, and which of their policies count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from identity.calls import Call
from identity.errors import InvalidInput, NoSuchEntity
from identity.models import Group, Role, User, permissions
from identity.models.permissions import Granted, Holder
from identity.policy.patterns import glob, matches

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

Entity: TypeAlias = User | Group | Role
_Test: TypeAlias = Callable[[Granted], bool]

_ENTITY = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):(?P<kind>user|group|role)/"
    r"(?:[!-.0-~]+/)*(?P<name>[\w+=,.@-]+)",
    re.ASCII,
)
# Wildcards may stand in the name only, not in the path before it.
_POLICY = re.compile(
    r"arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy/(?:[!-)+-.0->@-~]+/)*[\w+=,.@*?-]+", re.ASCII
)


def entity_parts(arn: str) -> re.Match[str]:
    """The `account`, `kind` and `name` in the ARN of a user, group or role.

    Raises InvalidInput, in AWS's words, for what is none.
    """
    found = _ENTITY.fullmatch(arn)
    if found is None:
        raise InvalidInput(
            f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        )
    return found


def source_arn(call: Call, member: str = "PolicySourceArn") -> str:
    """What a question about an entity is authorised on: its own ARN, or else the one given.

    The path in the given ARN counts for nothing, or it would get round policies about paths.
    """
    given = str(call.params[member])
    found = _named(call, _ENTITY.fullmatch(given))
    return found.arn if found else given


def source(call: Call, member: str = "PolicySourceArn") -> Entity:
    """The entity that the ARN in `member` names; NoSuchEntity when the account has none."""
    parts = entity_parts(call.params[member])
    found = _named(call, parts)
    if found is None:
        raise NoSuchEntity(f"The {parts['kind']} with name {parts['name']} cannot be found.")
    return found


def _named(call: Call, parts: re.Match[str] | None) -> Entity | None:
    if parts is None or parts["account"] != call.account.id:
        return None
    if parts["kind"] == "user":
        return User.named_in(call.account, parts["name"])
    if parts["kind"] == "group":
        return Group.objects.named(parts["name"]).filter(account=call.account).first()
    return Role.objects.named(parts["name"]).filter(account=call.account).first()


def granted(entity: Entity) -> list[Granted]:
    """The entity's policies, a user's with those of the groups, each managed policy once."""
    if isinstance(entity, User):
        found = permissions.of_user(entity.pk)
    elif isinstance(entity, Group):
        found = permissions.of_group(entity.pk)
    else:
        found = permissions.of_role(entity.pk)
    unique: dict[tuple[object, ...], Granted] = {}
    for one in sorted(found):
        unique.setdefault(_identity(one), one)
    return list(unique.values())


def _identity(one: Granted) -> tuple[object, ...]:
    if one.name.startswith("arn:"):
        return one.holder is Holder.BOUNDARY, one.name
    return one.holder, one.holder_name, one.name


def source_id(one: Granted) -> str:
    """The name of a managed policy, and for an inline one `user_ana_Admins`, as AWS writes it."""
    if one.name.startswith("arn:"):
        return one.name.rpartition("/")[2]
    return f"{one.holder.name.lower()}_{one.holder_name}_{one.name}"


# --- PolicyExclusionList -------------------------------------------------------------------------


def without_excluded(
    found: Iterable[Granted], identifiers: Iterable[t.PolicyIdentifierTypeDef]
) -> list[Granted]:
    """The policies that no identifier means.

    An ARN means attached policies, not a boundary. Raises InvalidInput for an identifier that
    cannot be read; one that means nothing here is ignored, as the API reference says.
    """
    tests = [_test(one) for one in identifiers]
    return [one for one in found if not any(test(one) for test in tests)]


def _test(identifier: t.PolicyIdentifierTypeDef) -> _Test:
    if len(identifier) != 1:
        raise InvalidInput(
            "A policy identifier must specify exactly one of PolicyType, PolicyArn or "
            "InlinePolicyIdentifier."
        )
    if "PolicyType" in identifier:
        return _of_type(identifier["PolicyType"])
    if "PolicyArn" in identifier:
        return _of_arn(identifier["PolicyArn"])
    return _of_inline(identifier["InlinePolicyIdentifier"])


def _of_type(kind: str) -> _Test:
    """There are no service and resource control policies here yet, so that none is meant."""
    return lambda one: kind == _type(one)


def _type(one: Granted) -> str:
    if one.holder is Holder.BOUNDARY:
        return "permission-boundary"
    if not one.name.startswith("arn:"):
        return "inline"
    return "aws-managed" if ":iam::aws:" in one.name else "user-managed"


def _of_arn(arn: str) -> _Test:
    """A managed policy by its ARN; the path may be left out, and the name may hold wildcards."""
    if not _POLICY.fullmatch(arn) or arn.count("*") > 1:
        raise InvalidInput(f"Invalid policy ARN to exclude: {arn} names no managed policy.")
    pattern = glob(arn)

    def test(one: Granted) -> bool:
        if one.holder is Holder.BOUNDARY or not one.name.startswith("arn:"):
            return False
        return any(matches(pattern, spelled) for spelled in _spellings(one.name))

    return test


def _spellings(arn: str) -> Iterator[str]:
    before, _, rest = arn.partition("/")
    yield arn
    yield f"{before}/{rest.rpartition('/')[2]}"


def _of_inline(identifier: t.InlinePolicyIdentifierTypeTypeDef) -> _Test:
    kind, name = identifier["AttachmentType"], identifier["PolicyName"]
    holder = identifier["AttachmentName"]
    return lambda one: (one.holder.name.lower(), one.holder_name, one.name) == (kind, holder, name)

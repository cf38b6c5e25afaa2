"""Of whom a report on last accesses tells: an ARN's row, its documents, who acts through it."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from django.db.models import Q

from identity.calls import Call
from identity.errors import InvalidInput, NoSuchEntity
from identity.models import Group, ManagedPolicy, Role, User
from identity.models.permissions import Granted, Holder
from identity.models.role import RoleQuerySet
from identity.models.user import UserQuerySet
from identity.operations import simulation_entities

Entity: TypeAlias = User | Group | Role | ManagedPolicy
Identity: TypeAlias = User | Group | Role

_ARN = re.compile(
    r"arn:aws:iam::(?:aws|\d{12}):(user|group|role|policy)(?:/[!-.0-~]+)*/([\w+=,.@-]+)", re.ASCII
)


class Principals(NamedTuple):
    """The users and roles that an entity lets act."""

    users: UserQuerySet
    roles: RoleQuerySet


def arn(call: Call) -> str:
    """The ARN that the action is authorised on; only whoever bears it letter by letter is meant."""
    return str(call.params["Arn"])


def find(call: Call, wanted: str) -> Entity:
    """The account's user, group or role, or a policy that it sees, with this ARN.

    Raises InvalidInput for the ARN of anything else, and NoSuchEntity when there is none such.
    """
    parts = _ARN.fullmatch(wanted)
    if parts is None:
        raise InvalidInput(f"ARN {wanted} is not valid.")
    kind, name = parts.groups()
    found = call.policy_at(wanted) if kind == "policy" else _named(call, kind, name)
    if found is None or found.arn != wanted:
        raise NoSuchEntity(f"ARN {wanted} cannot be found.")
    return found


def _named(call: Call, kind: str, name: str) -> Identity | None:
    if kind == "user":
        return User.named_in(call.account, name)
    if kind == "group":
        return Group.objects.named(name).filter(account=call.account).first()
    return Role.objects.named(name).filter(account=call.account).first()


def granted(identity: Identity) -> list[Granted]:
    """The identity's policies, a user's with those of the groups; a boundary grants nothing."""
    found = simulation_entities.granted(identity)
    return [one for one in found if one.holder is not Holder.BOUNDARY]


def principals(call: Call, entity: Entity) -> Principals:
    """Who acts with the entity's permissions: itself, its members, or all who have the policy."""
    users, roles = call.account.iam_users, Role.objects.filter(account=call.account)
    if isinstance(entity, User):
        return Principals(users.filter(pk=entity.pk), roles.none())
    if isinstance(entity, Group):
        return Principals(users.filter(memberships__group=entity), roles.none())
    if isinstance(entity, Role):
        return Principals(users.none(), roles.filter(pk=entity.pk))
    attached = Q(pk__in=entity.userattachments.filter(account=call.account).values("user"))
    groups = entity.groupattachments.filter(account=call.account).values("group")
    members = Q(pk__in=User.objects.filter(memberships__group__in=groups).values("pk"))
    return Principals(users.filter(attached | members), roles.filter(attachments__policy=entity))

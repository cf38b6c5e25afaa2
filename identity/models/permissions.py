"""Which documents decide for a user, a group or a role: all of them in one prepared query."""

from __future__ import annotations

import enum
from typing import Any, NamedTuple

from django.db.models import CharField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from identity.models.attachment import GroupAttachment, RoleAttachment, UserAttachment
from identity.models.policy import GroupPolicy, RolePolicy, UserPolicy
from identity.models.prepared import PreparedValues
from identity.models.role import Role
from identity.models.user import User


class Holder(enum.IntEnum):
    """To whom a document is given, or that it is a boundary."""

    USER = 1
    GROUP = 2
    ROLE = 3
    BOUNDARY = 4


class Granted(NamedTuple):
    """A document in force: `name` is an inline policy's name or a managed policy's ARN."""

    holder: Holder
    holder_name: str
    name: str
    document: str

    @property
    def source(self) -> str:
        """What an explanation calls it: the ARN, or `user/ana/Admins` for an inline policy."""
        if self.name.startswith("arn:"):
            return self.name
        return f"{self.holder.name.lower()}/{self.holder_name}/{self.name}"


def of_user(user_id: int) -> list[Granted]:
    """A user's own policies, those of the user's groups, and the boundary."""
    return [_granted(row) for row in _of_user.rows(user_id)]


def of_role(role_id: int) -> list[Granted]:
    """A role's policies and its boundary."""
    return [_granted(row) for row in _of_role.rows(role_id)]


def of_group(group_id: int) -> list[Granted]:
    """What a group gives to its members; groups have no boundary."""
    return [_granted(row) for row in _of_group.rows(group_id)]


def _granted(row: tuple[Any, ...]) -> Granted:
    holder, holder_name, name, document = row
    return Granted(Holder(holder), holder_name, name, document or "")


def _rows(rows: QuerySet[Any], holder: Holder, *columns: str) -> QuerySet[Any]:
    """Holder, holder's name, policy's name and document, of types that fit under each other."""
    name, policy, document = columns
    shown: QuerySet[Any] = (
        rows.order_by()
        .annotate(
            holder=Value(int(holder), IntegerField()),
            shown_holder=Cast(name, CharField(max_length=128)),
            shown_policy=Cast(policy, CharField(max_length=700)),
        )
        .values_list("holder", "shown_holder", "shown_policy", document)
    )
    return shown


_DEFAULT = "policy__default_version__document"


def _of_a_user(user_id: int) -> QuerySet[Any]:
    own = UserPolicy.objects.filter(user_id=user_id)
    attached = UserAttachment.objects.filter(user_id=user_id)
    groups = GroupPolicy.objects.filter(group__memberships__user_id=user_id)
    group_attached = GroupAttachment.objects.filter(group__memberships__user_id=user_id)
    bounded = User.objects.filter(pk=user_id, boundary__isnull=False)
    return _rows(own, Holder.USER, "user__name", "name", "document").union(
        _rows(attached, Holder.USER, "user__name", "policy__arn", _DEFAULT),
        _rows(groups, Holder.GROUP, "group__name", "name", "document"),
        _rows(group_attached, Holder.GROUP, "group__name", "policy__arn", _DEFAULT),
        _rows(bounded, Holder.BOUNDARY, "name", "boundary__arn", _BOUNDARY),
        all=True,
    )


_BOUNDARY = "boundary__default_version__document"


def _of_a_role(role_id: int) -> QuerySet[Any]:
    own = RolePolicy.objects.filter(role_id=role_id)
    attached = RoleAttachment.objects.filter(role_id=role_id)
    bounded = Role.objects.filter(pk=role_id, boundary__isnull=False)
    return _rows(own, Holder.ROLE, "role__name", "name", "document").union(
        _rows(attached, Holder.ROLE, "role__name", "policy__arn", _DEFAULT),
        _rows(bounded, Holder.BOUNDARY, "name", "boundary__arn", _BOUNDARY),
        all=True,
    )


def _of_a_group(group_id: int) -> QuerySet[Any]:
    own = GroupPolicy.objects.filter(group_id=group_id)
    attached = GroupAttachment.objects.filter(group_id=group_id)
    return _rows(own, Holder.GROUP, "group__name", "name", "document").union(
        _rows(attached, Holder.GROUP, "group__name", "policy__arn", _DEFAULT), all=True
    )


_of_user = PreparedValues(_of_a_user)
_of_role = PreparedValues(_of_a_role)
_of_group = PreparedValues(_of_a_group)

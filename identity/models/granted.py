"""The documents in force of many users or roles at once: a fixed number of queries for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from identity.models.attachment import GroupAttachment, RoleAttachment, UserAttachment
from identity.models.permissions import Granted, Holder
from identity.models.policy import GroupPolicy, RolePolicy, UserPolicy
from identity.models.role import Role
from identity.models.user import User

_DEFAULT = "policy__default_version__document"
_BOUNDARY = "boundary__default_version__document"
_MEMBER = "group__memberships__user"

_Found = dict[int, list[Granted]]


def of_users(users: Collection[int]) -> _Found:
    """Own policies, those of the groups, and boundaries, by the number of the user."""
    own = UserPolicy.objects.filter(user__in=users)
    attached = UserAttachment.objects.filter(user__in=users)
    groups = GroupPolicy.objects.filter(**{f"{_MEMBER}__in": users})
    group_attached = GroupAttachment.objects.filter(**{f"{_MEMBER}__in": users})
    bounded = User.objects.filter(pk__in=users, boundary__isnull=False)
    found: _Found = {}
    _add(found, Holder.USER, own.values_list("user", "user__name", "name", "document"))
    _add(found, Holder.USER, attached.values_list("user", "user__name", "policy__arn", _DEFAULT))
    _add(found, Holder.GROUP, groups.values_list(_MEMBER, "group__name", "name", "document"))
    _add(
        found,
        Holder.GROUP,
        group_attached.values_list(_MEMBER, "group__name", "policy__arn", _DEFAULT),
    )
    _add(found, Holder.BOUNDARY, bounded.values_list("pk", "name", "boundary__arn", _BOUNDARY))
    return found


def of_roles(roles: Collection[int]) -> _Found:
    """Policies and boundaries, by the number of the role."""
    own = RolePolicy.objects.filter(role__in=roles)
    attached = RoleAttachment.objects.filter(role__in=roles)
    bounded = Role.objects.filter(pk__in=roles, boundary__isnull=False)
    found: _Found = {}
    _add(found, Holder.ROLE, own.values_list("role", "role__name", "name", "document"))
    _add(found, Holder.ROLE, attached.values_list("role", "role__name", "policy__arn", _DEFAULT))
    _add(found, Holder.BOUNDARY, bounded.values_list("pk", "name", "boundary__arn", _BOUNDARY))
    return found


def of_groups(groups: Collection[int]) -> _Found:
    """What groups give, by the number of the group."""
    own = GroupPolicy.objects.filter(group__in=groups)
    attached = GroupAttachment.objects.filter(group__in=groups)
    found: _Found = {}
    _add(found, Holder.GROUP, own.values_list("group", "group__name", "name", "document"))
    _add(found, Holder.GROUP, attached.values_list("group", "group__name", "policy__arn", _DEFAULT))
    return found


def _add(found: _Found, holder: Holder, rows: QuerySet[Any, Any]) -> None:
    for number, holder_name, name, document in _unordered(rows):
        one = Granted(holder, holder_name, name, document or "")
        found.setdefault(number, []).append(one)


def _unordered(rows: QuerySet[Any, Any]) -> Iterable[tuple[int, str, str, str]]:
    return rows.order_by()

"""Which managed policies are attached to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from identity.models.account import Account
from identity.models.group import Group
from identity.models.managed_policy import ManagedPolicy
from identity.models.prepared import PreparedValues
from identity.models.prepared_writes import Inserted
from identity.models.role import Role
from identity.models.user import User


class Attachment(Inserted):
    """The account is that of the holder: a shipped policy has holders in all accounts."""

    policy = models.ForeignKey(ManagedPolicy, on_delete=models.RESTRICT, related_name="%(class)ss")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    if TYPE_CHECKING:
        policy_id: int

    class Meta:
        abstract = True


class UserAttachment(Attachment):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="attachments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "policy"], name="policy_once_on_a_user"),
        ]
        indexes = [models.Index(fields=["policy", "account", "user"], name="users_of_a_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.user_id}"


class GroupAttachment(Attachment):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="attachments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "policy"], name="policy_once_on_a_group"),
        ]
        indexes = [models.Index(fields=["policy", "account", "group"], name="groups_of_a_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.group_id}"


class RoleAttachment(Attachment):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="attachments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "policy"], name="policy_once_on_a_role"),
        ]
        indexes = [models.Index(fields=["policy", "account", "role"], name="roles_of_a_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.role_id}"


def attached_to(holder: User | Group | Role) -> list[int]:
    """The numbers of the policies that a holder has; in one prepared query."""
    return [number for (number,) in _attached_to[type(holder)].rows(holder.pk)]


_attached_to: dict[type[models.Model], PreparedValues] = {
    User: PreparedValues(
        lambda user: UserAttachment.objects.filter(user=user).values_list("policy_id")
    ),
    Group: PreparedValues(
        lambda group: GroupAttachment.objects.filter(group=group).values_list("policy_id")
    ),
    Role: PreparedValues(
        lambda role: RoleAttachment.objects.filter(role=role).values_list("policy_id")
    ),
}

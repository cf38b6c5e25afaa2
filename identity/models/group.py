"""Groups of users: they hold policies, and are no principals themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from identity.models import named
from identity.models.named import Named, NamedQuerySet
from identity.models.user import User

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from identity.models.attachment import GroupAttachment
    from identity.models.policy import GroupPolicy


class GroupQuerySet(NamedQuerySet["Group"]):
    pass


class Group(Named):
    kind, id_prefix = "group", "AGPA"

    objects = GroupQuerySet.as_manager()

    if TYPE_CHECKING:
        memberships: RelatedManager[Membership]
        attachments: RelatedManager[GroupAttachment]
        policies: RelatedManager[GroupPolicy]

    class Meta:
        constraints = named.constraints("group")
        indexes = named.indexes("group")

    def describe(self) -> dict[str, Any]:
        """The `Group` structure of the IAM API."""
        return {
            "Path": self.path,
            "GroupName": self.name,
            "GroupId": self.unique_id,
            "Arn": self.arn,
            "CreateDate": self.created_at,
        }


class Membership(models.Model):
    """A user in a group; listed in the order of the members' names or of the groups'.

    `created_at` is None of members from before it was kept.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(default=timezone.now, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="member_once_in_a_group"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"

"""Roles, which principals assume for a session, and the instance profiles that carry one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from identity.models import last_use, named
from identity.models.managed_policy import ManagedPolicy
from identity.models.named import Named, NamedQuerySet
from identity.models.prepared import Prepared
from identity.models.user import folded, whole_seconds

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from identity.models.attachment import RoleAttachment
    from identity.models.policy import RolePolicy


SERVICE_LINKED = "/aws-service-role/"
"""The path under which services keep roles of their own."""

_TRACKED = timedelta(days=400)


class RoleQuerySet(NamedQuerySet["Role"]):
    pass


class Role(Named):
    """`trust_policy` names users and roles by their unique IDs, so that who is made anew under an
    old name is not trusted; `last_used_at` and `last_used_region` are empty until it is used."""

    kind, id_prefix = "role", "AROA"

    description = models.CharField(max_length=1000, blank=True)
    trust_policy = models.TextField()
    max_session_duration = models.PositiveIntegerField(default=3600)
    boundary = models.ForeignKey(
        ManagedPolicy,
        on_delete=models.RESTRICT,
        related_name="bounded_roles",
        null=True,
        default=None,
    )
    tags = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True, default=None)
    last_used_region = models.CharField(max_length=64, default="")

    objects = RoleQuerySet.as_manager()

    if TYPE_CHECKING:
        boundary_id: int | None
        attachments: RelatedManager[RoleAttachment]
        policies: RelatedManager[RolePolicy]

    class Meta:
        constraints = named.constraints("role")
        indexes = named.indexes("role")

    @staticmethod
    def named_in(account_id: str, name: str) -> Role | None:
        """The role of this name with its account, in one prepared query."""
        return _named.first(account_id, folded(name))

    @property
    def is_service_linked(self) -> bool:
        return self.path.startswith(SERVICE_LINKED)

    def describe(self, trust_policy: str) -> dict[str, Any]:
        """The `Role` structure as lists show it; `trust_policy` is URL-encoded, names as ARNs."""
        shown = {
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.unique_id,
            "Arn": self.arn,
            "CreateDate": self.created_at,
            "AssumeRolePolicyDocument": trust_policy,
            "MaxSessionDuration": self.max_session_duration,
        }
        return {**shown, "Description": self.description} if self.description else shown

    def last_used(self) -> dict[str, Any]:
        """The `RoleLastUsed` structure; empty if the role was not used in the last 400 days."""
        if self.last_used_at is None or self.last_used_at < timezone.now() - _TRACKED:
            return {}
        return {"LastUsedDate": self.last_used_at, "Region": self.last_used_region}

    def is_remembered(self, at: datetime) -> bool:
        """See `last_use`."""
        return last_use.is_remembered(self.last_used_at, at)

    def used(self, at: datetime, region: str) -> None:
        """Remember that a session of the role acted; at most one write a minute."""
        if self.is_remembered(at):
            return
        seen = {"last_used_at": whole_seconds(at), "last_used_region": region}
        Role.objects.filter(last_use.unseen(at), pk=self.pk).update(**seen)


_named = Prepared(
    lambda account_id, name: Role.objects.filter(
        account_id=account_id, name_folded=name
    ).select_related("account"),
    "123456789012",
    "deploy",
)


class InstanceProfileQuerySet(NamedQuerySet["InstanceProfile"]):
    pass


class InstanceProfile(Named):
    """A container of at most one role."""

    kind, id_prefix = "instance-profile", "AIPA"

    role = models.ForeignKey(
        Role, on_delete=models.RESTRICT, related_name="instance_profiles", null=True, default=None
    )
    tags = models.JSONField(default=list)

    objects = InstanceProfileQuerySet.as_manager()

    class Meta:
        constraints = named.constraints("instance_profile")
        indexes = named.indexes("instance_profile")

    def describe(self) -> dict[str, Any]:
        """The `InstanceProfile` structure, without its roles and tags."""
        return {
            "Path": self.path,
            "InstanceProfileName": self.name,
            "InstanceProfileId": self.unique_id,
            "Arn": self.arn,
            "CreateDate": self.created_at,
        }

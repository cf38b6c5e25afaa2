"""Managed policies: the account's own and the shipped ones, their versions and their uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from identity.models.account import Account
from identity.models.prepared import Prepared
from identity.models.prepared_writes import Inserted, PreparedUpdate
from identity.models.user import folded

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

AWS = "aws"
"""Stands in the ARN of a shipped policy where the account's ID would."""


class ManagedPolicyQuerySet(models.QuerySet["ManagedPolicy"]):
    def of(self, account: Account) -> Self:
        """Those that the account made itself."""
        return self.filter(account=account)

    def named(self, name: str) -> Self:
        return self.filter(name_folded=folded(name))

    def shipped(self) -> Self:
        return self.filter(account=None)

    def visible_to(self, account: Account) -> Self:
        """Those that the account may attach: its own and the shipped ones."""
        return self.filter(Q(account=account) | Q(account=None))

    def under(self, path_prefix: str) -> Self:
        return self if path_prefix == "/" else self.filter(path__under=path_prefix)

    def with_uses_by(self, account: Account) -> Self:
        """With `attachment_count` and `boundary_count`, how often the account uses each."""
        return self.annotate(
            uses=FilteredRelation("usages", condition=Q(usages__account=account)),
            attachment_count=Coalesce("uses__attachment_count", 0),
            boundary_count=Coalesce("uses__boundary_count", 0),
        )

    def locked(self) -> Self:
        """Rows locked to the end of the transaction (SQLite's whole file is, by then)."""
        return self.select_for_update(of=("self",))


class ManagedPolicy(Inserted):
    """A policy with versions. Without an account it is shipped, and belongs to all accounts.

    `default_version` is the one in force; `newest` is the highest number that any version has had,
    for numbers are not given twice.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="managed_policies", null=True
    )
    unique_id = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=128)
    name_folded = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    arn = models.CharField(max_length=700, unique=True)
    description = models.CharField(max_length=1000, blank=True)
    default_version = models.ForeignKey(
        "PolicyVersion", on_delete=models.RESTRICT, related_name="+", null=True, default=None
    )
    newest = models.PositiveIntegerField(default=1)
    is_attachable = models.BooleanField(default=True)
    tags = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    # Of one account, in rows that were read `with_uses_by` it.
    attachment_count = 0
    boundary_count = 0

    objects = ManagedPolicyQuerySet.as_manager()

    if TYPE_CHECKING:
        account_id: str | None
        versions: RelatedManager[PolicyVersion]
        usages: RelatedManager[PolicyUsage]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name_folded"], name="policy_name_once_in_an_account"
            ),
            models.UniqueConstraint(
                fields=["name_folded"],
                condition=Q(account=None),
                name="policy_name_once_among_the_shipped",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "path", "name_folded"],
                name="policy_by_path",
                opclasses=["varchar_ops", "varchar_pattern_ops", "varchar_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_folded = folded(self.name)
        self.arn = f"arn:aws:iam::{self.account_id or AWS}:policy{self.path}{self.name}"
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    @staticmethod
    def visible_at(account_id: str, arn: str) -> ManagedPolicy | None:
        """The policy with this ARN that the account may attach, in one prepared query."""
        return _visible.first(account_id, arn)

    @property
    def is_shipped(self) -> bool:
        return self.account_id is None

    def describe(self) -> dict[str, Any]:
        """The `Policy` structure as lists show it, without description and tags."""
        return {
            "PolicyName": self.name,
            "PolicyId": self.unique_id,
            "Arn": self.arn,
            "Path": self.path,
            "DefaultVersionId": str(self.default_version),
            "AttachmentCount": self.attachment_count,
            "PermissionsBoundaryUsageCount": self.boundary_count,
            "IsAttachable": self.is_attachable,
            "CreateDate": self.created_at,
            "UpdateDate": self.updated_at,
        }


class PolicyVersion(Inserted):
    """`v1`, `v2`, …: a document that never changes."""

    policy = models.ForeignKey(ManagedPolicy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    document = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "number"], name="policy_version_number_once_in_a_policy"
            ),
        ]

    def __str__(self) -> str:
        return self.version_id

    @property
    def version_id(self) -> str:
        return f"v{self.number}"


class PolicyUsageQuerySet(models.QuerySet["PolicyUsage"]):
    def in_use(self) -> Self:
        return self.filter(Q(attachment_count__gt=0) | Q(boundary_count__gt=0))


class PolicyUsage(models.Model):
    """How often an account uses a policy, kept with each attachment: a total never costs a scan."""

    policy = models.ForeignKey(ManagedPolicy, on_delete=models.CASCADE, related_name="usages")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="policy_usages")
    attachment_count = models.PositiveIntegerField(default=0)
    boundary_count = models.PositiveIntegerField(default=0)

    objects = PolicyUsageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "account"], name="policy_usage_once_in_an_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_count} + {self.boundary_count}"

    @classmethod
    def count(
        cls,
        policy: ManagedPolicy,
        account: Account,
        *,
        attachment_count: int = 0,
        boundary_count: int = 0,
    ) -> None:
        """Add to the counts inside the transaction; the first use makes the row."""
        counts = (attachment_count, boundary_count)
        if not _count.run(*counts, policy.pk, account.pk):
            cls.objects.create(
                policy=policy,
                account=account,
                attachment_count=attachment_count,
                boundary_count=boundary_count,
            )


_count = PreparedUpdate(
    lambda attachments, boundaries, policy_id, account_id: (
        PolicyUsage.objects.filter(policy_id=policy_id, account_id=account_id),
        {
            "attachment_count": F("attachment_count") + attachments,
            "boundary_count": F("boundary_count") + boundaries,
        },
    ),
    *(1, 2, 3, "123456789012"),
)

_visible = Prepared(
    lambda account_id, arn: ManagedPolicy.objects.filter(
        Q(account_id=account_id) | Q(account=None), arn=arn
    ),
    *("123456789012", "arn:aws:iam::123456789012:policy/reading"),
)

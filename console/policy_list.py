"""The rows of the policies page, and of every page on which a policy is chosen."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from console import last_used
from console.last_used import Use
from console.names import policy_address
from console.permissions import Rights
from console.policy_report import Report, report
from identity import policy_actions
from identity.models import Account, ManagedPolicy, PolicyVersion
from identity.models.user import folded
from identity.policy import Kind

BUILT_IN, CUSTOM, JOB_FUNCTION = "built-in", "custom", "job-function"
JOB_FUNCTIONS = "/job-function/"
KEY = "sort_key"
"""By name; the account's policy may be called as a shipped one is, and then stands before it."""

_OF_TYPE = {
    CUSTOM: Q(account__isnull=False),
    BUILT_IN: Q(account=None),
    JOB_FUNCTION: Q(account=None, path=JOB_FUNCTIONS),
}
_OF_USE = {
    "attached": Q(attachment_count__gt=0) | Q(boundary_count__gt=0),
    "unattached": Q(attachment_count=0, boundary_count=0),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One policy; `description` is None where the caller may not read it.

    `versions` and `report` are filled for the columns that are shown, and None as above.
    """

    policy: ManagedPolicy
    url: str
    kind: str
    description: str | None
    versions: int | None = None
    report: Report | None = None
    used: Use | None = None

    @property
    def accessed_url(self) -> str:
        return policy_address("policy-last-accessed", self.policy)


def matching(
    account: Account, text: str = "", kind: str = "", use: str = "", allows: str = ""
) -> QuerySet[ManagedPolicy]:
    """What the account sees: its own and the shipped policies, under filters that may be empty.

    `text` is the start of a name, or a whole ARN, `allows` an action such as `iam:PassRole`.
    """
    policies = ManagedPolicy.objects.visible_to(account).with_uses_by(account)
    if text.startswith("arn:"):
        policies = policies.filter(arn=text)
    elif text:
        policies = policies.filter(name_folded__under=folded(text))
    if allows:
        policies = policies.filter(pk__in=policy_actions.allowing(policies, allows))
    policies = policies.filter(_OF_TYPE.get(kind, Q()), _OF_USE.get(use, Q()))
    origin = Case(When(account=None, then=Value(" 1")), default=Value(" 0"))
    return policies.annotate(sort_key=Concat("name_folded", origin))


def rows(policies: list[ManagedPolicy], rights: Rights) -> list[Row]:
    return [_row(policy, rights) for policy in policies]


def _row(policy: ManagedPolicy, rights: Rights) -> Row:
    readable = rights.allow("iam:GetPolicy", policy.arn)
    return Row(
        policy,
        policy_address("policy-permissions", policy),
        type_name(policy),
        policy.description if readable else None,
    )


def with_columns(
    found: list[Row], account: Account, rights: Rights, columns: Container[str]
) -> list[Row]:
    """The same rows with what the optional columns show, by few queries a column."""
    if "used" in columns:
        used = last_used.of_policies([row.policy for row in found], account, rights)
        found = [replace(row, used=used.get(row.policy.pk)) for row in found]
    ids = [row.policy.pk for row in found]
    if "versions" in columns:
        counted = PolicyVersion.objects.filter(policy__in=ids).values_list("policy")
        counts = dict(counted.annotate(Count("pk")).order_by())
        found = [
            replace(row, versions=counts.get(row.policy.pk, 0))
            if rights.allow("iam:ListPolicyVersions", row.policy.arn)
            else row
            for row in found
        ]
    if "findings" in columns:
        defaults = PolicyVersion.objects.filter(
            pk__in=[row.policy.default_version_id for row in found]
        )
        texts = dict(defaults.values_list("policy", "document"))
        found = [
            replace(row, report=report(texts[row.policy.pk], Kind.MANAGED))
            if rights.allow("iam:GetPolicyVersion", row.policy.arn)
            else row
            for row in found
        ]
    return found


def type_name(policy: ManagedPolicy) -> str:
    """The console's word for the type."""
    if not policy.is_shipped:
        return _("Custom")
    return _("Job function") if policy.path == JOB_FUNCTIONS else _("Built-in")

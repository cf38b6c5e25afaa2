"""Whether a page may list, and may show the text of, what is granted to a user, group or role."""

from __future__ import annotations

from functools import cached_property

from console.permissions import Rights
from identity.models import Group, Role, User
from identity.models.permissions import Granted, Holder


class GrantedPolicies:
    """The rights of who looks on the policies of one user, group or role."""

    def __init__(self, rights: Rights, row: User | Group | Role) -> None:
        self._rights, self._row = rights, row
        self._kind = type(row).__name__

    def may_list(self, one: Granted) -> bool:
        """Whether the API would tell that the policy is granted, or that it is the boundary."""
        if one.holder is Holder.BOUNDARY:
            return self._rights.allow(f"iam:Get{self._kind}", self._row.arn)
        if one.holder is Holder.GROUP and isinstance(self._row, User):
            arn = self._group_arns.get(one.holder_name, "")
            listed = self._rights.allow("iam:ListGroupsForUser", self._row.arn)
            return listed and self._rights.allow(self._listing(one, "Group"), arn)
        return self._rights.allow(self._listing(one, self._kind), self._row.arn)

    @staticmethod
    def _listing(one: Granted, kind: str) -> str:
        attached = "Attached" if one.name.startswith("arn:") else ""
        return f"iam:List{attached}{kind}Policies"

    def may_read(self, one: Granted) -> bool:
        """Whether the API would tell its text."""
        if one.name.startswith("arn:"):
            return self._rights.allow("iam:GetPolicyVersion", one.name)
        if one.holder is Holder.GROUP and isinstance(self._row, User):
            arn = self._group_arns.get(one.holder_name, "")
            return self._rights.allow("iam:GetGroupPolicy", arn)
        return self._rights.allow(f"iam:Get{self._kind}Policy", self._row.arn)

    @cached_property
    def _group_arns(self) -> dict[str, str]:
        groups = Group.objects.filter(memberships__user=self._row.pk).select_related("account")
        return {group.name: group.arn for group in groups}

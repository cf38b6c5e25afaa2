"""Whose policy it is, where its page is, and whether the viewer may read its text."""

from __future__ import annotations

from django.urls import reverse

from console.http import Request
from console.names import policy_address, user_segment
from console.permissions import Rights
from identity import arns
from identity.explanations import ACCOUNT_GRANT, TRUST_POLICY, Policy
from identity.models import Group, ManagedPolicy, Role, User
from identity.models.permissions import Holder

_ACTIONS = {
    Holder.USER: "iam:GetUserPolicy",
    Holder.GROUP: "iam:GetGroupPolicy",
    Holder.ROLE: "iam:GetRolePolicy",
}
_PAGES = {
    Holder.USER: "user-permissions",
    Holder.GROUP: "group-permissions",
    Holder.ROLE: "role-permissions",
}
_MANAGED = "iam:GetPolicyVersion"


class Shelf:
    """The policies behind an explanation, as far as the viewer may read them over the API."""

    def __init__(self, request: Request) -> None:
        self._account = request.caller.account
        self.rights = Rights(request)
        self._known: dict[str, bool] = {}
        self._urls: dict[str, str] = {}

    def may_read(self, policy: Policy) -> bool:
        if policy.source not in self._known:
            self._known[policy.source] = self._may_read(policy)
        return self._known[policy.source]

    def _may_read(self, policy: Policy) -> bool:
        if policy.name.startswith("arn:"):
            return self.rights.allow(_MANAGED, policy.name)
        if policy.source == ACCOUNT_GRANT:
            return self.rights.allow("iam:GetAccountPasswordPolicy", "*")
        if policy.holder not in _ACTIONS:
            return False
        if policy.source == TRUST_POLICY:
            return self.rights.allow("iam:GetRole", self._holder_arn(policy))
        return self.rights.allow(_ACTIONS[policy.holder], self._holder_arn(policy))

    def _holder_arn(self, policy: Policy) -> str:
        """The ARN with its path, and with the root path for a holder that is gone."""
        holder = self._holder(policy)
        kind = policy.holder.name.lower() if policy.holder else "user"
        return holder.arn if holder else arns.iam(self._account.id, kind, policy.holder_name)

    def _holder(self, policy: Policy) -> User | Group | Role | None:
        if policy.holder is Holder.USER:
            return User.named_in(self._account, policy.holder_name)
        rows = Group.objects if policy.holder is Holder.GROUP else Role.objects
        return rows.named(policy.holder_name).filter(account=self._account).first()

    def url(self, policy: Policy) -> str:
        """The page that shows it, or "" where there is none."""
        if policy.source not in self._urls:
            self._urls[policy.source] = self._url(policy)
        return self._urls[policy.source]

    def _url(self, policy: Policy) -> str:
        if policy.name.startswith("arn:"):
            managed = ManagedPolicy.objects.visible_to(self._account).filter(arn=policy.name)
            found = managed.first()
            return policy_address("policy-permissions", found) if found else ""
        holder = self._holder(policy) if policy.holder in _PAGES else None
        if holder is None or policy.holder is None:
            return ""
        page = "role-trust" if policy.source == TRUST_POLICY else _PAGES[policy.holder]
        return reverse(page, args=[user_segment(holder.name, holder.unique_id)])

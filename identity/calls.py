"""One call of one action: who asks for what, with the rows that authorisation already read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from identity.callers import Caller
from identity.errors import (
    AccessDenied,
    InvalidInput,
    NoSuchEntity,
    UnmodifiableEntity,
    ValidationError,
)
from identity.facts import Facts
from identity.models import (
    Account,
    Group,
    InstanceProfile,
    ManagedPolicy,
    Role,
    ServerCertificate,
    User,
)
from identity.models.named import locked_again

# Where root, who has no name, goes by the account ID (as ListMFADevices shows it), to root alone.
_NAMING_ROOT = frozenset(
    {"DeactivateMFADevice", "EnableMFADevice", "ListMFADevices", "ResyncMFADevice"}
)

_POLICY_ARN = re.compile(r"arn:aws:iam::(aws|\d{12}):policy/[\x21-\x7e]+", re.ASCII)


@dataclass
class Call:
    """What an operation gets. `prepared` is what the operation's `prepare` worked out before the
    transaction (hashing takes too long to hold a lock for)."""

    caller: Caller
    service: str
    action: str
    params: Mapping[str, Any]
    facts: Facts = field(default_factory=Facts)
    prepared: Any = None

    @property
    def permission(self) -> str:
        """The action as policies write it, `iam:CreateUser`."""
        return f"{self.service}:{self.action}"

    @property
    def account(self) -> Account:
        return self.caller.account

    @cached_property
    def named_user(self) -> User | None:
        """The user that `UserName` names, or the caller where the action lets it be left out."""
        name = self.params.get("UserName")
        if name is None or self._names_root(name):
            return self.caller.user
        return User.named_in(self.account, name)

    def _names_root(self, name: str) -> bool:
        return self.caller.is_root and name == self.account.id and self.action in _NAMING_ROOT

    def user(self) -> User:
        """The named user; NoSuchEntity when there is none."""
        if self.named_user is None:
            raise no_such_user(self.params["UserName"])
        return self.named_user

    def locked_user(self) -> User:
        """The named user, locked and read again inside the transaction.

        NoSuchEntity when it is gone, or was renamed or moved after the call was authorised on its
        former ARN.
        """
        seen = self.user()
        user = locked_again(seen)
        if user is None:
            raise no_such_user(seen.name)
        return user

    def iam_user(self) -> User:
        """As `user`, for what root has not: root must name a user."""
        user = self.user()
        if user.is_root:
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return user

    @cached_property
    def named_group(self) -> Group | None:
        return Group.objects.named(self.params["GroupName"]).filter(account=self.account).first()

    def group(self) -> Group:
        """The group that `GroupName` names; NoSuchEntity when there is none."""
        if self.named_group is None:
            raise _not_there("group", self.params["GroupName"])
        return self.named_group

    def locked_group(self) -> Group:
        """As `locked_user`, for the group."""
        seen = self.group()
        group = locked_again(seen)
        if group is None:
            raise _not_there("group", seen.name)
        return group

    @cached_property
    def named_role(self) -> Role | None:
        named = Role.objects.named(self.params["RoleName"]).filter(account=self.account)
        return named.select_related("boundary").first()

    def role(self) -> Role:
        """The role that `RoleName` names; NoSuchEntity when there is none."""
        if self.named_role is None:
            raise _not_there("role", self.params["RoleName"])
        return self.named_role

    def locked_role(self) -> Role:
        """As `locked_user`, for the role.

        Its boundary is read later: who waits for a lock gets the row as it is then, but what is
        joined as it was before (PostgreSQL's READ COMMITTED).
        """
        seen = self.role()
        role = locked_again(seen)
        if role is None:
            raise _not_there("role", seen.name)
        return role

    def modifiable_role(self) -> Role:
        """As `locked_role`; UnmodifiableEntity for a role that belongs to a service."""
        role = self.locked_role()
        if role.is_service_linked:
            raise UnmodifiableEntity(
                f"Cannot perform the operation on the protected role '{role.name}' - "
                "this role is only modifiable by AWS"
            )
        return role

    @cached_property
    def named_instance_profile(self) -> InstanceProfile | None:
        named = InstanceProfile.objects.named(self.params["InstanceProfileName"])
        return named.filter(account=self.account).select_related("role").first()

    def instance_profile(self) -> InstanceProfile:
        """The profile that `InstanceProfileName` names; NoSuchEntity when there is none."""
        if self.named_instance_profile is None:
            raise _no_such_profile(self.params["InstanceProfileName"])
        return self.named_instance_profile

    def locked_instance_profile(self) -> InstanceProfile:
        """As `locked_role`, for the profile, whose role is read later, as a role's boundary is."""
        seen = self.instance_profile()
        profile = locked_again(seen)
        if profile is None:
            raise _no_such_profile(seen.name)
        return profile

    @cached_property
    def named_server_certificate(self) -> ServerCertificate | None:
        named = ServerCertificate.objects.named(self.params["ServerCertificateName"])
        return named.filter(account=self.account).first()

    def server_certificate(self) -> ServerCertificate:
        """The certificate that `ServerCertificateName` names; NoSuchEntity when there is none."""
        if self.named_server_certificate is None:
            raise _no_such_certificate(self.params["ServerCertificateName"])
        return self.named_server_certificate

    def locked_server_certificate(self) -> ServerCertificate:
        """As `locked_user`, for the certificate."""
        seen = self.server_certificate()
        certificate = locked_again(seen)
        if certificate is None:
            raise _no_such_certificate(seen.name)
        return certificate

    @cached_property
    def named_policy(self) -> ManagedPolicy | None:
        """The managed policy that `PolicyArn` names, if the account may see it."""
        return self.policy_at(str(self.params["PolicyArn"]))

    def policy_at(self, arn: str) -> ManagedPolicy | None:
        """The managed policy with this ARN, read now; None when the account sees none such.

        InvalidInput for what is no policy's ARN.
        """
        require_policy_arn(arn)
        visible = ManagedPolicy.objects.visible_to(self.account).with_uses_by(self.account)
        return visible.filter(arn=arn).select_related("default_version").first()

    def policy(self) -> ManagedPolicy:
        """The named managed policy; NoSuchEntity when there is none."""
        if self.named_policy is None:
            raise no_such_policy(self.params["PolicyArn"])
        return self.named_policy

    def own_policy(self) -> ManagedPolicy:
        """The named policy of the account itself.

        AccessDenied for a shipped one, to root as well: it is one row for all accounts, so that a
        change by one account would decide what the others allow.
        """
        policy = self.policy()
        if policy.is_shipped:
            raise AccessDenied(
                f"User: {self.caller.arn} is not authorized to perform: {self.permission} "
                f"on resource: policy {policy.arn}"
            )
        return policy

    def locked_policy(self) -> ManagedPolicy:
        """As `own_policy`, locked and read again; its version in force is read later, as above."""
        policy = ManagedPolicy.objects.locked().filter(pk=self.own_policy().pk).first()
        if policy is None:
            raise no_such_policy(self.params["PolicyArn"])
        return policy


def _not_there(kind: str, name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The {kind} with name {name} cannot be found.")


def _no_such_profile(name: str) -> NoSuchEntity:
    return NoSuchEntity(f"Instance Profile {name} cannot be found.")


def _no_such_certificate(name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The Server Certificate with name {name} cannot be found.")


def no_such_user(name: str) -> NoSuchEntity:
    return _not_there("user", name)


def is_policy_arn(arn: str) -> bool:
    """Whether a text is the ARN of a managed policy, whosever it be."""
    return _POLICY_ARN.fullmatch(arn) is not None


def require_policy_arn(arn: str) -> None:
    """Raise InvalidInput for what is no ARN of a managed policy."""
    if not is_policy_arn(arn):
        raise InvalidInput(f"ARN {arn} is not valid.")


def no_such_policy(arn: str) -> NoSuchEntity:
    return NoSuchEntity(f"Policy {arn} was not found.")

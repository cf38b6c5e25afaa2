"""An account with a row in every table that an account can have rows in."""

from __future__ import annotations

from django.utils import timezone

from identity import arns
from identity.models import (
    Account,
    ConsoleSession,
    Event,
    InstanceProfile,
    ManagedPolicy,
    PasswordPolicy,
    PolicyUsage,
    PreviousPassword,
    RecoveryCode,
    Role,
    TemporarySession,
    User,
    UserTag,
    VirtualMfaDevice,
)
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_group,
    make_key,
    make_login_profile,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)


def fill(account: Account, mark: str = "") -> None:
    """One user, group, role and policy of the account, tied to each other in every way.

    Their names and what must be unique across accounts end in `mark`.
    """
    user = make_login_profile(make_user(account, f"li{mark}"))
    group = make_group(account, f"ops{mark}", user)
    role = make_role(account, f"deploy{mark}")
    policy = make_managed_policy(account, f"edge{mark}", ADMINISTRATOR)
    for holder in (user, group, role):
        make_policy(holder, "own", ADMINISTRATOR)
        attach(holder, policy)
    _bound(user, policy)
    _bound(role, policy)
    InstanceProfile.objects.create(account=account, name=f"web{mark}", role=role)
    _give_credentials(user, role, mark)
    PasswordPolicy.objects.create(account=account)
    Event.objects.create(account=account, source="iam.amazonaws.com", name="GetUser")


def _bound(holder: User | Role, policy: ManagedPolicy) -> None:
    holder.boundary = policy
    holder.save()
    PolicyUsage.count(policy, holder.account, boundary_count=1)


def _give_credentials(user: User, role: Role, mark: str) -> None:
    make_key(user)
    UserTag.objects.create(user=user, key="team", value="red")
    PreviousPassword.objects.create(user=user, hash="x")
    RecoveryCode.objects.create(user=user, selector="abcd", hash="x")
    VirtualMfaDevice.objects.create(
        account=user.account,
        user=user,
        name=f"phone{mark}",
        serial_number=arns.mfa(user.account_id, f"phone{mark}"),
        sealed_seed=b"",
    )
    soon = {"expires_at": timezone.now(), "operation": "AssumeRole", "sealed_secret": b""}
    TemporarySession.objects.create(id=f"ASIA1{mark}", user=user, **soon)
    TemporarySession.objects.create(id=f"ASIA2{mark}", role=role, **soon)
    ConsoleSession.objects.create(
        session_key=f"x{mark}", session_data="", expire_date=timezone.now(), user=user
    )

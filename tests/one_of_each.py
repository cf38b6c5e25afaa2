"""An account with a row in every table that an account can have rows in."""

from __future__ import annotations

from django.utils import timezone

from federation.models import OidcProvider, SamlPrivateKey, SamlProvider
from identity.models import (
    AccessReport,
    Account,
    ConsoleSession,
    CredentialReport,
    Event,
    InstanceProfile,
    LastAccess,
    ManagedPolicy,
    PasswordPolicy,
    PolicyUsage,
    PreviousPassword,
    Quota,
    RecoveryCode,
    Role,
    ServerCertificate,
    ServiceSpecificCredential,
    SigningCertificate,
    SSHPublicKey,
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


def fill(account: Account) -> None:
    """One user, group, role and policy of the account, tied to each other in every way."""
    user = make_login_profile(make_user(account, "li"))
    group = make_group(account, "ops", user)
    role = make_role(account, "deploy")
    policy = make_managed_policy(account, "edge", ADMINISTRATOR)
    for holder in (user, group, role):
        make_policy(holder, "own", ADMINISTRATOR)
        attach(holder, policy)
    _bound(user, policy)
    _bound(role, policy)
    InstanceProfile.objects.create(account=account, name="web", role=role)
    _give_credentials(user, role)
    _provide(account)
    _give_certificates(user)
    PasswordPolicy.objects.create(account=account)
    CredentialReport.objects.create(account=account)
    LastAccess.objects.create(
        account=account,
        principal=user.unique_id,
        service="iam",
        action="GetUser",
        time=timezone.now(),
    )
    AccessReport.objects.create(account=account, services=[])
    Quota.objects.create(account=account, name="GroupsPerUser", value=20)
    Event.objects.create(account=account, source="iam.amazonaws.com", name="GetUser")


def _bound(holder: User | Role, policy: ManagedPolicy) -> None:
    holder.boundary = policy
    holder.save()
    PolicyUsage.count(policy, holder.account, boundary_count=1)


def _provide(account: Account) -> None:
    provider = SamlProvider.objects.create(
        account=account, name="Corp", metadata="<x/>", valid_until=timezone.now()
    )
    SamlPrivateKey.objects.create(provider=provider, key_id="SAMLPK1", sealed_key=b"")
    OidcProvider.objects.create(account=account, url="idp.example.com")


def _give_credentials(user: User, role: Role) -> None:
    make_key(user)
    UserTag.objects.create(user=user, key="team", value="red")
    PreviousPassword.objects.create(user=user, hash="x")
    RecoveryCode.objects.create(user=user, selector="abcd", hash="x")
    VirtualMfaDevice.objects.create(
        account=user.account, user=user, name="phone", serial_number="phone", sealed_seed=b""
    )
    soon = {"expires_at": timezone.now(), "operation": "AssumeRole", "sealed_secret": b""}
    TemporarySession.objects.create(id="ASIA1", user=user, **soon)
    TemporarySession.objects.create(id="ASIA2", role=role, **soon)
    ConsoleSession.objects.create(
        session_key="x", session_data="", expire_date=timezone.now(), user=user
    )


def _give_certificates(user: User) -> None:
    account, now = user.account, timezone.now()
    SSHPublicKey.objects.create(id="APKA1", user=user, body="ssh-rsa AAAA", fingerprint="00")
    SigningCertificate.objects.create(account=account, user=user, certificate_id="x", body="x")
    ServiceSpecificCredential.objects.create(
        id="ACCA1", user=user, service="bedrock.amazonaws.com", login="li", is_api_key=True
    )
    ServerCertificate.objects.create(
        account=account, name="web", body="x", sealed_private_key=b"", expires_at=now
    )

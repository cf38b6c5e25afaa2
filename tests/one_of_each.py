"""An account with a row in every table that an account can have rows in."""

from __future__ import annotations

from django.utils import timezone

from console.models import Draft, Job, JobPart, KeptForm, SavedRun
from federation.models import (
    FederatedAttempt,
    OidcKeySet,
    OidcProvider,
    OidcRequest,
    OidcSignOn,
    PendingSignIn,
    SamlPrivateKey,
    SamlProvider,
    SamlRequest,
    SamlSignOn,
)
from identity import arns
from identity.models import (
    AccessReport,
    Account,
    ArchiveRule,
    ConsoleSession,
    ConsoleSettings,
    CredentialReport,
    EmailChange,
    Event,
    FidoCredential,
    Finding,
    FindingScan,
    InstanceProfile,
    LastAccess,
    Mail,
    ManagedPolicy,
    PasswordPolicy,
    PolicyUsage,
    PreviousPassword,
    Quota,
    RecoveryCode,
    Role,
    RootRecovery,
    ServerCertificate,
    ServiceSpecificCredential,
    SigningCertificate,
    SSHPublicKey,
    TemporarySession,
    Usage,
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

    Names and identifiers end in `mark`.
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
    _provide(account, mark)
    _give_certificates(user, mark)
    PasswordPolicy.objects.create(account=account)
    ConsoleSettings.objects.create(account=account)
    Usage.objects.create(account=account, month="2026-11", reads=1)
    CredentialReport.objects.create(account=account)
    _report(account, user, role)
    _leave_waiting(account, user, mark)
    Event.objects.create(account=account, source="iam.amazonaws.com", name="GetUser")


def _report(account: Account, user: User, role: Role) -> None:
    """What was found out about them."""
    LastAccess.objects.create(
        account=account,
        principal=user.unique_id,
        service="iam",
        action="GetUser",
        time=timezone.now(),
    )
    AccessReport.objects.create(
        account=account, requester=user.unique_id, arn=user.arn, services=[]
    )
    Finding.objects.create(account=account, key="x", kind="external", resource=role.arn)
    ArchiveRule.objects.create(account=account, name="meant", kind="external")
    FindingScan.objects.create(account=account, finished_at=timezone.now())
    Quota.objects.create(account=account, name="GroupsPerUser", value=20)
    SavedRun.objects.create(account=account, owner=user.unique_id, name="often", query="kind=user")


def _leave_waiting(account: Account, user: User, mark: str) -> None:
    """Jobs, mail and forms that nobody has come back to."""
    job = Job.objects.create(account=account, kind="credential-report", user=user)
    JobPart.objects.create(job=job, number=0, start=0, size=1, packed=b"x")
    Mail.objects.create(id=f"x{mark}", account=account, to="x@example.test", sealed=b"")
    RootRecovery.objects.create(
        email=account.root.email, facts={}, user=account.root, token_hash=f"x{mark}"
    )
    EmailChange.objects.create(
        user=account.root, email=f"x{mark}@example.test", code="x", expires_at=timezone.now()
    )
    Draft.objects.create(
        id=f"x{mark}", account=account, owner="x", sealed=b"", expires_at=timezone.now()
    )
    KeptForm.objects.create(
        id=f"x{mark}", user=user, path="/me", sealed=b"", expires_at=timezone.now()
    )


def _bound(holder: User | Role, policy: ManagedPolicy) -> None:
    holder.boundary = policy
    holder.save()
    PolicyUsage.count(policy, holder.account, boundary_count=1)


def _provide(account: Account, mark: str) -> None:
    provider = SamlProvider.objects.create(
        account=account, name=f"Corp{mark}", metadata="<x/>", valid_until=timezone.now()
    )
    SamlPrivateKey.objects.create(provider=provider, key_id=f"SAMLPK1{mark}", sealed_key=b"")
    SamlSignOn.objects.create(provider=provider, button=True)
    provider.signs_as([f"https://idp{mark}.example.com/saml"])
    soon = {"provider": provider, "expires_at": timezone.now()}
    SamlRequest.objects.create(id=f"_1{mark}", **soon)
    attempt = FederatedAttempt.objects.create(account=account, provider_arn=provider.arn)
    PendingSignIn.objects.create(handle=f"x{mark}", attempt=attempt, sealed_claims=b"", **soon)
    openid = OidcProvider.objects.create(account=account, url=f"idp{mark}.example.com")
    OidcSignOn.objects.create(provider=openid, client_id="console")
    OidcKeySet.objects.create(provider=openid)
    OidcRequest.objects.create(
        state=f"x{mark}", provider=openid, browser="x", sealed=b"", expires_at=timezone.now()
    )


def _give_credentials(user: User, role: Role, mark: str) -> None:
    make_key(user)
    UserTag.objects.create(user=user, key="team", value="red")
    PreviousPassword.objects.create(user=user, hash="x")
    RecoveryCode.objects.create(user=user, selector="abcd", hash="x")
    phone = {"name": f"phone{mark}", "serial_number": arns.mfa(user.account_id, f"phone{mark}")}
    VirtualMfaDevice.objects.create(account=user.account, user=user, sealed_seed=b"", **phone)
    serial = arns.iam(user.account_id, "u2f", f"user/{user.name}/key{mark}")
    device = VirtualMfaDevice.objects.create(
        account=user.account, user=user, name="key", serial_number=serial, sealed_seed=b""
    )
    FidoCredential.objects.create(
        device=device,
        credential_id=f"x{mark}",
        public_key=b"",
        backup_eligible=False,
        backed_up=False,
    )
    soon = {"expires_at": timezone.now(), "operation": "AssumeRole", "sealed_secret": b""}
    TemporarySession.objects.create(id=f"ASIA1{mark}", user=user, **soon)
    TemporarySession.objects.create(id=f"ASIA2{mark}", role=role, **soon)
    ConsoleSession.objects.create(
        session_key=f"x{mark}", session_data="", expire_date=timezone.now(), user=user
    )


def _give_certificates(user: User, mark: str) -> None:
    account, now = user.account, timezone.now()
    number = "1" * 24 + mark
    SSHPublicKey.objects.create(id=number, user=user, body="ssh-rsa AAAA", fingerprint="00")
    SigningCertificate.objects.create(account=account, user=user, certificate_id=number, body="x")
    ServiceSpecificCredential.objects.create(
        id=number, user=user, service="bedrock.amazonaws.com", login=f"li{mark}", is_api_key=True
    )
    ServerCertificate.objects.create(
        account=account, name=f"web{mark}", body="x", sealed_private_key=b"", expires_at=now
    )

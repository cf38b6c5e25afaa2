"""Sessions are rows: console sessions behind a cookie, temporary sessions behind a token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone

from identity.models.account import Account
from identity.models.prepared import Prepared
from identity.models.prepared_writes import Inserted
from identity.models.role import Role
from identity.models.user import User


class ConsoleSessionQuerySet(models.QuerySet["ConsoleSession"]):
    def expired(self, now: datetime) -> Self:
        return self.filter(expire_date__lte=now)

    def live(self, now: datetime) -> Self:
        """Of somebody who signed in and was seen within the last hour, the newest first."""
        idle = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        live = self.filter(user__isnull=False, expire_date__gt=now, seen_at__gte=idle)
        return live.select_related("user__account").order_by("-expire_date", "-session_key")

    def in_account(self, account: Account) -> Self:
        return self.filter(user__account=account)

    def of(self, principal: User | Role) -> Self:
        return self.filter(user=principal) if isinstance(principal, User) else self.none()

    def locked(self) -> Self:
        """Rows locked to the end of the transaction (SQLite's whole file is, by then)."""
        return self.select_for_update(of=("self",))


class ConsoleSession(AbstractBaseSession):
    """A browser's session. `session_key` holds the SHA-256 of the cookie, never the cookie."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="console_sessions", null=True, default=None
    )
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    source_ip = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=512, default="")

    objects = ConsoleSessionQuerySet.as_manager()  # type: ignore[misc, assignment]  # instead of Django's

    class Meta:
        db_table = "identity_console_session"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        raise NotImplementedError("rows are read through identity.session_store only")


class TemporarySessionQuerySet(models.QuerySet["TemporarySession"]):
    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)

    def live(self, now: datetime) -> Self:
        """Credentials that still open, those that last longest first."""
        live = self.filter(expires_at__gt=now).order_by("-expires_at", "-id")
        return live.select_related("user__account", "role__account")

    def in_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def of(self, principal: User | Role) -> Self:
        if isinstance(principal, User):
            return self.filter(user=principal)
        return self.filter(role=principal)

    def locked(self) -> Self:
        """Rows locked to the end of the transaction (SQLite's whole file is, by then)."""
        return self.select_for_update(of=("self",))


class TemporarySession(Inserted):
    """Temporary credentials (`ASIA…`): issued, listed, ended one by one, expired by the clock.

    The session token is opaque; only its SHA-256 is stored. The secret is sealed by the vault.
    `policies` are documents and `policy_arns` managed policies that limit the session. `account` is
    that of the user or role, kept here so that the sessions of an account are found by an index.
    `federated_provider` is the ARN of the identity provider that vouched for who assumed the role,
    and `federated_keys` the condition keys that its word leaves in every request of the session.
    """

    id = models.CharField(max_length=128, primary_key=True)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="temporary_sessions", db_index=False
    )
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="temporary_sessions",
        null=True,
        default=None,
        db_index=False,
    )
    role = models.ForeignKey(
        Role,
        on_delete=models.CASCADE,
        related_name="temporary_sessions",
        null=True,
        default=None,
        db_index=False,
    )
    operation = models.CharField(max_length=64)
    sealed_secret = models.BinaryField()
    token_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    mfa_at = models.DateTimeField(null=True, default=None)
    issuer_key_id = models.CharField(max_length=128, default="")
    source_ip = models.CharField(max_length=45, default="")
    name = models.CharField(max_length=64, default="")
    tags = models.JSONField(default=dict)
    transitive_keys = models.JSONField(default=list)
    source_identity = models.CharField(max_length=64, default="")
    policies = models.JSONField(default=list)
    policy_arns = models.JSONField(default=list)
    federated_provider = models.CharField(max_length=400, default="")
    federated_keys = models.JSONField(default=dict)

    objects = TemporarySessionQuerySet.as_manager()

    if TYPE_CHECKING:
        account_id: str

    class Meta:
        indexes = [
            models.Index(fields=["account", "expires_at"], name="session_by_account"),
            models.Index(
                fields=["user", "expires_at"],
                condition=Q(user__isnull=False),
                name="session_by_user",
            ),
            models.Index(
                fields=["role", "expires_at"],
                condition=Q(role__isnull=False),
                name="session_by_role",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, role__isnull=True)
                | Q(user__isnull=True, role__isnull=False),
                name="session_of_a_user_or_of_a_role",
            ),
        ]

    @staticmethod
    def signing(key_id: str) -> TemporarySession | None:
        """The session with its user or role, and the account, in one query."""
        return _signing.first(key_id)

    def __str__(self) -> str:
        return self.id

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.account_id = self.principal.account_id
        super().save(*args, **kwargs)

    @property
    def principal(self) -> User | Role:
        """Whose permissions the credentials carry."""
        principal = self.user or self.role
        assert principal is not None  # by the constraint
        return principal


_signing = Prepared(
    lambda key_id: TemporarySession.objects.filter(pk=key_id).select_related(
        "user__account", "role__account"
    ),
    "ASIA",
)

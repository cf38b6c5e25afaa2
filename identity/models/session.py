"""Sessions are rows: console sessions behind a cookie, temporary sessions behind a token."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from identity.models.prepared import Prepared
from identity.models.role import Role
from identity.models.user import User


class ConsoleSession(AbstractBaseSession):
    """A browser's session. `session_key` holds the SHA-256 of the cookie, never the cookie."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="console_sessions", null=True, default=None
    )
    started_at = models.DateTimeField(default=timezone.now)
    source_ip = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=512, default="")

    objects = BaseSessionManager["ConsoleSession"]()  # type: ignore[misc]  # ours is typed

    class Meta:
        db_table = "identity_console_session"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        raise NotImplementedError("rows are read through identity.session_store only")


class TemporarySessionQuerySet(models.QuerySet["TemporarySession"]):
    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)


class TemporarySession(models.Model):
    """Temporary credentials (`ASIA…`): issued, listed, ended one by one, expired by the clock.

    The session token is opaque; only its SHA-256 is stored. The secret is sealed by the vault.
    `policies` are documents and `policy_arns` managed policies that limit the session.
    """

    id = models.CharField(max_length=128, primary_key=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="temporary_sessions", null=True, default=None
    )
    role = models.ForeignKey(
        Role, on_delete=models.CASCADE, related_name="temporary_sessions", null=True, default=None
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

    objects = TemporarySessionQuerySet.as_manager()

    class Meta:
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

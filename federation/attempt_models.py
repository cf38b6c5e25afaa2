"""Rows of each try to come in: the sign-in log, and what waits for the choice of a role."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone

from identity import vault
from identity.models import Account
from identity.models.prepared import Prepared

if TYPE_CHECKING:
    from federation.models import OidcProvider, SamlProvider


class PendingSignIn(models.Model):
    """A verified assertion or ID token, sealed, until its person has chosen a role.

    It came from a SAML `provider` or an `openid_provider`. `handle` is the SHA-256 of the browser's
    cookie, `browser` that of the request's or "".
    """

    handle = models.CharField(max_length=64, primary_key=True)
    provider = models.ForeignKey(
        "federation.SamlProvider", on_delete=models.CASCADE, related_name="+", null=True
    )
    openid_provider = models.ForeignKey(
        "federation.OidcProvider", on_delete=models.CASCADE, related_name="+", null=True
    )
    browser = models.CharField(max_length=64, default="")
    after = models.CharField(max_length=2000, default="")
    sealed_claims = models.BinaryField()
    attempt = models.ForeignKey("FederatedAttempt", on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    if TYPE_CHECKING:
        openid_provider_id: int | None

    def __str__(self) -> str:
        return self.handle

    @staticmethod
    def of(handle: str) -> PendingSignIn | None:
        """What waits for the cookie of that SHA-256, with its line in the log; maybe too long."""
        return _pending.first(handle)

    @property
    def purpose(self) -> str:
        return f"pending_sign_in:{self.handle}"


_pending = Prepared(
    lambda handle: PendingSignIn.objects.select_related("attempt").filter(pk=handle), ""
)


class FederatedAttemptQuerySet(models.QuerySet["FederatedAttempt"]):
    def about(self, provider: SamlProvider | OidcProvider) -> Self:
        """Those of one provider, the newest first; of its account, whatever its name was before."""
        mine = self.filter(account=provider.account_id, provider_arn=provider.arn)
        return mine.order_by("-at", "-id")

    def old(self, now: datetime) -> Self:
        return self.filter(at__lte=now - FederatedAttempt.KEPT)


class FederatedAttempt(models.Model):
    """The flight recorder: one try to come in by an identity provider, check by check.

    `checks` are those of federation.checks, `offered` the roles to choose from, `refusal` the name
    of the reason or "", `answer` what the person or program was told. The document holds personal
    data, and may be redeemable.
    """

    KEPT = timedelta(days=30)
    SAML, OIDC = "SAML", "OIDC"
    CONSOLE, API, TEST = "console", "api", "test"
    ACCEPTED, REFUSED, CHOOSING = "accepted", "refused", "choosing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    provider_arn = models.CharField(max_length=400)
    kind = models.CharField(max_length=4)
    surface = models.CharField(max_length=7)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    subject = models.TextField(default="")
    role_arn = models.TextField(default="")
    offered = models.JSONField(default=list)
    outcome = models.CharField(max_length=8)
    refusal = models.CharField(max_length=64, default="")
    answer = models.TextField(default="")
    checks = models.JSONField(default=list)
    sealed_document = models.BinaryField()
    source_ip = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=512, default="")
    request_id = models.CharField(max_length=36, default="")
    key_id = models.CharField(max_length=128, default="")

    objects = FederatedAttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "provider_arn", "-at", "-id"], name="attempts_of_one"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def purpose(self) -> str:
        return f"federated_attempt:{self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.sealed_document:
            self.keep("")
        super().save(*args, **kwargs)

    @property
    def document(self) -> str:
        """What was sent: the decoded response, or the token without its signature; or ""."""
        return vault.unseal(self.sealed_document, self.purpose).decode()

    def keep(self, document: str) -> None:
        """Seal what was sent; the row is not yet saved."""
        self.sealed_document = vault.seal(document.encode(), self.purpose)

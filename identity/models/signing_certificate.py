"""X.509 certificates with which users and root sign requests of services that ask for it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from identity.models.account import Account
from identity.models.user import User


class SigningCertificate(models.Model):
    """`certificate_id` is made from the certificate: one is in an account once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signing_certificates")
    certificate_id = models.CharField(max_length=32)
    body = models.TextField()
    active = models.BooleanField(default=True)
    uploaded_at = models.DateTimeField(default=timezone.now)
    status_changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "certificate_id"], name="signing_certificate_once_in_an_account"
            ),
        ]

    def __str__(self) -> str:
        return self.certificate_id

    def describe(self) -> dict[str, Any]:
        """The `SigningCertificate` structure; root goes by the account ID."""
        return {
            "UserName": self.user.name or self.account_id,
            "CertificateId": self.certificate_id,
            "CertificateBody": self.body,
            "Status": "Active" if self.active else "Inactive",
            "UploadDate": self.uploaded_at,
        }

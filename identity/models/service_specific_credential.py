"""User names with passwords, and API keys, that are good for one service only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from identity.models.user import User


class ServiceSpecificCredential(models.Model):
    """`login` is the user name at the service, or the public part of an API key.

    Of the secret, 256 random bits, only the SHA-256 hash is kept.
    """

    id = models.CharField(max_length=128, primary_key=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="service_specific_credentials"
    )
    service = models.CharField(max_length=128)
    login = models.CharField(max_length=200)
    is_api_key = models.BooleanField()
    secret_hash = models.CharField(max_length=64)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "login"], name="login_once_at_a_service"),
        ]

    def __str__(self) -> str:
        return self.id

    def status(self, at: datetime) -> str:
        """`Expired` from the expiration date on, whatever it was set to."""
        if self.expires_at and self.expires_at <= at:
            return "Expired"
        return "Active" if self.active else "Inactive"

    def describe(self, at: datetime) -> dict[str, Any]:
        """The `ServiceSpecificCredentialMetadata` structure."""
        shown = {
            "UserName": self.user.name,
            "Status": self.status(at),
            "ServiceCredentialAlias" if self.is_api_key else "ServiceUserName": self.login,
            "CreateDate": self.created_at,
            "ServiceSpecificCredentialId": self.id,
            "ServiceName": self.service,
        }
        return {**shown, "ExpirationDate": self.expires_at} if self.expires_at else shown

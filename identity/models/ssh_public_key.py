"""SSH public keys of users, as they authenticate Git connections."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from identity.models.user import User


class SSHPublicKey(models.Model):
    """`body` is the OpenSSH line without its comment, so that one key has one spelling."""

    id = models.CharField(max_length=128, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ssh_public_keys")
    body = models.TextField()
    fingerprint = models.CharField(max_length=48)
    active = models.BooleanField(default=True)
    uploaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.id

    def describe(self) -> dict[str, Any]:
        """The `SSHPublicKeyMetadata` structure."""
        return {
            "UserName": self.user.name,
            "SSHPublicKeyId": self.id,
            "Status": "Active" if self.active else "Inactive",
            "UploadDate": self.uploaded_at,
        }

"""The console password of an IAM user: the profile, and the hashes that may not come back.

The hash itself is `User.password`, where Django's sign-in and session hash expect it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from identity.models.user import User


class LoginProfile(models.Model):
    """That an IAM user may sign in with a password; CreateDate is not when the password changed."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="login_profile")
    created_at = models.DateTimeField(default=timezone.now)
    password_reset_required = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"login profile of {self.user}"

    def describe(self) -> dict[str, Any]:
        return {
            "UserName": self.user.name,
            "CreateDate": self.created_at,
            "PasswordResetRequired": self.password_reset_required,
        }


class PreviousPassword(models.Model):
    """One of the last 24 password hashes of a user, for PasswordReusePrevention."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="previous_passwords")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"password of {self.user} set at {self.set_at}"

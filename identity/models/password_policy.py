"""An account's own password policy; without one, the defaults of identity/passwords.py hold."""

from __future__ import annotations

from typing import Any

from django.db import models

from identity.models.account import Account


class PasswordPolicy(models.Model):
    """The fields of UpdateAccountPasswordPolicy; None where AWS leaves the member out."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="password_policy"
    )
    minimum_password_length = models.PositiveSmallIntegerField(default=6)
    require_symbols = models.BooleanField(default=False)
    require_numbers = models.BooleanField(default=False)
    require_uppercase_characters = models.BooleanField(default=False)
    require_lowercase_characters = models.BooleanField(default=False)
    allow_users_to_change_password = models.BooleanField(default=False)
    max_password_age = models.PositiveSmallIntegerField(null=True, default=None)
    password_reuse_prevention = models.PositiveSmallIntegerField(null=True, default=None)
    hard_expiry = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"password policy of {self.account_id}"

    def describe(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "MinimumPasswordLength": self.minimum_password_length,
            "RequireSymbols": self.require_symbols,
            "RequireNumbers": self.require_numbers,
            "RequireUppercaseCharacters": self.require_uppercase_characters,
            "RequireLowercaseCharacters": self.require_lowercase_characters,
            "AllowUsersToChangePassword": self.allow_users_to_change_password,
            "ExpirePasswords": self.max_password_age is not None,
            "HardExpiry": self.hard_expiry,
        }
        if self.max_password_age is not None:
            shown["MaxPasswordAge"] = self.max_password_age
        if self.password_reuse_prevention is not None:
            shown["PasswordReusePrevention"] = self.password_reuse_prevention
        return shown

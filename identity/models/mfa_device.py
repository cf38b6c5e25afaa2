"""MFA devices: virtual ones (TOTP, RFC 6238), passkeys and security keys; and recovery codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_otp.models import Device

from identity.models.account import Account
from identity.models.user import User


class VirtualMfaDeviceQuerySet(models.QuerySet["VirtualMfaDevice"]):
    def assigned(self) -> Self:
        return self.filter(user__isnull=False)

    def unassigned(self) -> Self:
        return self.filter(user__isnull=True)

    def virtual(self) -> Self:
        """Without passkeys and security keys, which give no codes."""
        return self.filter(fido__isnull=True)


class VirtualMfaDevice(Device):
    """A seed under a serial number; it belongs to nobody until EnableMFADevice assigns it.

    The seed is sealed by the vault. `last_step` only ever rises: a code works once. A passkey or
    security key is one too, with a `fido`, and a seed that nobody ever sees.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mfa_devices")
    user = models.ForeignKey(  # type: ignore[assignment]  # django-otp's must have a user
        User, on_delete=models.CASCADE, related_name="mfa_devices", null=True, default=None
    )
    name = models.CharField(max_length=226)
    serial_number = models.CharField(max_length=256, unique=True)
    sealed_seed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    enabled_at = models.DateTimeField(null=True, default=None)
    last_used_at = models.DateTimeField(null=True, default=None)
    drift = models.IntegerField(default=0)
    last_step = models.BigIntegerField(default=-1)
    tags = models.JSONField(default=list)

    objects = VirtualMfaDeviceQuerySet.as_manager()  # type: ignore[assignment,misc]  # see user

    def __str__(self) -> str:
        return self.serial_number

    @property
    def is_fido(self) -> bool:
        """Told from the serial number, as AWS's tools do: no query."""
        return ":u2f/" in self.serial_number

    def burn(self, step: int, drift: int, at: datetime) -> bool:
        """Use up a time step. True for exactly one of all that race for the same step."""
        fresh = VirtualMfaDevice.objects.filter(pk=self.pk, last_step__lt=step)
        return fresh.update(last_step=step, drift=drift, last_used_at=at) == 1

    def describe(self) -> dict[str, Any]:
        """The `MFADevice` structure; root has no user name."""
        assert self.user is not None
        return {
            "UserName": self.user.name or self.account_id,
            "SerialNumber": self.serial_number,
            "EnableDate": self.enabled_at,
        }


class FidoCredential(models.Model):
    """The public half of a passkey or security key (WebAuthn §4, credential record).

    `host` is the relying party that it was registered for, `model_id` the authenticator's AAGUID.
    """

    device = models.OneToOneField(
        VirtualMfaDevice, on_delete=models.CASCADE, primary_key=True, related_name="fido"
    )
    credential_id = models.CharField(max_length=1364, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    model_id = models.CharField(max_length=36)
    transports = models.JSONField(default=list)
    backup_eligible = models.BooleanField()
    backed_up = models.BooleanField()
    host = models.CharField(max_length=253)

    def __str__(self) -> str:
        return self.credential_id

    def used(self, sign_count: int, backed_up: bool) -> bool:
        """Keep the counter of a signature. True for one of all that race with the same one."""
        before = FidoCredential.objects.filter(pk=self.pk, sign_count=self.sign_count)
        return before.update(sign_count=sign_count, backed_up=backed_up) == 1


class RecoveryCode(models.Model):
    """One of ten codes that stand in for a lost device, once. Only its hash is kept.

    `selector` finds the row, so that checking a code costs one hash and not ten.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    selector = models.CharField(max_length=4)
    hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "selector"],
                condition=Q(used_at__isnull=True),
                name="one_unused_recovery_code_for_a_selector",
            ),
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.user}"

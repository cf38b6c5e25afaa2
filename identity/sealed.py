"""Where sealed secrets are kept, so that a new key of the vault reaches every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from identity.models import (
    AccessKey,
    Mail,
    ServerCertificate,
    TemporarySession,
    VirtualMfaDevice,
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values and the purpose under which a row's value was sealed."""

    model: type[models.Model]
    column: str
    purpose: Callable[[Any], str]


COLUMNS = [
    Sealed(AccessKey, "sealed_secret", lambda row: f"access_key:{row.pk}"),
    Sealed(
        ServerCertificate,
        "sealed_private_key",
        lambda row: f"server_certificate:{row.unique_id}",
    ),
    Sealed(Mail, "sealed", lambda row: row.purpose),
    Sealed(TemporarySession, "sealed_secret", lambda row: f"temporary_session:{row.pk}"),
    Sealed(VirtualMfaDevice, "sealed_seed", lambda row: f"mfa_device:{row.serial_number}"),
]
"""Every one that there is; federation puts its private keys here."""

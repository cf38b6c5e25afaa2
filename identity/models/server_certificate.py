"""TLS certificates of servers, each with its private key, sealed by the vault."""

from __future__ import annotations

from typing import Any

from django.db import models

from identity.models import named
from identity.models.named import Named, NamedQuerySet


class ServerCertificateQuerySet(NamedQuerySet["ServerCertificate"]):
    pass


class ServerCertificate(Named):
    """The private key is sealed for the unique ID and is in no answer."""

    kind, id_prefix = "server-certificate", "ASCA"

    body = models.TextField()
    chain = models.TextField(blank=True)
    sealed_private_key = models.BinaryField()
    expires_at = models.DateTimeField()
    tags = models.JSONField(default=list)

    objects = ServerCertificateQuerySet.as_manager()

    class Meta:
        constraints = named.constraints("server_certificate")
        indexes = named.indexes("server_certificate")

    def describe(self) -> dict[str, Any]:
        """The `ServerCertificateMetadata` structure."""
        return {
            "Path": self.path,
            "ServerCertificateName": self.name,
            "ServerCertificateId": self.unique_id,
            "Arn": self.arn,
            "UploadDate": self.created_at,
            "Expiration": self.expires_at,
        }

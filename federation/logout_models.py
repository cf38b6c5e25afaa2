"""Which console sessions an identity provider may end."""

from __future__ import annotations

from django.db import models

from identity.models import TemporarySession


class SamlSession(models.Model):
    """One that came by SAML, for as long as its credentials live.

    `subject` is the SHA-256 of who it is about, `session_index` that of the provider's session.
    """

    credentials = models.OneToOneField(
        TemporarySession, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    provider = models.ForeignKey(
        "federation.SamlProvider", on_delete=models.CASCADE, related_name="+"
    )
    subject = models.CharField(max_length=64, db_index=True)
    session_index = models.CharField(max_length=64)

    class Meta:
        app_label = "federation"

    def __str__(self) -> str:
        return str(self.pk)

"""Rows of SAML beside the provider: how people come in, who is under way, its sessions here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from identity.models import TemporarySession
from identity.models.prepared import Prepared

_PROVIDER = "federation.SamlProvider"


class SamlEntity(models.Model):
    """An entity ID that a provider signs under, by SHA-256: senders of messages are found by it."""

    provider = models.ForeignKey(_PROVIDER, on_delete=models.CASCADE, related_name="entities")
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "digest"], name="saml_entity_once_of_a_provider"
            )
        ]

    def __str__(self) -> str:
        return self.digest


class SamlSignOn(models.Model):
    """How people of a SAML provider come in: whether it may begin, whether our page offers it.

    With `fresh` whoever begins here has to sign in at the provider anew (ForceAuthn).
    """

    provider = models.OneToOneField(
        _PROVIDER, on_delete=models.CASCADE, primary_key=True, related_name="sign_on"
    )
    unsolicited = models.BooleanField(default=True)
    button = models.BooleanField(default=False)
    fresh = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.provider)

    @staticmethod
    def of(provider_id: int) -> SamlSignOn:
        """What was set for the provider, or what holds where nothing was."""
        return _sign_on.first(provider_id) or SamlSignOn(provider_id=provider_id)


_sign_on = Prepared(lambda provider_id: SamlSignOn.objects.filter(pk=provider_id), 0)


class SeenAssertionQuerySet(models.QuerySet["SeenAssertion"]):
    def claim(self, digest: str, until: datetime) -> bool:
        """Whether this is the first time; of two that come at once one is the first."""
        try:
            with transaction.atomic():
                self.create(digest=digest, expires_at=until)
        except IntegrityError:
            return False
        return True


class SeenAssertion(models.Model):
    """What was redeemed, by a SHA-256 that says what for, while it could be again."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = SeenAssertionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest


class SamlRequest(models.Model):
    """An AuthnRequest of ours that waits for its response.

    `browser` is the SHA-256 of a cookie, `after` the page to go to. A `test` makes no session. One
    that is `fresh` asked that the person sign in anew.
    """

    LASTS = timedelta(minutes=10)

    id = models.CharField(max_length=64, primary_key=True)
    provider = models.ForeignKey(_PROVIDER, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=64)
    after = models.CharField(max_length=2000, default="")
    test = models.BooleanField(default=False)
    fresh = models.BooleanField(default=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id

    @property
    def begun_at(self) -> datetime:
        return self.expires_at - self.LASTS


class ServiceProviderKey(models.Model):
    """A key of our own: it signs our requests, and opens what is encrypted for all accounts.

    The newest one signs; the metadata names every one, so that a provider can follow a rotation.
    """

    key_id = models.CharField(max_length=64, primary_key=True)
    sealed_key = models.BinaryField()
    certificate = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.key_id

    @property
    def purpose(self) -> str:
        return f"service_provider_key:{self.key_id}"


class SamlSession(models.Model):
    """One that came by SAML, for as long as its credentials live.

    `subject` is the SHA-256 of who it is about, `session_index` that of the provider's session.
    """

    credentials = models.OneToOneField(
        TemporarySession, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    provider = models.ForeignKey(_PROVIDER, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=64, db_index=True)
    session_index = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.pk)

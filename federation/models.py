"""The rows: identity providers of an account. What stands beside them is in files named alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone

from federation.attempt_models import FederatedAttempt, PendingSignIn
from federation.oidc_models import OidcKeySet, OidcRequest, OidcSignOn
from federation.saml_models import (
    SamlEntity,
    SamlRequest,
    SamlSession,
    SamlSignOn,
    SeenAssertion,
    ServiceProviderKey,
)
from identity import arns, identifiers
from identity.models import Account, TemporarySession
from identity.models.prepared import Prepared

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = [
    "FederatedAttempt",
    "OidcKeySet",
    "OidcProvider",
    "OidcRequest",
    "OidcSignOn",
    "PendingSignIn",
    "SamlEntity",
    "SamlPrivateKey",
    "SamlProvider",
    "SamlRequest",
    "SamlSession",
    "SamlSignOn",
    "SeenAssertion",
    "ServiceProviderKey",
    "SigninToken",
]

ALLOWED, REQUIRED = "Allowed", "Required"


class Provider(models.Model):
    """What both kinds share. Names and URLs are told apart by case, as ARNs are."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(default=timezone.now)
    tags = models.JSONField(default=list)

    if TYPE_CHECKING:
        account_id: str

    class Meta:
        abstract = True


class SamlProviderQuerySet(models.QuerySet["SamlProvider"]):
    def signing_as(self, entity_id: str) -> Self:
        """Those whose metadata name this entity, the oldest first."""
        return self.filter(entities__digest=_digest(entity_id)).order_by("pk")


class SamlProvider(Provider):
    """`metadata` is the document as it was given; `valid_until` is what it says of its end, or a
    hundred years after it came; `certified_until` is the end of its last certificate, for lists."""

    name = models.CharField(max_length=128)
    uuid = models.CharField(max_length=64, unique=True)
    metadata = models.TextField()
    valid_until = models.DateTimeField()
    certified_until = models.DateTimeField(null=True)
    encryption = models.CharField(max_length=8, default=ALLOWED)

    if TYPE_CHECKING:
        private_keys: RelatedManager[SamlPrivateKey]
        entities: RelatedManager[SamlEntity]

    objects = SamlProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], name="saml_provider_name_once_in_an_account"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.uuid = self.uuid or identifiers.unique_id("SAMLSP")
        super().save(*args, **kwargs)

    @staticmethod
    def named_in(account_id: str, name: str) -> SamlProvider | None:
        """The provider of exactly this name with its account, in one prepared query."""
        return _named.first(account_id, name)

    @property
    def arn(self) -> str:
        return saml_arn(self.account_id, self.name)

    def signs_as(self, entity_ids: Iterable[str]) -> None:
        """Let messages of these entities, and of no others, find the provider."""
        self.entities.all().delete()
        rows = [SamlEntity(provider=self, digest=_digest(one)) for one in dict.fromkeys(entity_ids)]
        SamlEntity.objects.bulk_create(rows)


_named = Prepared(
    lambda account_id, name: SamlProvider.objects.select_related("account").filter(
        account=account_id, name=name
    ),
    "",
    "",
)


class SamlPrivateKey(models.Model):
    """A key that opens encrypted assertions, as PEM sealed by the vault; it is never shown."""

    provider = models.ForeignKey(
        SamlProvider, on_delete=models.CASCADE, related_name="private_keys"
    )
    key_id = models.CharField(max_length=64, unique=True)
    sealed_key = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.key_id

    @property
    def purpose(self) -> str:
        """What the vault binds the sealed key to."""
        return f"saml_private_key:{self.key_id}"

    def describe(self) -> dict[str, Any]:
        """The `SAMLPrivateKey` structure."""
        return {"KeyId": self.key_id, "Timestamp": self.created_at}


class OidcProvider(Provider):
    """`url` is without its scheme, as ARNs, conditions and GetOpenIDConnectProvider have it."""

    url = models.CharField(max_length=255)
    client_ids = models.JSONField(default=list)
    thumbprints = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "url"], name="oidc_provider_url_once_in_an_account"
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def arn(self) -> str:
        return oidc_arn(self.account_id, self.url)


def _digest(entity_id: str) -> str:
    return hashlib.sha256(entity_id.encode()).hexdigest()


def saml_arn(account_id: str, name: str) -> str:
    return arns.iam(account_id, "saml-provider", name)


def oidc_arn(account_id: str, url: str) -> str:
    return arns.iam(account_id, "oidc-provider", url)


class SigninToken(models.Model):
    """A broker's token for the console: works once, until `expires_at`; only its hash is kept.

    `session_seconds` is how long the console session is to last, or None for as long as the
    credentials.
    """

    token_hash = models.CharField(max_length=64, primary_key=True)
    credentials = models.ForeignKey(TemporarySession, on_delete=models.CASCADE, related_name="+")
    session_seconds = models.PositiveIntegerField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token_hash

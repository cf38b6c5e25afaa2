"""The rows: identity providers of an account, our own keys towards them, and who came from them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from federation.logout_models import SamlSession
from federation.oidc_models import OidcKeySet, OidcRequest, OidcSignOn
from identity import arns, identifiers, vault
from identity.models import Account, TemporarySession

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = [
    "FederatedAttempt",
    "OidcKeySet",
    "OidcProvider",
    "OidcRequest",
    "OidcSignOn",
    "PendingSignIn",
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

    @property
    def arn(self) -> str:
        return saml_arn(self.account_id, self.name)


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


# --- single sign-on ------------------------------------------------------------------------------


class SamlSignOn(models.Model):
    """How people of a SAML provider come in: whether it may begin, whether our page offers it."""

    provider = models.OneToOneField(
        SamlProvider, on_delete=models.CASCADE, primary_key=True, related_name="sign_on"
    )
    unsolicited = models.BooleanField(default=True)
    button = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.provider)


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

    `browser` is the SHA-256 of a cookie, `after` the page to go to. A `test` makes no session.
    """

    id = models.CharField(max_length=64, primary_key=True)
    provider = models.ForeignKey(SamlProvider, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=64)
    after = models.CharField(max_length=2000, default="")
    test = models.BooleanField(default=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id


class PendingSignIn(models.Model):
    """A verified assertion or ID token, sealed, until its person has chosen a role.

    It came from a SAML `provider` or an `openid_provider`. `handle` is the SHA-256 of the browser's
    cookie, `browser` that of the request's or "".
    """

    handle = models.CharField(max_length=64, primary_key=True)
    provider = models.ForeignKey(
        SamlProvider, on_delete=models.CASCADE, related_name="+", null=True
    )
    openid_provider = models.ForeignKey(
        OidcProvider, on_delete=models.CASCADE, related_name="+", null=True
    )
    browser = models.CharField(max_length=64, default="")
    after = models.CharField(max_length=2000, default="")
    sealed_claims = models.BinaryField()
    attempt = models.ForeignKey("FederatedAttempt", on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    if TYPE_CHECKING:
        openid_provider_id: int | None

    def __str__(self) -> str:
        return self.handle

    @property
    def purpose(self) -> str:
        return f"pending_sign_in:{self.handle}"


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


class FederatedAttemptQuerySet(models.QuerySet["FederatedAttempt"]):
    def about(self, provider: SamlProvider | OidcProvider) -> Self:
        """Those of one provider, the newest first; of its account, whatever its name was before."""
        mine = self.filter(account=provider.account_id, provider_arn=provider.arn)
        return mine.order_by("-at", "-id")

    def old(self, now: datetime) -> Self:
        return self.filter(at__lte=now - FederatedAttempt.KEPT)


class FederatedAttempt(models.Model):
    """The flight recorder: one try to come in by an identity provider, check by check.

    `checks` are those of federation.checks, `offered` the roles to choose from, `refusal` the name
    of the reason or "", `answer` what the person or program was told. The document holds personal
    data, and may be redeemable.
    """

    KEPT = timedelta(days=30)
    SAML, OIDC = "SAML", "OIDC"
    CONSOLE, API, TEST = "console", "api", "test"
    ACCEPTED, REFUSED, CHOOSING = "accepted", "refused", "choosing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    provider_arn = models.CharField(max_length=400)
    kind = models.CharField(max_length=4)
    surface = models.CharField(max_length=7)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    subject = models.TextField(default="")
    role_arn = models.TextField(default="")
    offered = models.JSONField(default=list)
    outcome = models.CharField(max_length=8)
    refusal = models.CharField(max_length=64, default="")
    answer = models.TextField(default="")
    checks = models.JSONField(default=list)
    sealed_document = models.BinaryField()
    source_ip = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=512, default="")
    request_id = models.CharField(max_length=36, default="")
    key_id = models.CharField(max_length=128, default="")

    objects = FederatedAttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "provider_arn", "-at", "-id"], name="attempts_of_one"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def purpose(self) -> str:
        return f"federated_attempt:{self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.sealed_document:
            self.keep("")
        super().save(*args, **kwargs)

    @property
    def document(self) -> str:
        """What was sent: the decoded response, or the token without its signature; or ""."""
        return vault.unseal(self.sealed_document, self.purpose).decode()

    def keep(self, document: str) -> None:
        """Seal what was sent; the row is not yet saved."""
        self.sealed_document = vault.seal(document.encode(), self.purpose)

"""Rows of OpenID Connect beside the provider: its keys, how people sign in, who is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from identity import vault

_PROVIDER = "federation.OidcProvider"

ROLES_CLAIM = "https://aws.amazon.com/roles"


class OidcKeySet(models.Model):
    """The discovery document and key set of a provider, as they were last read.

    `tried_at` is when it was last asked, `problem` why that failed, or "". What an operator
    uploaded is never asked for.
    """

    provider = models.OneToOneField(
        _PROVIDER, on_delete=models.CASCADE, primary_key=True, related_name="key_set"
    )
    document = models.TextField(default="")
    configuration = models.TextField(default="")
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    uploaded = models.BooleanField(default=False)
    problem = models.CharField(max_length=200, default="")

    def __str__(self) -> str:
        return str(self.provider)

    @property
    def lacks_way_in(self) -> bool:
        """Programs can bring tokens, but where the provider signs people in nobody can know."""
        return self.uploaded and not self.configuration


class OidcSignOn(models.Model):
    """How people of a provider sign in here: as which client, and with which roles.

    `roles` are names of this account's roles; when there are none, the claim `role_claim` has
    their ARNs. `session_claim` names the session. Without a secret we are a public client.
    """

    provider = models.OneToOneField(
        _PROVIDER, on_delete=models.CASCADE, primary_key=True, related_name="sign_on"
    )
    client_id = models.CharField(max_length=255)
    sealed_secret = models.BinaryField()
    scopes = models.CharField(max_length=500, default="openid")
    roles = models.JSONField(default=list)
    role_claim = models.CharField(max_length=255, default=ROLES_CLAIM)
    session_claim = models.CharField(max_length=255, default="sub")
    label = models.CharField(max_length=64, default="")
    button = models.BooleanField(default=False)

    if TYPE_CHECKING:
        provider_id: int

    def __str__(self) -> str:
        return self.label or str(self.provider)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.sealed_secret:
            self.keep("")
        super().save(*args, **kwargs)

    @property
    def purpose(self) -> str:
        """What the vault binds the secret to."""
        return f"oidc_sign_on:{self.provider_id}"

    @property
    def secret(self) -> str:
        """The client secret; "" of a public client."""
        return vault.unseal(self.sealed_secret, self.purpose).decode()

    def keep(self, secret: str) -> None:
        """Seal the secret; the row is not yet saved."""
        self.sealed_secret = vault.seal(secret.encode(), self.purpose)


class OidcRequest(models.Model):
    """A request for authorization of ours that waits for its answer.

    `state` and `browser` are SHA-256 of what the address and the cookie hold, `sealed` are the
    nonce and the code verifier, `after` is the page to go to. A `test` makes no session.
    """

    state = models.CharField(max_length=64, primary_key=True)
    provider = models.ForeignKey(_PROVIDER, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=64)
    sealed = models.BinaryField()
    after = models.CharField(max_length=2000, default="")
    test = models.BooleanField(default=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.state

    @property
    def purpose(self) -> str:
        return f"oidc_request:{self.state}"

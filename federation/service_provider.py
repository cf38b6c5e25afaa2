"""Our own side of SAML: under which name we are known, where responses go, and with what we sign.

The addresses are AWS's, at this console's own origin. Nothing here looks at the Host header.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from federation import private_keys
from federation.models import SamlProvider, ServiceProviderKey
from identity import identifiers, vault
from identity.account_paths import common

AWS_ENTITY_ID = "urn:amazon:webservices"
"""What identity providers that are set up for AWS call the audience."""

_BITS = 3_072
_YEARS = timedelta(days=3_650)


def entity_id() -> str:
    """Our name towards identity providers: the address of our metadata."""
    return f"{settings.BASE_URL}{common('saml-metadata')}"


def audiences() -> frozenset[str]:
    """The names under which an assertion may be meant for us."""
    return frozenset({entity_id(), AWS_ENTITY_ID})


def acs_url(provider: SamlProvider | None = None) -> str:
    """Where responses are to go: one address for all providers, or the one of this provider."""
    path = common("saml-acs-of", provider.uuid) if provider else common("saml-acs")
    return f"{settings.BASE_URL}{path}"


def logout_url(provider: SamlProvider | None = None) -> str:
    """Where logouts are to go, the requests and the answers."""
    path = common("saml-logout-of", provider.uuid) if provider else common("saml-logout")
    return f"{settings.BASE_URL}{path}"


def metadata_url(provider: SamlProvider | None = None) -> str:
    """Where an identity provider reads our metadata."""
    if provider is None:
        return entity_id()
    return f"{settings.BASE_URL}{common('saml-metadata-of', provider.uuid)}"


def sign_in_url(provider: SamlProvider) -> str:
    """Where a person begins here: it leads to the identity provider and back."""
    path = common("sign-in-saml", provider.account_id, provider.name)
    return f"{settings.BASE_URL}{path}"


# --- keys ----------------------------------------------------------------------------------------


def decryption_keys(provider: SamlProvider) -> tuple[rsa.RSAPrivateKey, ...]:
    """What may open an assertion: the provider's own keys and ours, the newest first."""
    of_provider = (private_keys.pem_of(key) for key in provider.private_keys.order_by("-pk"))
    pems = [*of_provider, *(_pem_of(key) for key in newest_first())]
    keys = map(_loaded, pems)
    return tuple(key for key in keys if isinstance(key, rsa.RSAPrivateKey))


def signing_key() -> tuple[rsa.RSAPrivateKey, x509.Certificate] | None:
    """Our newest key with its certificate; None where the operator has not made one."""
    row = newest_first()[:1]
    if not row:
        return None
    key = _loaded(_pem_of(row[0]))
    assert isinstance(key, rsa.RSAPrivateKey)  # as `add_key` makes them
    return key, certificate_of(row[0])


def newest_first() -> list[ServiceProviderKey]:
    return list(ServiceProviderKey.objects.order_by("-created_at", "-key_id"))


def certificate_of(row: ServiceProviderKey) -> x509.Certificate:
    return x509.load_pem_x509_certificate(row.certificate.encode())


def add_key(now: datetime) -> ServiceProviderKey:
    """A new RSA key with a certificate of its own, which says nothing but the key."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    row = ServiceProviderKey(key_id=identifiers.unique_id("SAMLPK"), created_at=now)
    row.sealed_key = vault.seal(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), row.purpose
    )
    row.certificate = _certificate(key, now).public_bytes(Encoding.PEM).decode()
    row.save(force_insert=True)
    return row


def _loaded(pem: bytes) -> object:
    """Of the vault: it was looked at when it came in, which takes a hundred times as long."""
    return load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)


def _pem_of(row: ServiceProviderKey) -> bytes:
    return vault.unseal(row.sealed_key, row.purpose)


def _certificate(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bartizan service provider")])
    start = now.astimezone(UTC).replace(microsecond=0)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(start).not_valid_after(start + _YEARS)
    return dated.sign(key, hashes.SHA256())

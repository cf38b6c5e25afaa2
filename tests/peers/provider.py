"""What the tests know of a peer: where it answers, who lives there, and its keys."""

from __future__ import annotations

import json
import ssl
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.certificates import make_certificate, private_pem, rsa_key

USER, PASSWORD = "alice", "alicepass"
# Where .ci/peers installs what pip and npm bring.
INSTALLED = Path(sys.prefix) / "peers"
PYTHON = INSTALLED / "python" / "bin" / "python"


@dataclass(frozen=True)
class ServiceProvider:
    """Us, as a SAML identity provider has to know us: under AWS's name, and under our own.

    `certificate` (base64) is what we sign logouts with, and what it may encrypt for.
    """

    entity_id: str
    own_entity_id: str
    acs: str
    logout: str
    certificate: str


@dataclass(frozen=True)
class SamlPeer:
    """A running SAML identity provider. `start_url` begins a sign-in from its side."""

    name: str
    metadata_url: str
    start_url: str
    people: Path
    user_field: str

    @property
    def metadata(self) -> str:
        with urllib.request.urlopen(self.metadata_url, timeout=10) as answer:
            text: str = answer.read().decode()
        return text


@dataclass(frozen=True)
class OidcPeer:
    """A running OpenID provider with one client, whose redirect URI is ours."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    ca: Path
    thumbprint: str

    def get(self, path: str) -> dict[str, object]:
        """A JSON document below the issuer."""
        context = ssl.create_default_context(cafile=str(self.ca))
        with urllib.request.urlopen(self.issuer + path, timeout=10, context=context) as answer:
            document: dict[str, object] = json.load(answer)
        return document


def say(peer: SamlPeer, attributes: Mapping[str, Sequence[str]]) -> None:
    """From the next sign-in on the peer says this of USER."""
    person = {"uid": [USER], "mail": ["alice@example.test"], **attributes}
    peer.people.write_text(json.dumps({f"{USER}:{PASSWORD}": person}))


def key_pair(at: Path) -> None:
    """A signing key and its certificate, where a SAML peer looks for them."""
    pair = make_certificate("peer", key=rsa_key())
    (at / "key.pem").write_text(pair.key_pem)
    (at / "certificate.pem").write_text(pair.pem)


def tls(at: Path) -> None:
    """`tls.pem` (certificate) and `tls.key` for localhost, self-signed: their own authority."""
    key, now = rsa_key(), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (at / "tls.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (at / "tls.key").write_text(private_pem(key))


def thumbprint(at: Path) -> str:
    """The SHA-1 of the certificate in hexadecimal, as IAM takes it."""
    read = x509.load_pem_x509_certificate((at / "tls.pem").read_bytes())
    return read.fingerprint(hashes.SHA1()).hex()

"""What a verified assertion says, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose response this should be, and for whom.

    `strict` are the rules of the browser's profile: it came to one of `acs` and is meant for one of
    `audiences`, was issued within five minutes, and answers one of `requests` or none (None leaves
    that to the caller). Otherwise those of AssumeRoleWithSAML, which looks at neither.
    """

    issuer: str
    certificates: tuple[x509.Certificate, ...]
    private_keys: tuple[rsa.RSAPrivateKey, ...]
    encryption_required: bool
    acs: frozenset[str]
    audiences: frozenset[str]
    now: datetime
    strict: bool
    requests: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class NameId:
    """The subject. `format` is a URI; the qualifiers are "" where they are not given."""

    value: str
    format: str
    name_qualifier: str = ""
    sp_name_qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the signature covers. `expires_at` is the end of the bearer's confirmation."""

    id: str
    issuer: str
    subject: NameId
    recipient: str
    audience: str
    expires_at: datetime
    session_ends_at: datetime | None
    session_index: str
    authn_instant: datetime
    in_response_to: str
    attributes: Mapping[str, tuple[str, ...]]

"""From what a browser or a program brings to what may be believed of it.

The one way for both surfaces: the rows of a provider become what the pure verifier expects of a
response, and what it found becomes claims and condition keys.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509

from federation import answers, service_provider
from federation.checks import Log, Reason, Refused
from federation.models import REQUIRED, SamlProvider
from federation.saml import aws_attributes, condition_keys, metadata, peek, response
from federation.saml.aws_attributes import Claims
from federation.saml.metadata import IdentityProvider, MetadataError
from federation.saml.response import Assertion, Expected
from federation.saml.xmlsafe import XmlError
from identity.errors import InvalidIdentityToken
from identity.facts import Facts
from identity.policy.request import Value

_EVEN_SECONDS = 0.05
"""What fails in or right after decrypting is refused so long after it came, however far it got: the
milliseconds that it took would tell."""

_LASTING = ("saml:sub", "saml:sub_type", "saml:namequalifier")


@dataclass(frozen=True, slots=True)
class Proven:
    """What the provider's signature stands behind; `keys` are those of its trust policies."""

    provider: SamlProvider
    assertion: Assertion
    claims: Claims
    keys: Mapping[str, Value]

    @property
    def lasting_keys(self) -> dict[str, Value]:
        """The condition keys that stay in every request of the session."""
        return {key: self.keys[key] for key in _LASTING if key in self.keys}


def decoded(text: str, longest: int) -> str:
    """The document in base64 (RFC 4648 section 4), line ends and all. InvalidIdentityToken."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        if len(data) > longest:
            raise ValueError(f"more than {longest} bytes")
        return data.decode()
    except (binascii.Error, ValueError) as problem:
        raise InvalidIdentityToken(answers.INVALID) from problem


def prove(
    provider: SamlProvider, document: str, facts: Facts, log: Log, *, strict: bool, acs: str = ""
) -> Proven:
    """Verify a response and read it. `strict` are all rules of the browser's profile, for `acs`.

    Raises Refused; `log` then tells how far it came.
    """
    began = time.monotonic()
    try:
        return _proven(provider, document, facts, log, strict=strict, acs=acs)
    except Refused as problem:
        if problem.hidden or problem.reason is Reason.ENC:
            time.sleep(max(0.0, began + _EVEN_SECONDS - time.monotonic()))
        raise


def _proven(
    provider: SamlProvider, document: str, facts: Facts, log: Log, *, strict: bool, acs: str
) -> Proven:
    issuer = _issuer(document, log)
    sealed = "EncryptedAssertion" in document
    wanted = expected(provider, issuer, facts, log, strict=strict, at=acs, sealed=sealed)
    assertion = response.verify(document, wanted, log)
    keys = condition_keys.keys(assertion, provider.arn)
    return Proven(provider, assertion, aws_attributes.read(assertion, log), keys)


def expected(
    provider: SamlProvider,
    issuer: str,
    facts: Facts,
    log: Log,
    *,
    strict: bool,
    at: str,
    sealed: bool,
) -> Expected:
    """What a message of the provider has to be, `at` one of our addresses. Raises Refused.

    Private keys take long to read, so they are there only for one that is `sealed`.
    """
    found = _entity(provider, issuer, log)
    return Expected(
        issuer=found.entity_id,
        certificates=tuple(x509.load_der_x509_certificate(one.der) for one in found.signing),
        private_keys=service_provider.decryption_keys(provider) if sealed else (),
        encryption_required=provider.encryption == REQUIRED,
        acs=frozenset({at} if at else ()),
        audiences=service_provider.audiences(),
        now=facts.at,
        strict=strict,
        requests=None,
    )


def _issuer(document: str, log: Log) -> str:
    try:
        issuer, _pairs = peek.issuer_and_pairs(document)
    except XmlError as problem:
        log.refuse(Reason.XML, "XML", "plain SAML", str(problem)[:500])
    return issuer


def _entity(provider: SamlProvider, issuer: str, log: Log) -> IdentityProvider:
    """The entity of the provider's metadata that says it issued this; nothing else is trusted."""
    known = _known(provider)
    found = next((each for each in known if each.entity_id == issuer), None)
    if found is None:
        names = ", ".join(each.entity_id for each in known)
        remedy = "Upload the metadata of the identity provider that sent this."
        log.refuse(Reason.ISSUER, "Issuer is in the provider's metadata", names, issuer, remedy)
    return found


def _known(provider: SamlProvider) -> tuple[IdentityProvider, ...]:
    """Nobody, where a stricter release no longer reads the document."""
    try:
        return metadata.read(provider.metadata).providers
    except MetadataError:
        return ()

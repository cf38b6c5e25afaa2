"""What a provider says of itself: where it authorizes, where it trades codes, its keys.

OpenID Connect Discovery 1.0 sections 3 and 4, RFC 9207 section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.oidc import https, strict
from federation.oidc.https import DiscoveryError, Reach, UntrustedError

__all__ = [
    "Configuration",
    "DiscoveryError",
    "Fetched",
    "Reach",
    "UntrustedError",
    "fetch",
    "read",
]

_BASIC = "client_secret_basic"
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A discovery document. Endpoints are "" where it names none.

    `names_itself` is whether its answers to a browser carry `iss`.
    """

    issuer: str
    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str
    algorithms: tuple[str, ...]
    authentication: tuple[str, ...]
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """The two documents, as they came."""

    configuration: str
    key_set: str


def fetch(issuer: str, reach: Reach) -> Fetched:
    """Ask `issuer` (with https://) for its documents. Raises DiscoveryError."""
    text = https.get(issuer.removesuffix("/") + _WELL_KNOWN, reach)
    return Fetched(text, https.get(read(text, issuer).jwks_uri, reach))


def read(text: str, issuer: str) -> Configuration:
    """Read the discovery document of `issuer`. Raises DiscoveryError."""
    try:
        document = strict.read(text)
    except ValueError as problem:
        raise DiscoveryError(f"the discovery document is no plain JSON: {problem}") from problem
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise DiscoveryError("the discovery document is about another issuer")
    if not isinstance(document.get("jwks_uri"), str):
        raise DiscoveryError("the discovery document has no `jwks_uri`")
    return Configuration(
        issuer=issuer,
        jwks_uri=document["jwks_uri"],
        authorization_endpoint=_endpoint(document, "authorization_endpoint"),
        token_endpoint=_endpoint(document, "token_endpoint"),
        algorithms=_listed(document, "id_token_signing_alg_values_supported"),
        authentication=_listed(document, "token_endpoint_auth_methods_supported") or (_BASIC,),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    given = document.get(name, "")
    if not isinstance(given, str):
        raise DiscoveryError(f"`{name}` of the discovery document is no text")
    return https.require_plain(given) if given else ""


def _listed(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = document.get(name, [])
    return tuple(str(one) for one in given) if isinstance(given, list) else ()

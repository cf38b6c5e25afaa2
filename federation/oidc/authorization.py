"""A person is sent to a provider and comes back with a code: the two messages, and what fits.

OpenID Connect Core 1.0 section 3.1.2, RFC 7636 (always S256), RFC 9207.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode, urlsplit

from federation.checks import Log, Reason
from federation.oidc import strict
from federation.oidc.discovery import Configuration
from federation.oidc.https import Answer

_LONGEST = 4_096
_BASIC = "client_secret_basic"


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at the provider; a public client has no secret."""

    client_id: str
    secret: str
    redirect_uri: str
    scopes: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What only we know of a request until its answer comes."""

    nonce: str
    verifier: str


def kept() -> Kept:
    return Kept(secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def request_url(configuration: Configuration, client: Client, state: str, known: Kept) -> str:
    """Where to send the browser."""
    digest = hashlib.sha256(known.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": client.scopes,
        "state": state,
        "nonce": known.nonce,
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    address = configuration.authorization_endpoint
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def code(given: Mapping[str, str], configuration: Configuration, log: Log) -> str:
    """The code of an answer that is this provider's own. Raises Refused.

    An answer of another provider at this one's address is a mix-up (RFC 9207 section 2.4).
    """
    issuer = given.get("iss")
    if issuer != configuration.issuer and (issuer is not None or configuration.names_itself):
        remedy = "Nothing to mend: an answer of another provider was brought to this one's address."
        shown = str(issuer)[:300]
        log.refuse(Reason.ISSUER, "iss of the answer", configuration.issuer, shown, remedy)
    if "error" in given:
        told = f"{given['error'][:100]} {given.get('error_description', '')[:300]}".strip()
        log.refuse(Reason.STATUS, "Answer of the provider", "a code", told)
    found = given.get("code", "")
    if not found or len(found) > _LONGEST:
        log.refuse(Reason.STATUS, "Answer of the provider", "a code", f"{len(found)} characters")
    log.ok("Answer of the provider", "a code", f"{len(found)} characters")
    return found


def token_request(
    configuration: Configuration, client: Client, code: str, known: Kept
) -> tuple[dict[str, str], dict[str, str]]:
    """Fields and headers that trade the code for tokens (RFC 6749 sections 2.3.1 and 4.1.3)."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": known.verifier,
    }
    if client.secret and _BASIC in configuration.authentication:
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.secret)}"
        return fields, {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    fields["client_id"] = client.client_id
    if client.secret:
        fields["client_secret"] = client.secret
    return fields, {}


def id_token(answer: Answer, log: Log) -> str:
    """The ID token that a code was traded for, and nothing else of the answer. Raises Refused."""
    name = "Trade of the code for a token"
    try:
        given = strict.read(answer.text)
    except ValueError as problem:
        log.refuse(Reason.STATUS, name, "plain JSON", str(problem))
    if not isinstance(given, dict):
        log.refuse(Reason.STATUS, name, "a JSON object", type(given).__name__)
    if answer.status != 200:
        told = f"status {answer.status} {str(given.get('error', ''))[:100]}"
        remedy = "Compare the client ID, the secret and the redirect URI with the provider's."
        log.refuse(Reason.STATUS, name, "status 200", told, remedy)
    token = given.get("id_token")
    if not isinstance(token, str):
        remedy = "The scopes have to include openid."
        log.refuse(Reason.STATUS, name, "an `id_token`", "none", remedy)
    log.ok(name, "an `id_token`", f"{len(token)} characters")
    return token

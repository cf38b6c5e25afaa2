"""The one verifier of ID tokens: signed JSON Web Tokens in compact form, and nothing like them.

RFC 7515, RFC 7519, RFC 8725 and OpenID Connect Core 1.0 section 3.1.3.7. Keys come from the
provider that was registered; nothing in a token says where to look for one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from federation.checks import Log, Reason
from federation.oidc import strict
from federation.oidc.keys import ALGORITHMS, VerificationKey

MOST_CHARACTERS, MOST_OF_HEADER = 20_000, 4_096
SKEW = 300
"""Seconds by which the provider's clock and ours may differ."""

LONGEST = 366 * 86_400
"""Seconds from `iat` to `exp`: a token that never ends is a password."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TYPES = frozenset({"jwt", "application/jwt", "id_token+jwt"})
_REFUSED = ("crit", "b64", "zip", "enc")
_SUBJECT = re.compile(r"[ -~]{1,255}")
_LATEST = 253_402_300_799  # the end of year 9999, where datetime ends


@dataclass(frozen=True, slots=True)
class Expected:
    """`issuer` as it stands in tokens, with https://; `nonce` only of a sign-in that sent one."""

    issuer: str
    client_ids: frozenset[str]
    now: datetime
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says of itself, not yet verified."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claims:
    """Verified. `audience` is `azp` where there is one; `audiences` are those of `aud`."""

    issuer: str
    subject: str
    audience: str
    audiences: tuple[str, ...]
    expires_at: int
    everything: Mapping[str, Any]


def parse(text: str, log: Log) -> Token:
    """Read a token before any cryptography. Raises Refused."""
    if len(text) > MOST_CHARACTERS or not _FORM.fullmatch(text):
        wanted = f"three parts in base64url, at most {MOST_CHARACTERS} characters"
        log.refuse(Reason.TOKEN, "Form of the token", wanted, f"{len(text)} characters")
    parts = text.split(".")
    header = _object(parts[0], "Header", log, MOST_OF_HEADER)
    _check_header(header, log)
    claims = _object(parts[1], "Claims", log, MOST_CHARACTERS)
    try:
        strict.decoded(parts[2])
    except ValueError as problem:
        log.refuse(Reason.TOKEN, "Signature", "canonical base64url", str(problem))
    log.ok("Form of the token", "a signed JSON Web Token", str(header["alg"]))
    return Token(text, header, claims)


def verify(token: Token, keys: tuple[VerificationKey, ...], expected: Expected, log: Log) -> Claims:
    """Signature first, then every claim. Raises Refused."""
    _check_signature(token, _key(token, keys, log), log)
    claims = token.claims
    if claims.get("iss") != expected.issuer:
        found = str(claims.get("iss"))[:300]
        log.refuse(Reason.ISSUER, "Issuer", expected.issuer, found)
    log.ok("Issuer", expected.issuer, expected.issuer)
    subject = _subject(claims, log)
    audiences = _audiences(claims, log)
    audience = _audience(claims, audiences, expected, log)
    _check_times(claims, expected, log)
    if "events" in claims:
        log.refuse(Reason.CLAIM, "Kind of token", "an ID token", "a logout token")
    if expected.nonce is not None and claims.get("nonce") != expected.nonce:
        log.refuse(Reason.IRT, "Nonce", "that of this browser's request", "another or none")
    if expected.nonce is not None:
        log.ok("Nonce", "that of this browser's request", "the same")
    return Claims(expected.issuer, subject, audience, audiences, claims["exp"], claims)


# --- before cryptography -------------------------------------------------------------------------


def _object(part: str, name: str, log: Log, most: int) -> Mapping[str, Any]:
    try:
        if len(part) > most:
            raise ValueError(f"more than {most} characters")
        value = strict.read(strict.decoded(part).decode())
    except ValueError as problem:
        log.refuse(Reason.TOKEN, name, "a plain JSON object in base64url", str(problem)[:200])
    if not isinstance(value, dict):
        log.refuse(Reason.TOKEN, name, "a JSON object", type(value).__name__)
    return value


def _check_header(header: Mapping[str, Any], log: Log) -> None:
    """`jwk`, `jku`, `x5u` and `x5c` are passed over: keys come from elsewhere."""
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        wanted = ", ".join(sorted(ALGORITHMS))
        log.refuse(Reason.SIG_ALGORITHM, "Algorithm", wanted, str(algorithm)[:100])
    for name in _REFUSED:
        if name in header:
            log.refuse(Reason.HEADER, "Header", f"no `{name}`", f"`{name}`")
    kind, kid = header.get("typ", "JWT"), header.get("kid", "")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        log.refuse(Reason.HEADER, "Type of the token", "JWT", str(kind)[:100])
    if not isinstance(kid, str):
        log.refuse(Reason.HEADER, "kid", "a string", type(kid).__name__)


# --- the signature -------------------------------------------------------------------------------


def _key(token: Token, keys: tuple[VerificationKey, ...], log: Log) -> VerificationKey:
    """The one key that the token names, or the only one there is where it names none."""
    kid, algorithm = token.header.get("kid"), token.header["alg"]
    named = [key for key in keys if kid is None or key.kid == kid]
    fitting = [key for key in named if kid is not None or algorithm in key.algorithms]
    if len(fitting) != 1:
        found = f"{len(fitting)} keys fit kid `{str(kid)[:100]}`"
        log.refuse(Reason.KEY, "Key", "exactly one key of the provider", found)
    if algorithm not in fitting[0].algorithms:
        wanted = ", ".join(sorted(fitting[0].algorithms))
        log.refuse(Reason.SIG_ALGORITHM, "Algorithm of the key", wanted, algorithm)
    log.ok("Key", "exactly one key of the provider", fitting[0].kid)
    return fitting[0]


def _check_signature(token: Token, key: VerificationKey, log: Log) -> None:
    """The registry is lenient about the header, which has been read already, and strictly."""
    algorithm = str(token.header["alg"])
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length, registry.max_payload_length = MOST_OF_HEADER, MOST_CHARACTERS
    try:
        jws.deserialize_compact(token.text, key.key, registry=registry)
    except (JoseError, ValueError) as problem:
        remedy = "The token was changed, or the provider uses another key under this name."
        log.refuse(Reason.SIG_VALUE, "Signature", "by the provider", type(problem).__name__, remedy)
    log.ok("Signature", "by the provider", algorithm)


# --- claims --------------------------------------------------------------------------------------


def _subject(claims: Mapping[str, Any], log: Log) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        log.refuse(Reason.CLAIM, "sub", "1 to 255 printable ASCII characters", repr(subject)[:300])
    log.ok("sub", found=subject)
    return subject


def _audiences(claims: Mapping[str, Any], log: Log) -> tuple[str, ...]:
    given = claims.get("aud")
    if given is None:
        log.refuse(Reason.CLAIM, "aud", "a client ID", "none")
    listed = given if isinstance(given, list) else [given]
    if not listed or not all(isinstance(one, str) and one for one in listed):
        log.refuse(Reason.AUDIENCE, "aud", "a string, or a list of them", repr(given)[:300])
    return tuple(listed)


def _audience(
    claims: Mapping[str, Any], audiences: tuple[str, ...], expected: Expected, log: Log
) -> str:
    """The client that the token is for: it, and at least one of `aud`, has to be registered."""
    party = claims.get("azp")
    wanted = ", ".join(sorted(expected.client_ids))
    remedy = "Add the client ID to the provider."
    if party is None and len(audiences) > 1:
        log.refuse(Reason.AUDIENCE, "azp", "given where `aud` names several", "none")
    audience = audiences[0] if party is None else party
    known = isinstance(audience, str) and audience in expected.client_ids
    if not known or expected.client_ids.isdisjoint(audiences):
        log.refuse(Reason.AUDIENCE, "Audience", wanted, repr((party, audiences))[:500], remedy)
    log.ok("Audience", wanted, audience)
    return str(audience)


def _check_times(claims: Mapping[str, Any], expected: Expected, log: Log) -> None:
    now = int(expected.now.timestamp())
    for name in ("exp", "iat"):
        if name not in claims:
            log.refuse(Reason.CLAIM, name, "seconds since 1970", "none")
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    for name, value in times.items():
        if type(value) is not int or not 0 <= value <= _LATEST:
            log.refuse(Reason.CLAIM, name, "seconds since 1970", repr(value)[:100])
        if name != "exp" and value > now + SKEW:
            log.refuse(Reason.TIME, name, f"at most {now + SKEW}", str(value))
    if times["exp"] + SKEW <= now:
        log.refuse(Reason.EXPIRED, "exp", f"later than {now - SKEW}", str(times["exp"]))
    if times["exp"] - times["iat"] > LONGEST:
        log.refuse(Reason.TIME, "exp", f"at most {LONGEST} seconds after iat", str(times["exp"]))
    log.ok("Time", f"valid at {now}", f"{times['iat']} to {times['exp']}")

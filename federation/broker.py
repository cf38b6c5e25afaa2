"""The custom broker's way into the console: credentials for a token, a token for a session.

A program that knows its users gets temporary credentials for one of them at STS, trades these for a
sign-in token, and sends the browser here with it. Each token works once, for 15 minutes.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest

from federation.models import SigninToken
from identity import audit, browser, journal, sessions, throttle, tokens, vault
from identity.authentication import acting_as
from identity.callers import FEDERATION_TOKEN, Caller
from identity.errors import AccessDenied, ExpiredToken, InvalidClientTokenId, ValidationError
from identity.facts import Facts
from identity.models import Event, TemporarySession

logger = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=15)
SHORTEST, LONGEST = 900, 43_200
CHAINED_SECONDS = 3_600

_MEMBERS = {"sessionId", "sessionKey", "sessionToken"}
_LONGEST_SESSION = 16_384
_LONGEST_ISSUER = 2_000
_TOKEN_BYTES = 96
_SCOPE = "federation endpoint"
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_KEY_ID = re.compile(r"[A-Z0-9]{16,128}", re.ASCII)
_LINK = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_WRONG = "The security token included in the request is invalid."


@dataclass(frozen=True, slots=True)
class Credentials:
    """The three members of `Session`, as the program sent them."""

    key_id: str
    secret: str
    token: str


# --- getSigninToken --------------------------------------------------------------------------


def signin_token(session: str, duration: str | None, facts: Facts) -> str:
    """A new sign-in token for the credentials in the JSON text `session`.

    `duration` is the wish for a console session of so many seconds, or None to have it last as
    long as the credentials. Raises ValidationError (400), InvalidClientTokenId, ExpiredToken and
    AccessDenied (403), and Throttling when too many were wrong before; a refusal of credentials
    that are genuine is recorded in their account.
    """
    given = _read(session)
    throttle.attempt_from(_SCOPE, facts.source_ip)
    row = _proven(given)
    throttle.succeeded_from(_SCOPE, facts.source_ip)
    caller = acting_as(row)
    try:
        _require_fitting(row, facts.at)
        seconds = _seconds(row, duration)
    except (AccessDenied, ExpiredToken, ValidationError) as problem:
        journal.append(_event("GetSigninToken", caller, facts, error=problem.message))
        raise
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        SigninToken.objects.filter(expires_at__lte=facts.at).delete()
        SigninToken.objects.create(
            token_hash=tokens.hashed(token),
            credentials=row,
            session_seconds=seconds,
            expires_at=facts.at + LIFETIME,
        )
        _event("GetSigninToken", caller, facts).save(force_insert=True)
    return token


def _read(text: str) -> Credentials:
    """Exactly AWS's three members, each a string, none twice."""
    try:
        found = json.loads(text if len(text) <= _LONGEST_SESSION else "", object_pairs_hook=list)
    except (ValueError, RecursionError):
        found = None
    pairs = found if isinstance(found, list) else []
    named = {pair[0]: pair[1] for pair in pairs if isinstance(pair, tuple)}
    if len(pairs) != len(_MEMBERS) or named.keys() != _MEMBERS:
        raise ValidationError(
            "Session must be a JSON object with sessionId, sessionKey and sessionToken."
        )
    if not all(isinstance(value, str) and value.isascii() for value in named.values()):
        raise ValidationError("The members of Session must be strings of ASCII characters.")
    return Credentials(named["sessionId"], named["sessionKey"], named["sessionToken"])


def _proven(given: Credentials) -> TemporarySession:
    """The row of these very credentials: key, secret and token, compared in constant time."""
    if given.key_id.startswith("AKIA"):
        raise ValidationError("Session must hold temporary credentials, not long-term keys.")
    row = TemporarySession.signing(given.key_id) if _KEY_ID.fullmatch(given.key_id) else None
    if row is None:
        logger.warning("unknown credentials `%s` asked for a sign-in token", given.key_id[:128])
        raise InvalidClientTokenId(_WRONG)
    secret = vault.unseal(row.sealed_secret, f"temporary_session:{row.pk}")
    fits = hmac.compare_digest(secret, given.secret.encode())
    if not (hmac.compare_digest(row.token_hash, tokens.hashed(given.token)) and fits):
        logger.warning("wrong secret or token with `%s` for a sign-in token", given.key_id)
        raise InvalidClientTokenId(_WRONG)
    return row


def _require_fitting(row: TemporarySession, now: datetime) -> None:
    if now >= row.expires_at:
        raise ExpiredToken("The security token included in the request is expired.")
    if row.operation != FEDERATION_TOKEN and not row.operation.startswith("AssumeRole"):
        raise AccessDenied(f"Credentials of {row.operation} do not open the console.")


def _seconds(row: TemporarySession, duration: str | None) -> int | None:
    """SessionDuration by AWS's rules: only for roles, and not beyond an hour when chained."""
    if duration is None:
        return None
    if row.operation == FEDERATION_TOKEN:
        raise ValidationError(
            "SessionDuration cannot be given with credentials of GetFederationToken."
        )
    seconds = int(duration) if _SECONDS.fullmatch(duration) else -1
    if not SHORTEST <= seconds <= LONGEST:
        raise ValidationError(f"SessionDuration must be {SHORTEST} to {LONGEST} seconds.")
    if seconds > CHAINED_SECONDS and row.issuer_key_id.startswith("ASIA"):
        raise ValidationError(
            f"SessionDuration must be at most {CHAINED_SECONDS} seconds for a role that was "
            "assumed with temporary credentials."
        )
    return seconds


# --- login -----------------------------------------------------------------------------------


def log_in(request: HttpRequest, token: str, facts: Facts, *, issuer: str, login_to: str) -> bool:
    """Sign the browser in with a token, which is used up; False when it is not to be had.

    Unknown, used and over are the same to whoever asks. Whatever session the browser had ends.
    Raises Throttling when the network brought too many that were wrong.
    """
    throttle.attempt_from(_SCOPE, facts.source_ip)
    if not _signed_in(request, token, facts, issuer, login_to):
        logger.warning("a sign-in token that does not work, %s", facts.request_id)
        return False
    throttle.succeeded_from(_SCOPE, facts.source_ip)
    return True


def _signed_in(request: HttpRequest, token: str, facts: Facts, issuer: str, to: str) -> bool:
    """The token is used up in the transaction of the session and of the event."""
    with transaction.atomic():
        row = _used_up(token, facts.at)
        if row is None:
            return False
        credentials, expired = row.credentials, facts.at >= row.credentials.expires_at
        caller = acting_as(credentials)
        if not expired:
            _start(request, row, facts, issuer)
            used = "Yes" if credentials.mfa_at else "No"
            more = {"LoginTo": to, "MobileVersion": "No", "MFAUsed": used}
            _event("ConsoleLogin", caller, facts, more=more).save(force_insert=True)
            return True
    journal.append(_event("ConsoleLogin", caller, facts, error="The credentials have expired."))
    return False


def _used_up(token: str, now: datetime) -> SigninToken | None:
    """The token's row, which is gone from now on: of two that come at once one finds it."""
    live = SigninToken.objects.filter(pk=tokens.hashed(token), expires_at__gt=now)
    related = ("credentials__user__account", "credentials__role__account")
    row = live.select_related(*related).first()
    if row is None or not live.delete()[0]:
        return None
    return row


def _start(request: HttpRequest, row: SigninToken, facts: Facts, issuer: str) -> None:
    """With the credentials themselves, or with a copy of them that ends when it was wished."""
    if row.session_seconds is None:
        sessions.start_with(request, row.credentials, facts, issuer=issuer)
    else:
        copy = tokens.extended(row.credentials, row.session_seconds, facts)
        sessions.start_with(request, copy, facts, issuer=issuer, owned=True)


def issuer_url(text: str) -> str:
    """`text` if it is a web address to sign in again at, else "": AWS takes any words there."""
    if len(text) > _LONGEST_ISSUER or not _LINK.fullmatch(text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.hostname and "@" not in parts.netloc and "\\" not in text else ""


# --- logout ----------------------------------------------------------------------------------


def issuer_of(request: HttpRequest) -> str:
    """The broker's page that signed this browser in, now or a moment ago; "" for none."""
    kept = request.session.get(browser.CREDENTIALS) or sessions.left(request) or {}
    return issuer_url(kept.get("issuer", ""))


def of_issuer(request: HttpRequest, address: str) -> str:
    """`address` if it is of the same origin as that page, else ""."""
    issuer, found = urlsplit(issuer_of(request)), urlsplit(issuer_url(address))
    same = (issuer.scheme, issuer.netloc.lower()) == (found.scheme, found.netloc.lower())
    return address if same and found.netloc else ""


def _event(
    name: str,
    caller: Caller,
    facts: Facts,
    *,
    more: dict[str, Any] | None = None,
    error: str = "",
) -> Event:
    """CloudTrail's GetSigninToken or ConsoleLogin of these credentials."""
    event = audit.signin_event(
        caller.account,
        facts,
        name,
        identity=audit.identity_of(caller),
        response={name: "Failure" if error else "Success"},
        more=more,
        error=error,
    )
    event.access_key_id, event.user_name = caller.access_key_id, caller.session_name
    return event

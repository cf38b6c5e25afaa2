"""A proven assertion and one of its roles become a session: for the API and for the console."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from federation import answers, minting, saml_events, trust
from federation.checks import Check, Log
from federation.minting import Entry, Minted, Wanted
from federation.models import SeenAssertion
from federation.redeeming import Proven
from identity import outbox
from identity.errors import ExpiredIdentityToken, InvalidIdentityToken
from identity.facts import Facts
from identity.models import Role

ACTION = "sts:AssumeRoleWithSAML"

# An assertion that is over stays remembered for a clock that is set back.
_REMEMBERED = timedelta(hours=1)


def wanted(proven: Proven, **asked: Any) -> Wanted:
    """The session that the assertion describes; `asked` is what the request adds."""
    claims = proven.claims
    return Wanted(
        name=claims.session_name,
        tags=claims.tags,
        transitive_keys=claims.transitive_keys,
        source_identity=claims.source_identity,
        **asked,
    )


def entry(
    proven: Proven, role_arn: str, role: Role | None, facts: Facts, log: Log, session: Wanted
) -> Entry:
    """All that can refuse a role, in AWS's order: the pair, the trust policy, the duration.

    `role` is the one of that ARN (`trust.role_named`), None where there is none.
    Raises InvalidIdentityToken, AccessDenied, ValidationError and ExpiredIdentityToken.
    """
    _require_pair(proven, role_arn, log)
    role = _require_trust(proven, role_arn, role, facts, log, session)
    seconds = _seconds(proven, role, facts, session)
    log.ok("Duration", f"at most {role.max_session_duration} seconds", f"{seconds} seconds")
    return Entry(role, session, seconds)


def _require_pair(proven: Proven, role_arn: str, log: Log) -> None:
    pair = f"{role_arn},{proven.provider.arn}"
    pairs = [f"{one.role_arn},{one.provider_arn}" for one in proven.claims.pairs]
    if pair not in pairs:
        remedy = "Let the identity provider send this value in the attribute Role."
        _failed(log, "Role attribute", pair, "; ".join(pairs), remedy)
        raise InvalidIdentityToken(answers.NO_PAIR)
    log.ok("Role attribute", pair, pair)


def _require_trust(
    proven: Proven, role_arn: str, role: Role | None, facts: Facts, log: Log, session: Wanted
) -> Role:
    """The role; what its trust policy lacks is for the log only."""
    given = (proven.provider.arn, ACTION, proven.keys, facts, session)
    lacks = trust.missing(role, *given) if role else [ACTION]
    if lacks:
        found = f"not allowed: {', '.join(lacks)}" if role else "no such role"
        remedy = f"Let the role's trust policy allow {', '.join(lacks)} to {proven.provider.arn}."
        _failed(log, "Trust policy", role_arn, found, remedy)
    role = trust.require(role, *given)
    log.ok("Trust policy", role_arn, "allowed")
    return role


def _seconds(proven: Proven, role: Role, facts: Facts, session: Wanted) -> int:
    """How long the session lasts: at most what the role, the request and the assertion allow.

    SessionDuration is the console's wish, and shortens what a program asks for. SessionNotOnOrAfter
    is an end that even fewer than 900 seconds do not pass.
    """
    of_provider = proven.claims.duration
    asked = session.asked_seconds or of_provider or minting.HOUR
    minting.require_duration(role, asked)
    seconds = min(asked, of_provider or asked)
    ends = proven.assertion.session_ends_at
    if ends is not None:
        seconds = min(seconds, int((ends - facts.at).total_seconds()))
    if seconds < 1:
        raise ExpiredIdentityToken(answers.EXPIRED)
    return seconds


def _failed(log: Log, name: str, expected: str, found: str, remedy: str) -> None:
    log.checks.append(Check(name, False, expected, found, remedy))


# --- once ----------------------------------------------------------------------------------------


def claim(proven: Proven, log: Log, *, purpose: str) -> None:
    """Use the assertion up for a purpose: `console`, or the ARN of a role at the API.

    In the transaction of what it is used for. AWS takes one again until it expires; here whoever
    overhears one comes too late. Raises InvalidIdentityToken.
    """
    assertion = proven.assertion
    named = "\n".join([str(proven.provider.pk), assertion.issuer, assertion.id, purpose])
    digest = hashlib.sha256(named.encode()).hexdigest()
    if not SeenAssertion.objects.claim(digest, assertion.expires_at + _REMEMBERED):
        remedy = "Sign in at the identity provider anew: it issues a new assertion."
        _failed(log, "Used for the first time", "a new assertion", assertion.id, remedy)
        raise InvalidIdentityToken("The assertion was used before")
    log.ok("Used for the first time", "a new assertion", assertion.id)


def mint(proven: Proven, made: Entry, facts: Facts) -> tuple[Minted, dict[str, Any]]:
    """The session, and what AssumeRoleWithSAML returns of it. Keeps the audit event, too."""
    minted = minting.session(
        made.role,
        saml_events.ACTION,
        made.seconds,
        facts,
        wanted=made.wanted,
        provider=proven.provider.arn,
        keys=proven.lasting_keys,
    )
    result = _result(proven, minted, made.wanted)
    event = saml_events.assumed(proven, made.role.arn, made.wanted, facts, result)
    outbox.add(event)
    return minted, result


def _result(proven: Proven, minted: Minted, session: Wanted) -> dict[str, Any]:
    keys, packed = proven.keys, session.packed_size
    result: dict[str, Any] = {
        "Credentials": minted.credentials,
        "AssumedRoleUser": minted.assumed,
        "Subject": proven.assertion.subject.value,
        "SubjectType": keys["saml:sub_type"],
        "Issuer": proven.assertion.issuer,
        "Audience": proven.assertion.recipient,
        "NameQualifier": keys["saml:namequalifier"],
    }
    if packed is not None:
        result["PackedPolicySize"] = packed
    if session.source_identity:
        result["SourceIdentity"] = session.source_identity
    return result

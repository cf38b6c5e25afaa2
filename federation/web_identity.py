"""A provider's ID token and a role become a session; errors and events as STS's own.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation import key_sets, minting, trust
from federation.checks import Log, Reason, Refused
from federation.minting import Entry, Minted, Wanted
from federation.models import OidcProvider
from federation.oidc import issuer, provider_rules, token
from federation.oidc.discovery import DiscoveryError, UntrustedError
from federation.oidc.keys import KeysError
from federation.oidc.provider_rules import Special
from federation.oidc.token import Claims, Expected, Token
from identity import arns
from identity.errors import (
    AwsError,
    ExpiredIdentityToken,
    IDPCommunicationError,
    InvalidIdentityToken,
)
from identity.facts import Facts
from identity.models import Event, Role
from identity.policy.request import Value
from identity.wire import spec

NAME = "AssumeRoleWithWebIdentity"
ACTION = f"sts:{NAME}"
_NO_KEY = (
    "Couldn't retrieve verification key from your identity provider, please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
_INVALID = "The web identity token that was passed is not valid."
_SENTENCES = {Reason.KEY: _NO_KEY, Reason.AUDIENCE: "Incorrect token audience"}
_UNREACHABLE = "The identity provider could not be reached to verify the incoming token."
_NO_ROLE = "The token does not allow the requested role."


@dataclass(frozen=True, slots=True)
class Proven:
    """What the provider's signature stands behind; `keys` are those of its trust policies."""

    provider: OidcProvider
    claims: Claims
    special: Special
    keys: Mapping[str, Value]


def provider_of(parsed: Token, account_id: str) -> OidcProvider:
    """The account's provider that the token says it is from. Raises InvalidIdentityToken."""
    given = parsed.claims.get("iss")
    if not isinstance(given, str):
        raise InvalidIdentityToken("Missing a required claim: iss")
    name = given.removeprefix(issuer.SCHEME)
    rows = OidcProvider.objects.select_related("account").filter(account=account_id, url=name)
    found = rows.first() if given == issuer.SCHEME + name else None
    if found is None:
        raise InvalidIdentityToken(
            f"No OpenIDConnect provider found in your account for {given[:300]}"
        )
    return found


def prove(
    provider: OidcProvider,
    parsed: Token,
    facts: Facts,
    log: Log,
    *,
    client_id: str = "",
    nonce: str | None = None,
) -> Proven:
    """Verify a token and read it; of a sign-in it is for one client, and has its nonce.

    Raises Refused, IDPCommunicationError and InvalidIdentityToken.
    """
    try:
        keys = key_sets.of(provider, parsed.header.get("kid"), facts.at)
    except DiscoveryError as problem:
        log.failed("Keys of the provider", "an answer", str(problem))
        if isinstance(problem, UntrustedError):
            raise InvalidIdentityToken(str(problem)) from problem
        raise IDPCommunicationError(_UNREACHABLE) from problem
    except KeysError as problem:
        log.failed("Keys of the provider", "a JSON Web Key Set", str(problem))
        raise InvalidIdentityToken(_NO_KEY) from problem
    url = issuer.SCHEME + provider.url
    known = frozenset(provider.client_ids)
    expected = Expected(url, known & {client_id} if client_id else known, facts.at, nonce)
    claims = token.verify(parsed, keys, expected, log)
    keys_of = dict(provider_rules.condition_keys(provider.url, claims))
    special = provider_rules.special(claims, log)
    keys_of["sts:RoleAuthorizedByIdp"] = "false" if special.roles is None else "true"
    return Proven(provider, claims, special, keys_of)


def role_for(
    proven: Proven, role_arn: str, role: Role | None, facts: Facts, log: Log, session: Wanted
) -> Role:
    """The role of that ARN, if there is one and the token and its trust policy allow it.

    Raises InvalidIdentityToken and AccessDenied.
    """
    roles = proven.special.roles
    if roles is not None and role_arn not in roles:
        log.failed("Roles of the token", role_arn, "; ".join(roles)[:1000])
        raise InvalidIdentityToken(_NO_ROLE)
    given = (_principal(proven.provider, role), ACTION, proven.keys, facts, session)
    lacks = trust.missing(role, *given) if role else [ACTION]
    if lacks:
        remedy = f"Let the role's trust policy allow {', '.join(lacks)} to {proven.provider.arn}."
        found = f"not allowed: {', '.join(lacks)}" if role else "no such role"
        log.failed("Trust policy", role_arn, found, remedy)
    role = trust.require(role, *given)
    log.ok("Trust policy", role_arn, "allowed")
    return role


def _principal(provider: OidcProvider, role: Role | None) -> str:
    """The provider's ARN; the host of one that AWS knows by itself, if the role's policy says so.

    The host names no account, so that it speaks for roles of the provider's own account alone.
    """
    if role is None or provider.url not in provider_rules.BY_HOST:
        return provider.arn
    own = role.account_id == provider.account_id
    return provider.url if own and provider.arn not in role.trust_policy else provider.arn


def seconds(role: Role, session: Wanted) -> int:
    """As asked, or an hour; the token's own end does not count. Raises ValidationError."""
    asked = session.asked_seconds or minting.HOUR
    minting.require_duration(role, asked)
    return asked


def mint(proven: Proven, made: Entry, facts: Facts) -> Minted:
    """The session; what the provider said stays in its requests."""
    return minting.session(
        made.role,
        NAME,
        made.seconds,
        facts,
        wanted=made.wanted,
        provider=proven.provider.arn,
        keys=provider_rules.lasting(proven.provider.url, proven.keys),
    )


def result(proven: Proven, minted: Minted, session: Wanted) -> dict[str, Any]:
    """What AssumeRoleWithWebIdentity returns."""
    shown: dict[str, Any] = {
        "Credentials": minted.credentials,
        "SubjectFromWebIdentityToken": proven.claims.subject,
        "AssumedRoleUser": minted.assumed,
        "Provider": proven.provider.arn,
        "Audience": proven.claims.audience,
    }
    packed = session.packed_size
    if packed is not None:
        shown["PackedPolicySize"] = packed
    if session.source_identity:
        shown["SourceIdentity"] = session.source_identity
    return shown


def error_of(problem: Refused, facts: Facts) -> AwsError:
    """The refusal as STS's error."""
    check = problem.check
    if problem.reason is Reason.EXPIRED:
        now = int(facts.at.timestamp())
        return ExpiredIdentityToken(
            f"Token expired: current date/time {now} must be before the expiration date/time "
            f"{check.found}"
        )
    if problem.reason is Reason.CLAIM and check.found in ("none", "None"):
        return InvalidIdentityToken(f"Missing a required claim: {check.name}")
    return InvalidIdentityToken(_SENTENCES.get(problem.reason, _INVALID))


# --- CloudTrail's events -------------------------------------------------------------------------


def event(
    provider: OidcProvider, proven: Proven | None, facts: Facts, requested: Mapping[str, Any]
) -> Event:
    """The call, for the provider's account, without the token; not yet kept."""
    identity: dict[str, Any] = {"type": "WebIdentityUser"}
    if proven is not None:
        claims = proven.claims
        identity["principalId"] = f"{provider.arn}:{claims.audience}:{claims.subject}"
        identity["userName"] = claims.subject
        identity["identityProvider"] = provider.arn
    shown = ("RoleArn", "RoleSessionName", "DurationSeconds")
    return Event(
        account_id=provider.account_id,
        time=facts.at,
        source="sts.amazonaws.com",
        name=NAME,
        region=facts.region,
        source_ip=facts.source_ip,
        user_agent=facts.user_agent,
        user_name=identity.get("userName", "")[:128],
        principal_id=identity.get("principalId", "")[:256],
        user_identity=identity,
        request_id=facts.request_id,
        read_only=False,
        request_parameters={
            name[0].lower() + name[1:]: requested[name] for name in shown if name in requested
        },
    )


def redacted(result: dict[str, Any]) -> Any:
    return spec.redact(spec.operation("sts", NAME).output_shape, result)


def account_of(role_arn: str) -> str:
    """The account that a role's ARN names, "" for what is no such ARN."""
    return arns.owner(role_arn) if role_arn.startswith("arn:") and role_arn.count(":") > 4 else ""

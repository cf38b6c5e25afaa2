"""What the settings of a sign-in make of the claims of a token: a session's name, and roles."""

from __future__ import annotations

import re
from collections.abc import Iterable

from federation.checks import Log, Reason
from federation.models import OidcProvider, OidcSignOn
from federation.oidc.token import Claims
from identity import arns
from identity.models import Role

MOST = 50
"""Roles that a token can offer at a time: each is looked up, and its trust policy asked."""

_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)


def session_name(claims: Claims, settings: OidcSignOn, log: Log) -> str:
    """The claim's value as it is: two people must never become one name. Raises Refused.

    An e-mail address names somebody only where the provider says that it was verified.
    """
    claim = settings.session_claim
    given = claims.everything.get(claim)
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        remedy = "Choose another claim as session name: the provider's page, Sign-in."
        wanted = "2 to 64 letters, digits and + = , . @ _ -"
        log.refuse(Reason.CLAIM, f"Session name: {claim}", wanted, repr(given)[:200], remedy)
    if claim == "email" and claims.everything.get("email_verified") is not True:
        remedy = "Choose another claim as session name, or let the provider verify addresses."
        found = repr(claims.everything.get("email_verified"))[:50]
        log.refuse(Reason.CLAIM, "email_verified", "true", found, remedy)
    log.ok(f"Session name: {claim}", found=given)
    return given


def role_arns(
    claims: Claims, provider: OidcProvider, settings: OidcSignOn, log: Log
) -> tuple[str, ...]:
    """The roles of the settings, or of the claim where there are none. Raises Refused."""
    if settings.roles:
        log.ok("Roles", "those of the sign-in settings", ", ".join(settings.roles)[:1000])
        return tuple(_arn(name, provider) for name in settings.roles)
    claim = settings.role_claim
    given = claims.everything.get(claim)
    listed = given.split(";") if isinstance(given, str) else given
    if not isinstance(listed, list) or not listed or len(listed) > MOST:
        remedy = "Let the provider send the claim, or choose roles on its page, Sign-in."
        wanted = f"1 to {MOST} roles, by ARN or name"
        log.refuse(Reason.ROLE, f"Roles: {claim}", wanted, repr(given)[:200], remedy)
    found = tuple(dict.fromkeys(_named(listed, provider, log)))
    log.ok(f"Roles: {claim}", found="; ".join(found)[:1000])
    return found


def _named(listed: Iterable[object], provider: OidcProvider, log: Log) -> Iterable[str]:
    for one in listed:
        text = one.strip() if isinstance(one, str) else ""
        if _NAME.fullmatch(text):
            yield _arn(text, provider)
        elif _ROLE.fullmatch(text):
            yield text
        else:
            log.refuse(Reason.ROLE, "Role", "an ARN or a name", repr(one)[:200])


def _arn(name: str, provider: OidcProvider) -> str:
    """Of the role with this name, whatever its path."""
    role = Role.named_in(provider.account_id, name)
    return role.arn if role else arns.iam(provider.account_id, "role", name)

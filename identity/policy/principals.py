"""Principals: who asks, under every name by which a policy may mean them.

The rules are those of the IAM user guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from identity.errors import MalformedPolicyDocument

Named: TypeAlias = tuple[str, str]
"""A type of principal (`AWS`, `Federated`, `Service`, `CanonicalUser`) and a name of that type."""

EVERYONE: Named = ("AWS", "*")
TYPES = ("AWS", "Federated", "Service", "CanonicalUser")
WEB_IDENTITY_HOSTS = (
    "accounts.google.com",
    "www.amazon.com",
    "graph.facebook.com",
    "cognito-identity.amazonaws.com",
)


class Naming(enum.IntEnum):
    """How a statement names who asks, the weakest first: a grant goes as far as its naming.

    `ACCOUNT` leaves the word to the account's identity-based policies; `OWNER` (the role of a
    session, the user behind a federated one) grants within boundary and session policy; `SELF`
    grants whatever those say.
    """

    NONE = 0
    ACCOUNT = 1
    OWNER = 2
    SELF = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the account they belong to, and the names they bear at each level.

    The `account` is empty for those who act outside of one: services, identities of a provider
    that are about to assume a role, and the anonymous. An `outsider` is not among everyone whom an
    Allow to `*` means, but in a resource control policy; a Deny to `*` means all.
    """

    account: str
    levels: tuple[tuple[Naming, frozenset[Named]], ...] = ()
    outsider: bool = False

    def naming(self, listed: Iterable[Named]) -> Naming:
        """The strongest way in which one of the listed names means this principal."""
        names = set(listed)
        if EVERYONE in names and not self.outsider:
            return Naming.SELF
        ways = (naming for naming, level in self.levels if not level.isdisjoint(names))
        return max(ways, default=Naming.NONE)

    def is_denied(self, listed: Iterable[Named]) -> bool:
        """Whether a Deny to the listed principals means this one."""
        names = set(listed)
        return EVERYONE in names or self.naming(names) is not Naming.NONE

    def is_excepted(self, listed: Iterable[Named]) -> bool:
        """Whether a Deny to all but the listed spares this one: it must name every level.

        AWS checks the account first, then the role or user, then the session; who is to be spared
        has to be listed as all of them.
        """
        names = set(listed)
        named = [not level.isdisjoint(names) for _, level in self.levels]
        return EVERYONE in names or (bool(named) and all(named))


ANONYMOUS = Principal("")


def root(account: str, *, partition: str = "aws", canonical_id: str = "") -> Principal:
    """The root user, who bears no names but those of the account."""
    return Principal(account, (_account_level(account, partition, canonical_id),))


def user(arn: str, user_id: str) -> Principal:
    """An IAM user by ARN and `AIDA…` id, with long-term keys or those of GetSessionToken."""
    return _of_account(arn, (Naming.SELF, _aws(arn, user_id)))


def role_session(session_arn: str, role_arn: str, role_id: str) -> Principal:
    """A session of a role; the role's ARN has a path, which that of the session lacks."""
    role = (Naming.OWNER, _aws(role_arn, role_id))
    return _of_account(session_arn, role, (Naming.SELF, _aws(session_arn)))


def federated_user(arn: str, user_arn: str = "", user_id: str = "") -> Principal:
    """A session of GetFederationToken, and the user who asked for it unless that was root."""
    owner = [(Naming.OWNER, _aws(user_arn, user_id))] if user_arn else []
    return _of_account(arn, *owner, (Naming.SELF, _aws(arn)))


def service(name: str) -> Principal:
    """A service such as `ec2.amazonaws.com`."""
    return _outsider(("Service", name))


def federated(provider: str) -> Principal:
    """An identity that a provider vouches for, by the provider's ARN or web identity host."""
    return _outsider(("Federated", provider))


def _outsider(name: Named) -> Principal:
    return Principal("", ((Naming.SELF, frozenset({name})),), outsider=True)


def _of_account(arn: str, *levels: tuple[Naming, frozenset[Named]]) -> Principal:
    _, partition, _, _, account, _ = arn.split(":", 5)
    return Principal(account, (_account_level(account, partition), *levels))


def _account_level(
    account: str, partition: str, canonical_id: str = ""
) -> tuple[Naming, frozenset[Named]]:
    names = _aws(account, f"arn:{partition}:iam::{account}:root")
    return Naming.ACCOUNT, names | {("CanonicalUser", canonical_id)} if canonical_id else names


def _aws(*names: str) -> frozenset[Named]:
    return frozenset(("AWS", name) for name in names if name)


# --- the names that a document may use -----------------------------------------------------------

_NAME = r"[\w+=,.@-]+"
_ARN = r"arn:aws[a-z-]*"
_SPELLED = {
    "AWS": re.compile(
        rf"\*|\d{{12}}|(?:AIDA|AROA)[A-Z0-9]{{12,124}}"
        rf"|{_ARN}:iam::\d{{12}}:(?:root|(?:user|role)/(?:[!-.0-~]*/)*{_NAME})"
        rf"|{_ARN}:sts::\d{{12}}:(?:assumed-role/{_NAME}/{_NAME}|federated-user/{_NAME})",
        re.ASCII,
    ),
    "Federated": re.compile(
        rf"{'|'.join(map(re.escape, WEB_IDENTITY_HOSTS))}"
        rf"|{_ARN}:iam::\d{{12}}:(?:saml-provider/[\w._-]+|oidc-provider/[\w.:/%~-]+)",
        re.ASCII,
    ),
    "Service": re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?"),
    "CanonicalUser": re.compile(r"[0-9a-f]{64}"),
}


def check_spelling(listed: Iterable[Named]) -> None:
    """Raise `MalformedPolicyDocument`, with AWS's message, for a name that nobody can have.

    No wildcard stands in part of a name, and groups are no principals. Whether a principal of that
    name exists is for those to say who have the rows.
    """
    for kind, name in listed:
        if not _SPELLED[kind].fullmatch(name):
            raise MalformedPolicyDocument(f'Invalid principal in policy: "{kind}":"{name}"')

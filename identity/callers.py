"""Who is acting. Everything that decides or shows who acts reads a Caller, never `request.user`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from identity import arns
from identity.errors import ValidationError
from identity.models import Account, Role, User

Tags = Mapping[str, str]

FEDERATION_TOKEN = "GetFederationToken"
INSTANCE_PROFILE = "InstanceProfile"
"""Kinds of sessions that differ from others in what they may; see `Session.kind`."""


class Kind(enum.Enum):
    """The four kinds of principals; the value is `aws:PrincipalType`."""

    ROOT = "Account"
    USER = "User"
    ROLE = "AssumedRole"
    FEDERATED = "FederatedUser"


@dataclass(frozen=True, slots=True)
class Session:
    """What a temporary credential or a console session adds to its principal.

    `kind` is `console`, the STS operation that issued it (`GetSessionToken`), or `InstanceProfile`
    for those that a machine got by its profile. Times are UTC.
    `name` is the role session name or the federated user's; `policies` are the documents and
    `policy_arns` the managed policies that limit the session. `in_console` are credentials that a
    console session acts with. `federated_provider` is the ARN of the identity provider that vouched
    for a role's session, and `federated_keys` are the condition keys that stay of what it said.
    """

    kind: str
    issued_at: datetime
    expires_at: datetime
    mfa_at: datetime | None = None
    name: str = ""
    tags: Tags = field(default_factory=dict)
    transitive_keys: tuple[str, ...] = ()
    source_identity: str = ""
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    in_console: bool = False
    federated_provider: str = ""
    federated_keys: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def chains(self) -> bool:
        """Whether a role assumed from here is the next one of a chain."""
        return self.kind not in ("console", INSTANCE_PROFILE)


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal as authenticated, by long-term key, token or console.

    `principal` is root or an IAM user, the user behind a federated one, or the role of a session.
    """

    principal: User | Role
    access_key_id: str = ""
    session: Session | None = None

    @property
    def kind(self) -> Kind:
        if isinstance(self.principal, Role):
            return Kind.ROLE
        if self.session and self.session.kind == FEDERATION_TOKEN:
            return Kind.FEDERATED
        return Kind.ROOT if self.principal.is_root else Kind.USER

    @property
    def user(self) -> User:
        """The root or IAM user itself. ValidationError for sessions, who have to name one."""
        if isinstance(self.principal, Role) or self.kind is Kind.FEDERATED:
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return self.principal

    @property
    def role(self) -> Role | None:
        return self.principal if isinstance(self.principal, Role) else None

    @property
    def account(self) -> Account:
        return self.principal.account

    @property
    def account_id(self) -> str:
        return self.principal.account_id

    @property
    def is_root(self) -> bool:
        return self.kind is Kind.ROOT

    @property
    def session_name(self) -> str:
        return self.session.name if self.session else ""

    @property
    def name(self) -> str:
        """For people: the user name, `root`, `Role/session`, or the federated user's name."""
        if self.kind is Kind.ROLE:
            return f"{self.principal.name}/{self.session_name}"
        if self.kind is Kind.FEDERATED:
            return self.session_name
        return "root" if self.is_root else self.principal.name

    @property
    def arn(self) -> str:
        if self.kind is Kind.ROLE:
            name = f"{self.principal.name}/{self.session_name}"
            return arns.sts(self.account_id, "assumed-role", name)
        if self.kind is Kind.FEDERATED:
            return arns.sts(self.account_id, "federated-user", self.session_name)
        return self.principal.arn

    @property
    def principal_arn(self) -> str:
        """`aws:PrincipalArn`: of a role session the role's ARN, otherwise as `arn`."""
        return self.principal.arn if self.kind is Kind.ROLE else self.arn

    @property
    def user_id(self) -> str:
        """`aws:userid`: AIDA… for a user, the account ID for root, `AROA…:session` for a role."""
        if self.kind is Kind.ROLE:
            return f"{self.principal.unique_id}:{self.session_name}"
        if self.kind is Kind.FEDERATED:
            return f"{self.account_id}:{self.session_name}"
        return self.principal.unique_id

    @property
    def principal_type(self) -> str:
        """`aws:PrincipalType`."""
        return self.kind.value

    @property
    def session_ends_at(self) -> datetime | None:
        return self.session.expires_at if self.session else None

    @property
    def mfa_at(self) -> datetime | None:
        return self.session.mfa_at if self.session else None

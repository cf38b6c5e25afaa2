"""Who is acting. Everything that decides or shows who acts reads a Caller, never `request.user`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from identity.models import Account, User


@dataclass(frozen=True, slots=True)
class Session:
    """What a temporary credential or a console session adds to its principal.

    `kind` is `console` or the STS operation that issued it (`GetSessionToken`). Times are UTC.
    """

    kind: str
    issued_at: datetime
    expires_at: datetime
    mfa_at: datetime | None = None

    @property
    def is_console(self) -> bool:
        return self.kind == "console"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal as authenticated: root or an IAM user, by long-term key, token or console.

    Roles and federated users join as further principals of a session; what reads `arn`,
    `user_id` and `principal_type` will not notice.
    """

    user: User
    access_key_id: str = ""
    session: Session | None = None

    @property
    def account(self) -> Account:
        return self.user.account

    @property
    def account_id(self) -> str:
        return self.user.account_id

    @property
    def is_root(self) -> bool:
        return self.user.is_root

    @property
    def name(self) -> str:
        """For people: the user name, or `root`."""
        return "root" if self.is_root else self.user.name

    @property
    def arn(self) -> str:
        return self.user.arn

    @property
    def user_id(self) -> str:
        """`aws:userid`: AIDA… for a user, the account ID for root."""
        return self.user.unique_id

    @property
    def principal_type(self) -> str:
        """`aws:PrincipalType`."""
        return "Account" if self.is_root else "User"

    @property
    def session_ends_at(self) -> datetime | None:
        return self.session.expires_at if self.session else None

    @property
    def mfa_at(self) -> datetime | None:
        return self.session.mfa_at if self.session else None

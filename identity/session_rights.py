"""Who may see and end whose sessions, for which AWS has no actions of its own.

One's own everybody may. A user's or role's are seen by who may read it (`iam:GetUser`,
`iam:GetRole`) and ended by who may put AWS's revoking policy on it (`iam:PutUserPolicy`,
`iam:PutRolePolicy`); those of the whole account are listed by who may read all of it
(`iam:GetAccountAuthorizationDetails`). The sessions of root are root's alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from identity import arns, audit, authorization, gateway, revocation
from identity.callers import Caller, Kind
from identity.calls import Call
from identity.errors import AccessDenied, AwsError, NoSuchEntity
from identity.facts import Facts
from identity.models import ConsoleSession, Role, TemporarySession, User
from identity.revocation import Sessions

Principal = User | Role
ROOTS_ALONE = "Only the root user may see and end the sessions of the root user."


@dataclass(frozen=True, slots=True)
class Ends:
    """What ends sessions of a principal: the action to be allowed, and on which ARN."""

    action: str
    resource: str

    @property
    def permission(self) -> str:
        return f"iam:{self.action}"


def ends(principal: Principal) -> Ends:
    kind = "Role" if isinstance(principal, Role) else "User"
    return Ends(f"Put{kind}Policy", principal.arn)


def is_own(caller: Caller, principal: Principal) -> bool:
    """Whether the sessions are those of the user who acts; a role's are nobody's own."""
    if caller.kind not in (Kind.ROOT, Kind.USER):
        return False
    return isinstance(principal, User) and principal.pk == caller.principal.pk


def require_to_see(caller: Caller, facts: Facts, principal: Principal | None) -> None:
    """Raise AccessDenied unless the caller may see the principal's sessions, or the account's."""
    if principal is None:
        _require(caller, facts, "GetAccountAuthorizationDetails", "*")
    elif not is_own(caller, principal):
        _require_not_root(principal)
        action = "GetRole" if isinstance(principal, Role) else "GetUser"
        _require(caller, facts, action, principal.arn)


def find(caller: Caller, session_id: str) -> ConsoleSession | TemporarySession:
    """The live session of the caller's account with this ID; NoSuchEntity."""
    for rows in revocation.live(caller.account):
        if found := rows.filter(pk=session_id).first():
            return found
    raise NoSuchEntity("There is no live session with this ID in this account.")


def principal_of(session: ConsoleSession | TemporarySession) -> Principal:
    principal = session.user if isinstance(session, ConsoleSession) else session.principal
    assert principal is not None  # a live session is somebody's
    return principal


def end(
    caller: Caller,
    facts: Facts,
    principal: Principal,
    *,
    only: str = "",
    sparing: Collection[str] = (),
) -> int:
    """End the session `only` of the principal, or all of them but those spared; how many ended.

    Raises AccessDenied. Each end is an event of its own.
    """
    if not is_own(caller, principal):
        _require_not_root(principal)
        _require(caller, facts, ends(principal).action, principal.arn)
    found = revocation.live(caller.account, principal)
    return _end(caller, facts, found, only=only, sparing=sparing)


def end_all(caller: Caller, facts: Facts, *, sparing: Collection[str]) -> int:
    """End all sessions of the account but those spared, and but root's unless root asks.

    Takes the right to end those of any user and of any role.
    """
    for kind in ("user", "role"):
        action = f"Put{kind.title()}Policy"
        _require(caller, facts, action, arns.iam(caller.account_id, kind, "*"))
    found = revocation.live(caller.account)
    if not caller.is_root:
        found = tuple(rows.exclude(user__is_root=True) for rows in found)
    return _end(caller, facts, found, sparing=sparing)


def _end(
    caller: Caller,
    facts: Facts,
    found: tuple[Sessions, ...],
    *,
    only: str = "",
    sparing: Collection[str] = (),
) -> int:
    chosen = [rows.filter(pk=only) if only else rows.exclude(pk__in=sparing) for rows in found]
    return gateway.guarded(
        "iam:EndSession", lambda: sum(revocation.end(rows, facts, by=caller) for rows in chosen)
    )


def _require_not_root(principal: Principal) -> None:
    if isinstance(principal, User) and principal.is_root:
        raise AccessDenied(ROOTS_ALONE)


def _require(caller: Caller, facts: Facts, action: str, resource: str) -> None:
    """As the door does: a refusal is recorded, with the action that would have been needed."""
    call = Call(caller, "iam", action, {}, facts)
    try:
        authorization.require(call, resource)
    except AwsError as problem:
        audit.refused(call, problem)
        raise

"""What the caller may do and read, asked of the engine that answers the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from console.denials import Denial
from console.http import Request
from identity import audit, authorization
from identity.calls import Call
from identity.errors import AccessDenied
from identity.standing import standing

Value = TypeVar("Value")


class Rights:
    """The caller's policies, read once a page, and as many decisions from them as it needs."""

    def __init__(self, request: Request) -> None:
        self._facts = request.facts
        self._standing = standing(request.caller)

    def allow(self, action: str, resource: str) -> bool:
        """Whether `action`, such as `iam:DeleteUser`, is allowed on the ARN."""
        return bool(self._standing.decide(self._facts, action, resource))

    def denied(self, resource: str) -> Denied:
        return Denied(self, resource)


class Denied:
    """Why buttons are off: in a template `denied.DeleteUser` is the reason, or "" when allowed."""

    def __init__(self, rights: Rights, resource: str) -> None:
        self._rights, self._resource = rights, resource

    def __getitem__(self, action: str) -> str:
        """The reason for one IAM action on this object's ARN."""
        if self._rights.allow(f"iam:{action}", self._resource):
            return ""
        return _("Needs %(action)s.") % {"action": f"iam:{action}"}


def require(request: Request, action: str, resource: str) -> None:
    """Authorise and record a read that a page makes from the rows itself (`ListUsers`).

    Raises AccessDenied as the API would.
    """
    call = Call(request.caller, "iam", action, {}, request.facts)
    try:
        authorization.require(call, resource)
    except AccessDenied as problem:
        audit.refused(call, problem)
        raise
    audit.answered(call)


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """What a panel shows, or the sentence that says which right its reader lacks."""

    value: Value | None = None
    notice: str = ""


def reading(read: Callable[[], Value]) -> Reading[Value]:
    """Try one read of a page: a denied one becomes a notice, and the rest of the page works."""
    try:
        return Reading(read())
    except AccessDenied as problem:
        denial = Denial.read(problem.message)
        notice = _("You may not %(what)s. Needs %(action)s.")
        return Reading(notice=notice % {"what": denial.words, "action": denial.action})

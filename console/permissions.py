"""What the caller may do and read, asked of the engine that answers the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.utils.translation import gettext as _

from console.denials import Denial
from console.http import Request
from identity import audit, authorization
from identity.callers import Caller
from identity.calls import Call
from identity.condition_keys import NO_KEYS
from identity.errors import AccessDenied
from identity.facts import Facts
from identity.policy.request import Value as KeyValue
from identity.standing import standing

Value = TypeVar("Value")


class Acting(Protocol):
    """A request, or a job that is run: somebody who acts from somewhere."""

    @property
    def caller(self) -> Caller: ...

    @property
    def facts(self) -> Facts: ...


class Rights:
    """The caller's policies, read once a page, and as many decisions from them as it needs."""

    def __init__(self, request: Acting) -> None:
        self._caller, self._facts = request.caller, request.facts
        self._standing = standing(request.caller)

    def allow(self, action: str, resource: str, keys: Mapping[str, KeyValue] = NO_KEYS) -> bool:
        """Whether `action`, such as `iam:DeleteUser`, is allowed on the ARN.

        `keys` are condition keys of the action itself, such as `iam:PolicyARN`.
        """
        return bool(self._standing.decide(self._facts, action, resource, keys=keys))

    def denied(self, resource: str, keys: Mapping[str, KeyValue] = NO_KEYS) -> Denied:
        return Denied(self, resource, keys)

    def require(self, action: str, resource: str, **params: str) -> None:
        """Authorise and record a read that a page makes from the rows itself (`GetPolicy`).

        `params` are what the API would be called with. Raises AccessDenied as the API would.
        """
        call = Call(self._caller, "iam", action, params, self._facts)
        try:
            authorization.require_of(self._standing, call, resource, f"iam:{action}", NO_KEYS)
        except AccessDenied as problem:
            audit.refused(call, problem)
            raise
        audit.answered(call)

    def reading(
        self, action: str, resource: str, read: Callable[[], Value], **params: str
    ) -> Reading[Value]:
        """As `require`, for a panel: what it shows, or why it shows nothing."""

        def required() -> Value:
            self.require(action, resource, **params)
            return read()

        return reading(required)


class Denied:
    """Why buttons are off: in a template `denied.DeleteUser` is the reason, or "" when allowed."""

    def __init__(self, rights: Rights, resource: str, keys: Mapping[str, KeyValue]) -> None:
        self._rights, self._resource, self._keys = rights, resource, keys

    def __getitem__(self, action: str) -> str:
        """The reason for one IAM action on this object's ARN."""
        if self._rights.allow(f"iam:{action}", self._resource, self._keys):
            return ""
        return _("Needs %(action)s.") % {"action": f"iam:{action}"}


def require(request: Request, action: str, resource: str) -> None:
    """Authorise and record a read that a page makes from the rows itself (`ListUsers`).

    Raises AccessDenied as the API would.
    """
    Rights(request).require(action, resource)


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

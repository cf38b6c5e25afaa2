"""What the console can do and AWS has no API for, through the same steps as an action of the API.

Policies name such an action `bartizan:UpdateSignInSettings`, or by the action of AWS's own that it
comes closest to, such as `account:CloseAccount`. It is authorised on `*`, runs in a transaction and
leaves one event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from identity import audit, authorization, gateway
from identity.callers import Caller
from identity.calls import Call
from identity.errors import AwsError
from identity.facts import Facts

OURS = "bartizan"


def require(caller: Caller, facts: Facts, permission: str) -> None:
    """Raise AccessDenied, having recorded it, unless the caller may: for a read of a page."""
    call = _call(caller, facts, permission, {})
    try:
        authorization.require(call, "*")
    except AwsError as problem:
        audit.refused(call, problem)
        raise
    audit.answered(call)


def perform(
    caller: Caller,
    facts: Facts,
    permission: str,
    params: Mapping[str, Any],
    act: Callable[[], None],
) -> None:
    """Authorise, then act and record in one transaction. Raises AwsError, having recorded it.

    `params` go into the event as they are: no secrets.
    """
    call = _call(caller, facts, permission, params)

    def step() -> None:
        authorization.require(call, "*")
        with transaction.atomic():
            act()
            audit.changed_here(call)

    try:
        gateway.guarded(permission, step)
    except AwsError as problem:
        audit.refused(call, problem)
        raise


def _call(caller: Caller, facts: Facts, permission: str, params: Mapping[str, Any]) -> Call:
    service, _colon, action = permission.partition(":")
    return Call(caller, service, action, params, facts)

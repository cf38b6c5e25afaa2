"""The door to access findings: the rights and the audit events of Access Analyzer's actions.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from console.http import Request
from console.permissions import Rights
from identity import audit, authorization
from identity.calls import Call
from identity.errors import AccessDenied
from identity.models import Account
from identity.wire import spec

SERVICE = "access-analyzer"


def arn(account: Account) -> str:
    """The account's one analyzer."""
    return f"arn:aws:access-analyzer:us-east-1:{account.pk}:analyzer/account"


def read(request: Request, action: str, **params: Any) -> None:
    """Authorise and record a read. Raises AccessDenied as the API would."""
    audit.answered(_authorized(request, action, params))


def change(request: Request, action: str, act: Callable[[], None], **params: Any) -> None:
    """Authorise, do and record a change; the three are there together or not at all."""
    call = _authorized(request, action, params)
    with transaction.atomic():
        act()
        audit.changed(call, spec.operation(SERVICE, action), {})


def denied(request: Request, action: str) -> str:
    """Why a button is off, or "" when it is on."""
    if Rights(request).allow(f"{SERVICE}:{action}", arn(request.caller.account)):
        return ""
    return f"Needs {SERVICE}:{action}."


def _authorized(request: Request, action: str, params: dict[str, Any]) -> Call:
    own = arn(request.caller.account)
    call = Call(request.caller, SERVICE, action, {"analyzerArn": own, **params}, request.facts)
    try:
        authorization.require(call, own)
    except AccessDenied as problem:
        audit.refused(call, problem)
        raise
    return call

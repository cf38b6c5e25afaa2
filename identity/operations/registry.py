"""The table of actions: what is answered, on which resource it is authorised, what may change rows.

A name that the service model lacks fails at import, so that a misspelt action cannot start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.model import OperationModel

from identity.calls import Call
from identity.condition_keys import Keys
from identity.errors import ActionNotAnswered
from identity.wire import spec

Result = dict[str, Any]
Function = Callable[[Call, Any], Result | None]

_READS = ("Get", "List")


@dataclass(frozen=True, slots=True)
class Operation:
    """One answered action.

    `resource` gives the ARN to authorise on and `keys` the condition keys of the action itself;
    `prepare` runs after authorisation and before the transaction; `always_allowed` marks the two
    STS actions that no policy can grant or deny, `authorized_by_itself` those whose `prepare` asks
    because more than the caller's policies decides; `transient` those that only issue what can be
    asked for anew, so that the commit need not wait for the disk.
    """

    service: str
    name: str
    model: OperationModel
    function: Function
    resource: Callable[[Call], str]
    read_only: bool
    prepare: Callable[[Call], Any] | None
    always_allowed: bool
    keys: Callable[[Call], Keys] | None
    authorized_by_itself: bool
    transient: bool


TABLE: dict[tuple[str, str], Operation] = {}


def everything(call: Call) -> str:
    """Account-level actions are authorised on `*`."""
    return "*"


def operation(
    service: str,
    name: str,
    *,
    resource: Callable[[Call], str] = everything,
    read_only: bool | None = None,
    prepare: Callable[[Call], Any] | None = None,
    always_allowed: bool = False,
    keys: Callable[[Call], Keys] | None = None,
    authorized_by_itself: bool = False,
    transient: bool = False,
) -> Callable[[Function], Function]:
    """Enter a function as the answer to `service:name`; Get… and List… are reads unless said."""
    model = spec.operation(service, name)
    reads = name.startswith(_READS) if read_only is None else read_only

    def enter(function: Function) -> Function:
        TABLE[service, name] = Operation(
            service,
            name,
            model,
            function,
            resource,
            reads,
            prepare,
            always_allowed,
            keys,
            authorized_by_itself,
            transient,
        )
        return function

    return enter


def find(service: str, name: str) -> Operation:
    """The answered action, or ActionNotAnswered for one that only the model knows."""
    found = TABLE.get((service, name))
    if found is None:
        raise ActionNotAnswered(
            f"The action {name} is known to {service.upper()} "
            "but is not answered by this release of Bartizan."
        )
    return found

"""Calls that nobody signs: what they bring proves who asks (STS's AssumeRoleWith… actions).

Beside the one door of `gateway`: there is no caller whose policies could be asked, so that the
operation itself verifies, authorises and records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import OperationModel

from identity import gateway
from identity.errors import ActionNotAnswered
from identity.facts import Facts
from identity.wire import spec, validate

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What an operation gets."""

    service: str
    action: str
    params: Mapping[str, Any]
    facts: Facts = field(default_factory=Facts)

    @property
    def model(self) -> OperationModel:
        return spec.operation(self.service, self.action)


Function = Callable[[Unsigned], Result]

TABLE: dict[tuple[str, str], Function] = {}


def operation(service: str, name: str) -> Callable[[Function], Function]:
    """Enter a function as the answer to `service:name`; the model has to leave it unsigned."""
    if not is_unsigned(spec.operation(service, name)):
        raise ValueError(f"{service}:{name} is signed")

    def enter(function: Function) -> Function:
        TABLE[service, name] = function
        return function

    return enter


def is_unsigned(model: OperationModel) -> bool:
    """Whether the service model says that the action takes no signature."""
    return bool(model.auth_type == "none")


def perform(call: Unsigned) -> Result:
    """Validate and answer. Raises AwsError; whatever breaks inside is one too."""
    function = TABLE.get((call.service, call.action))
    if function is None:
        raise ActionNotAnswered(
            f"The action {call.action} is known to {call.service.upper()} "
            "but is not answered by this release of Bartizan."
        )
    validate.validate(call.model.input_shape, call.params)
    return gateway.guarded(f"{call.service}:{call.action}", lambda: function(call))

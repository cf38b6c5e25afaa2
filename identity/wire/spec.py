"""The service models of IAM and STS, read from botocore once: names, shapes, errors, secrets."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import NoneType
from typing import Any

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from identity.errors import InvalidAction, MissingAction

SERVICES = {"iam": "2010-05-08", "sts": "2011-06-15"}
# Services whose actions pages are decided and recorded by, while no client can call them.
_RECORDED = {"access-analyzer": ("accessanalyzer", "2019-11-01")}
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# Secrets that the models do not mark as such.
_SECRET_MEMBERS = frozenset(
    {"SessionToken", "TokenCode", "AuthenticationCode1", "AuthenticationCode2"}
)


@cache
def model(service: str) -> ServiceModel:
    """The model of a service; KeyError for one that is not known here.

    The loader alone reads it: a botocore session would cost its whole configuration.
    """
    name, version = _RECORDED.get(service) or (service, SERVICES[service])
    loaded = Loader().load_service_model(name, "service-2", version)
    return ServiceModel(loaded, service)


@cache
def operation(service: str, name: str) -> OperationModel:
    """The model of an operation; KeyError when the service has none of this name."""
    if name not in model(service).operation_names:
        raise KeyError(f"{service} has no operation {name}")
    return model(service).operation_model(name)


def find(version: str, action: str) -> tuple[str, OperationModel]:
    """Service and model for a request's Version and Action.

    Raises MissingAction when there is no Action, InvalidAction when no service has it under
    this Version.
    """
    if not action:
        raise MissingAction("Missing Action")
    for service, api_version in SERVICES.items():
        # Asked before `operation`, so that its cache holds no name that a client invented.
        if version == api_version and action in _action_names(service):
            return service, operation(service, action)
    raise InvalidAction(f"Could not find operation {action} for version {version}")


@cache
def _action_names(service: str) -> frozenset[str]:
    return frozenset(model(service).operation_names)


def verb(name: str) -> str:
    """boto3's verb for an action: `get_user` for `GetUser`."""
    return str(xform_name(name))


@cache
def _actions(service: str) -> dict[str, str]:
    return {verb(name): name for name in _action_names(service)}


def action(service: str, verb_name: str) -> str | None:
    """The action behind boto3's verb, or None."""
    return _actions(service).get(verb_name)


def is_secret(name: str, shape: Shape) -> bool:
    """Whether a member's value may be shown to nobody: neither in a log nor in a message."""
    return name in _SECRET_MEMBERS or bool(shape.metadata.get("sensitive"))


def timestamp(value: datetime) -> str:
    """ISO 8601 as AWS writes it: UTC, whole seconds, `Z`. A naive time is a ValueError."""
    if value.tzinfo is None:
        raise ValueError(f"`{value}` has no time zone")
    return value.astimezone(UTC).isoformat()[:19] + "Z"


_PLAIN = frozenset({str, int, bool, NoneType})


def redact(shape: Shape | None, value: Any) -> Any:
    """A deep copy for the audit log, in JSON types and with CloudTrail's lowerCamel names.

    Sensitive members are replaced by CloudTrail's words for it, and so is whatever the model does
    not know. Takes parameters that were never validated, and does not raise over them.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return _redact_mapping(shape, value)
    if isinstance(value, list | tuple):
        member = shape.member if isinstance(shape, ListShape) else None
        return [redact(member, item) for item in value]
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _redact_mapping(shape: Shape | None, value: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(shape, StructureShape):
        members = _shown(shape)
        return {
            name[:1].lower() + name[1:]: redact(members[name], item) if name in members else HIDDEN
            for name, item in value.items()
        }
    if isinstance(shape, MapShape):
        return {name: redact(shape.value, item) for name, item in value.items()}
    return dict.fromkeys(value, HIDDEN)


@cache
def _shown(shape: StructureShape) -> dict[str, Shape]:
    return {name: member for name, member in shape.members.items() if not is_secret(name, member)}

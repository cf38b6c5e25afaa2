"""The AWS CLI's command for what a page just did, without the secrets in it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from identity.calls import Call
from identity.operations import registry
from identity.wire import spec

LEFT_OUT = "LEFT_OUT"
_AT_MOST = 6
_LONGEST = 4000


def of(calls: list[Call]) -> str:
    """One line for each call that changed something; of very many, the first ones."""
    changes = [call for call in calls if not registry.find(call.service, call.action).read_only]
    lines = [command(call) for call in changes[:_AT_MOST]]
    return "\n".join(line for line in lines if len(line) <= _LONGEST)


def command(call: Call) -> str:
    """`aws iam create-user --user-name bob`: `aws help` of the AWS CLI has the rules."""
    shape = spec.operation(call.service, call.action).input_shape
    words = ["aws", call.service, xform_name(call.action, "-"), *_options(shape, call.params)]
    return " ".join(words)


def _options(shape: Shape | None, params: Mapping[str, Any]) -> Iterator[str]:
    members = shape.members if isinstance(shape, StructureShape) else {}
    for name, value in params.items():
        if name not in members:
            continue
        option = xform_name(name, "-")
        if isinstance(value, bool):
            yield f"--{option}" if value else f"--no-{option}"
        else:
            yield f"--{option} {shlex.quote(_text(_shown(name, members[name], value)))}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _shown(name: str, shape: Shape, value: Any) -> Any:
    """The value with every secret in it replaced."""
    if spec.is_secret(name, shape):
        return LEFT_OUT
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {key: _shown(key, shape.members[key], each) for key, each in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        return [_shown(name, shape.member, each) for each in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: _shown(name, shape.value, each) for key, each in value.items()}
    return value

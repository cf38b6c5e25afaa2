"""The output side of the AWS Query protocol: a result or an error to XML, always well-formed.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from identity.wire.spec import timestamp

# Adds the markup of a value, with its element around it, to the list.
_Writer = Callable[[Any, list[str]], None]

# What cannot stand in XML 1.0 at all (section 2.2), what is markup, and the carriage return,
# which a parser would read as a line feed.
_SPECIAL = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_REPLACEMENT = "\ufffd"
_NOTHING = StructureShape("Nothing", {"type": "structure", "members": {}})


def response(operation: OperationModel, result: Mapping[str, Any], request_id: str) -> bytes:
    """The answer to an operation, from a result in boto3's form.

    An operation without an output shape has no Result element; one whose shape is empty has an
    empty element, for which SDKs look. Members whose value is None are left out; a member that
    the model does not have is a KeyError.
    """
    start, write, end = _frame(operation)
    parts = [start]
    write(result, parts)
    parts.append(end)
    parts.append(escape(request_id))
    parts.append(f"</RequestId></ResponseMetadata></{operation.name}Response>")
    return "".join(parts).encode()


def error(
    code: str,
    message: str,
    sender: bool,
    request_id: str,
    namespace: str,
    encoded_message: str = "",
) -> bytes:
    """The answer of a refusal; `sender` says that the client can mend it.

    `encoded_message` is an element of our own, which SDKs hand on with code and message.
    """
    fault = "Sender" if sender else "Receiver"
    more = f"<EncodedMessage>{escape(encoded_message)}</EncodedMessage>" if encoded_message else ""
    return (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>{more}</Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    ).encode()


def escape(text: str) -> str:
    """Text for an element; a character that XML 1.0 cannot hold becomes U+FFFD."""
    return _SPECIAL.sub(_entity, text) if _SPECIAL.search(text) else text


def _entity(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], _REPLACEMENT)


@cache
def _frame(operation: OperationModel) -> tuple[str, _Writer, str]:
    """What stands before the result's members, how they are written, what stands behind."""
    namespace = operation.service_model.metadata["xmlNamespace"]
    start = f'<{operation.name}Response xmlns="{namespace}">'
    end = "<ResponseMetadata><RequestId>"
    shape = operation.output_shape
    if shape is None:
        return start, _members(_NOTHING), end
    wrapper = shape.serialization["resultWrapper"]
    return f"{start}<{wrapper}>", _members(shape), f"</{wrapper}>{end}"


@cache
def _members(shape: StructureShape) -> _Writer:
    writers = {name: _writer(member, name) for name, member in shape.members.items()}

    def write(value: Mapping[str, Any], parts: list[str]) -> None:
        for name, item in value.items():
            if item is not None:
                writers[name](item, parts)

    return write


def _writer(shape: Shape, tag: str) -> _Writer:
    if isinstance(shape, StructureShape):
        return _around(tag, _members(shape))
    if isinstance(shape, ListShape):
        return _around(tag, _items(_writer(shape.member, "member")))
    if isinstance(shape, MapShape):
        return _around(tag, _entries(_writer(shape.key, "key"), _writer(shape.value, "value")))
    return _scalar(tag, _TEXTS[shape.type_name])


def _around(tag: str, inner: _Writer) -> _Writer:
    start, end = f"<{tag}>", f"</{tag}>"

    def write(value: Any, parts: list[str]) -> None:
        parts.append(start)
        inner(value, parts)
        parts.append(end)

    return write


def _items(item: _Writer) -> _Writer:
    def write(value: Any, parts: list[str]) -> None:
        for element in value:
            item(element, parts)

    return write


def _entries(key: _Writer, value: _Writer) -> _Writer:
    def write(entries: Mapping[str, Any], parts: list[str]) -> None:
        for name, item in entries.items():
            parts.append("<entry>")
            key(name, parts)
            value(item, parts)
            parts.append("</entry>")

    return write


def _scalar(tag: str, text: Callable[[Any], str]) -> _Writer:
    start, end = f"<{tag}>", f"</{tag}>"

    def write(value: Any, parts: list[str]) -> None:
        parts.append(f"{start}{text(value)}{end}")

    return write


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _blob(value: bytes) -> str:
    return base64.b64encode(value).decode()


# Every scalar of the two models; a test builds the writers of all operations.
_TEXTS: dict[str, Callable[[Any], str]] = {
    "string": escape,
    "integer": str,
    "boolean": _boolean,
    "timestamp": timestamp,
    "blob": _blob,
}

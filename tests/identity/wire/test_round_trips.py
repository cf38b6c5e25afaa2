"""botocore on the other end: for every operation, what one side writes the other reads back."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.errors import ValidationError
from identity.wire import form, query, spec, validate, xml

OPERATIONS = [
    spec.operation(service, name)
    for service in spec.SERVICES
    for name in spec.model(service).operation_names
]
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda model: model.name)
few_examples = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))

_CHARACTERS = st.characters(
    exclude_categories=["Cs", "Cc"], include_characters="\t\n\r", exclude_characters="\ufffe\uffff"
)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(_CHARACTERS, max_size=20),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "boolean": st.booleans(),
    "blob": st.binary(max_size=20),
    "timestamp": st.integers(0, 2**37).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
}


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Values of a shape; a structure in it is never empty, since the protocol cannot send that."""
    if isinstance(shape, StructureShape):
        members = {name: values(member) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members).filter(bool)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member), max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(values(shape.key), values(shape.value), min_size=1, max_size=3)
    return _SCALARS[shape.type_name]


def whole(shape: StructureShape | None) -> st.SearchStrategy[Any]:
    return st.just({}) if shape is None or not shape.members else st.just({}) | values(shape)


def test_there_are_191_operations() -> None:
    assert len(OPERATIONS) == 191


@every_operation
@few_examples
@given(data=st.data())
def test_parameters_that_an_sdk_writes_are_read_back(
    operation: OperationModel, data: st.DataObject
) -> None:
    params = data.draw(whole(operation.input_shape))
    body = QuerySerializer().serialize_to_request(params, operation)["body"]
    fields = form.single(form.read(urlencode(body).encode()))
    assert (fields.pop("Version"), fields.pop("Action")) == (
        operation.service_model.api_version,
        operation.name,
    )
    assert query.parse(operation.input_shape, fields) == params


@every_operation
@few_examples
@given(data=st.data())
def test_a_result_that_is_written_is_read_by_an_sdk(
    operation: OperationModel, data: st.DataObject
) -> None:
    result = data.draw(whole(operation.output_shape))
    body = xml.response(operation, result, "request-id")
    answer = {"body": body, "headers": {}, "status_code": 200}
    # botocore passes None for an operation without output, though its annotation forbids it.
    parsed = QueryParser().parse(answer, cast(Shape, operation.output_shape))
    assert parsed.pop("ResponseMetadata")["RequestId"] == "request-id"
    assert parsed == result


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), operation=st.sampled_from(OPERATIONS))
def test_whatever_was_read_is_validated_or_refused_and_can_be_logged(
    data: st.DataObject, operation: OperationModel
) -> None:
    params = data.draw(whole(operation.input_shape))
    with suppress(ValidationError):
        validate.validate(operation.input_shape, params)
    json.dumps(spec.redact(operation.input_shape, params))
    result = data.draw(whole(operation.output_shape))
    json.dumps(spec.redact(operation.output_shape, result))

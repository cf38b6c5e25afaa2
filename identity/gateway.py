"""The one door. Every action, from an SDK or from the console, passes `perform`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError

from identity import audit, authorization, transactions
from identity.callers import Caller
from identity.calls import Call
from identity.errors import (
    AwsError,
    ConcurrentModification,
    InternalFailure,
    ServiceFailure,
    ServiceUnavailable,
)
from identity.facts import Facts
from identity.operations import registry
from identity.operations.registry import Operation, Result
from identity.wire import spec, validate

logger = logging.getLogger(__name__)

_TRIES = 3

Step = TypeVar("Step")


def perform(call: Call) -> Result:
    """Validate, authorise, run in a transaction, record. Raises AwsError, having recorded it.

    A change and its audit event commit together; reads and refusals go to the journal, which
    outlives the process that wrote it.
    """
    return prepared(call)()


def prepared(call: Call) -> Callable[[], Result]:
    """As `perform`, in two steps: all that comes before the transaction now, the rest when called.

    For who has a transaction of its own: hashing inside would hold its locks too long.
    """
    operation = _recorded(call, lambda: _prepare(call))
    return lambda: _recorded(call, lambda: _run(operation, call))


def _recorded(call: Call, step: Callable[[], Step]) -> Step:
    try:
        return guarded(call.permission, step)
    except AwsError as problem:
        audit.refused(call, problem)
        raise


def guarded(permission: str, step: Callable[[], Step]) -> Step:
    """Whatever breaks inside is a refusal: busy when the database is, otherwise our failure."""
    try:
        return step()
    except AwsError:
        raise
    except OperationalError as problem:
        logger.exception("the database did not take %s", permission)
        raise ServiceUnavailable("The database is busy. Try again.") from problem
    except Exception as problem:
        logger.exception("%s failed", permission)
        failure = ServiceFailure if permission.startswith("iam:") else InternalFailure
        raise failure("The request processing has failed.") from problem


def _prepare(call: Call) -> Operation:
    operation = registry.find(call.service, call.action)
    validate.validate(operation.model.input_shape, call.params)
    authorization.authorize(call, operation)
    if operation.prepare:
        call.prepared = operation.prepare(call)
    return operation


def _run(operation: Operation, call: Call) -> Result:
    return _read(operation, call) if operation.read_only else _write(operation, call)


def _read(operation: Operation, call: Call) -> Result:
    result = operation.function(call, call.params) or {}
    audit.answered(call)
    return result


def _write(operation: Operation, call: Call) -> Result:
    """Run and record in one transaction; again when a constraint says that another was faster.

    The second run finds the other's row and refuses in AWS's words.
    """
    begin = transactions.transient if operation.transient else transactions.durable
    for _ in range(_TRIES):
        try:
            with begin():
                result = operation.function(call, call.params) or {}
                audit.changed(call, operation.model, result)
            return result
        except IntegrityError:
            logger.info("%s met a concurrent change", call.permission)
    raise ConcurrentModification("The resource was changed by another request. Try again.")


class Client:
    """The console's SDK: `client.create_user(UserName="li")`, with boto3's verbs and results.

    `performed` are the calls that succeeded, in their order.
    """

    def __init__(self, caller: Caller, facts: Facts, service: str) -> None:
        self._caller, self._facts, self._service = caller, facts, service
        self.performed: list[Call] = []

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        action = spec.action(self._service, verb)
        if action is None:
            raise AttributeError(f"{self._service} has no verb `{verb}`")

        def performed(**params: Any) -> Any:
            call = Call(self._caller, self._service, action, params, self._facts)
            result = perform(call)
            self.performed.append(call)
            return result

        return performed

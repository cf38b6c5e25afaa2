"""Every answered action is authorised: by its own name, on its own resource, closed by default."""

from __future__ import annotations

from typing import Any

import pytest

from identity.callers import Caller
from identity.calls import Call
from identity.errors import AccessDenied, AwsError
from identity.gateway import perform
from identity.models import Account, User
from identity.operations.registry import TABLE, Operation
from tests.factories import make_policy, make_user
from tests.identity.operations.sampled import EVERYTHING, params_of, samples_for

ASKED = sorted(key for key, operation in TABLE.items() if not operation.always_allowed)


@pytest.fixture
def samples(account: Account, ben: User) -> dict[str, Any]:
    return samples_for(account, ben)


def refusal(user: User, operation: Operation, params: dict[str, Any]) -> str:
    """The message with which the call is denied, or "" when something else or nothing stops it."""
    call = Call(Caller(user), operation.service, operation.name, params)
    try:
        perform(call)
    except AccessDenied as problem:
        return problem.message
    except AwsError:
        return ""
    return ""


@pytest.mark.parametrize("key", ASKED, ids=":".join)
def test_an_action_is_asked_by_its_name_on_its_resource(
    key: tuple[str, str], account: Account, samples: dict[str, Any]
) -> None:
    operation = TABLE[key]
    params = params_of(operation, samples)
    action = ":".join(key)
    nobody = make_user(account, "nobody")
    resource = operation.resource(Call(Caller(nobody), *key, params))
    asked = f"is not authorized to perform: {action} on resource: "
    assert asked + resource in refusal(nobody, operation, params)

    exactly = {"Effect": "Allow", "Action": action, "Resource": resource}
    entitled = make_user(account, "entitled", allow=[exactly])
    assert asked + resource not in refusal(entitled, operation, params)

    if resource != "*":
        others = [resource, f"arn:aws:iam::{account.pk}:user/elsewhere"]
        elsewhere = {"Effect": "Allow", "Action": "*", "NotResource": others}
        outsider = make_user(account, "elsewhere", allow=[elsewhere])
        assert asked in refusal(outsider, operation, params)
    denied = make_user(account, "denied", allow=EVERYTHING)
    make_policy(denied, "deny", [{"Effect": "Deny", "Action": action, "Resource": "*"}])
    explicit = "with an explicit deny in an identity-based policy"
    assert refusal(denied, operation, params).endswith(explicit)

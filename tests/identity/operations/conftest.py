"""What the tests of operations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from identity.models import User
from tests.factories import make_document


@pytest.fixture
def simulate(iam: Any, ana: User) -> Callable[..., Any]:
    """The first result of a simulation: of an entity's policies given a `source`, else of texts."""
    client = iam(ana)

    def run(*statements: Any, source: Any = None, action: str = "s3:GetObject", **more: Any) -> Any:
        more.setdefault("ActionNames", [action])
        if statements or source is None:
            more["PolicyInputList"] = [make_document(list(statements))] if statements else []
        if source is None:
            return client.simulate_custom_policy(**more)["EvaluationResults"][0]
        found = client.simulate_principal_policy(PolicySourceArn=source.arn, **more)
        return found["EvaluationResults"][0]

    return run

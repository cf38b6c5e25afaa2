"""Outbound web identity federation: an account issues no tokens to other services."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import User
from tests.refusals import refused


@pytest.mark.parametrize(
    "verb",
    ["get_outbound_web_identity_federation_info", "disable_outbound_web_identity_federation"],
)
def test_it_is_off(iam: Any, ana: User, ben: User, verb: str) -> None:
    with refused("FeatureDisabled", status=404):
        getattr(iam(ana), verb)()
    with refused("AccessDenied", status=403):
        getattr(iam(ben), verb)()


def test_it_cannot_be_turned_on(iam: Any, ana: User) -> None:
    with refused("InvalidAction", status=400):
        iam(ana).enable_outbound_web_identity_federation()

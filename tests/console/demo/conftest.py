"""The demonstrations switched on, and set up in one account by its administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from identity import managed_policies
from identity.models import User
from tests.console.conftest import sign_in
from tests.console.pages import hidden

BASE = "http://testserver"


@pytest.fixture(autouse=True)
def demo_is_on(settings: Any) -> None:
    settings.DEMO = True
    settings.BASE_URL = BASE


@pytest.fixture
def administrator(ana: User) -> Client:
    managed_policies.load()
    return sign_in(ana)


@pytest.fixture
def set_up(administrator: Client) -> Callable[[str], Any]:
    """`set_up("directory")`: as the button does; the answer is the page after it."""

    def press(scenario: str) -> Any:
        fields = hidden(administrator.get("/demo"))
        return administrator.post(f"/demo/{scenario}/set-up", fields, follow=True)

    return press

"""The policy simulator in a real browser: axe in both themes, and 320 pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page

from identity.models import User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.factories import make_policy

pytestmark = needs_browser

ON_IP = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
ASKED = "/iam/simulator?kind=user&name=ben&actions=s3:GetObject%0As3:PutObject&resources=arn:aws:s3"


def test_a_result_with_conditions_and_a_long_resource_is_without_fault(
    opened: Callable[..., Page], ben: User
) -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    make_policy(ben, "own", [{**allow, "Condition": ON_IP}, {**allow, "Action": "s3:GetObject"}])
    check(opened(f"{ASKED}:::b/{'k' * 80}"))


@pytest.fixture
def client(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)

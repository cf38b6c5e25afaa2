"""Browsers that are signed in, without going through the sign-in pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from identity.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    """`signed_in(ana)`: a browser in which ana has just signed in, without MFA."""
    return sign_in


def sign_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    now = timezone.now().isoformat()
    session = browser.session
    session.update({"started_at": now, "seen_at": now, "mfa_at": None, "source_ip": "192.0.2.7"})
    session.save()
    return browser

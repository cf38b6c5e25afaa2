"""Signing in through the pages, as a browser without scripts does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from identity import mfa
from identity.models import User, VirtualMfaDevice
from tests.authenticator import Authenticator
from tests.factories import PASSWORD

WRONG = "Wrong-horse-7"
NEW = "Another-horse-8"


def send_password(
    browser: Client, name: str, password: str = PASSWORD, account: str = "example", query: str = ""
) -> Any:
    return browser.post(f"/sign-in/{account}{query}", {"username": name, "password": password})


def send_root_password(browser: Client, email: str, password: str = PASSWORD) -> Any:
    return browser.post("/sign-in/root/password", {"email": email, "password": password})


def give_device(user: User, name: str = "phone") -> Authenticator:
    """An authenticator app of the user, none of whose codes was used."""
    seed = mfa.new_seed()
    serial = f"arn:aws:iam::{user.account_id}:mfa/{user.pk}-{name}"
    VirtualMfaDevice.objects.create(
        account=user.account,
        user=user,
        name=name,
        serial_number=serial,
        sealed_seed=mfa.seal(seed, serial),
        enabled_at=timezone.now(),
    )
    return Authenticator(serial, seed)


def is_signed_in(browser: Client) -> bool:
    return bool(browser.get("/sign-out").status_code == 200)


def without_tokens(response: Any) -> str:
    """The page without its CSRF token and request ID, which differ on every page."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", page)


def change(browser: Client, new: str = NEW, again: str | None = None) -> Any:
    """Send the page of a forced change."""
    data = {"new_password": new, "again": new if again is None else again}
    return browser.post("/sign-in/password", data)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Move Django's clock on, for views and rows alike."""
    real = timezone.now

    def now() -> datetime:
        return real() + by

    monkeypatch.setattr("django.utils.timezone.now", now)

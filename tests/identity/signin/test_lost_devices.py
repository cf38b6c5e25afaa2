"""Root has lost its devices: password, a link by mail, the password again, and a wait."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mail
from django.test import Client

from console import post
from identity import lost_devices, recovery
from identity.models import RootRecovery, User
from tests.authenticator import Authenticator
from tests.console.conftest import sign_in
from tests.console.pages import text
from tests.entrance import NEW, WRONG, give_device, is_signed_in, later, send_root_password
from tests.events import logged
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

ROOT, LOST = "root@example.test", "/sign-in/mfa/lost"


@pytest.fixture(autouse=True)
def with_mail(settings: Any) -> None:
    settings.MAIL, settings.RECOVERY_HOURS = True, 24


@pytest.fixture
def device(root: User) -> Authenticator:
    recovery.make(root)
    root.account.count(mfa_device_count=1, mfa_device_in_use_count=1)
    return give_device(root)


def letter() -> str:
    post.work()
    post.work()
    return str(sent_mail.outbox[-1].body)


def link() -> str:
    found = re.search(r"/sign-in/root/device/[\w/-]+", letter())
    assert found
    return found.group()


def begun() -> str:
    """The link, after the password and the button."""
    browser = Client()
    send_root_password(browser, ROOT)
    assert "We have sent a link" in text(browser.post(LOST))
    return link()


def confirmed() -> str:
    """The link that keeps the devices, in the mail that tells of the wait."""
    answer = Client().post(begun(), {"password": PASSWORD})
    assert "are removed on" in text(answer)
    return link()


def devices_of(root: User) -> tuple[int, int]:
    return root.mfa_devices.count(), root.recovery_codes.count()


def test_after_the_wait_the_devices_go_and_the_password_alone_signs_in(
    root: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed()
    post.work()
    assert devices_of(root) == (1, 10)
    later(monkeypatch, timedelta(hours=24, seconds=1))
    assert "/me/mfa" in letter()
    assert devices_of(root) == (0, 0)
    assert send_root_password(Client(), ROOT).headers["Location"] == "/home"
    names = list(logged().order_by("time", "id").values_list("name", flat=True))
    assert {"MFARecoveryRequested", lost_devices.CONFIRMED, "DeactivateMFADevice"} <= set(names)


def test_the_link_in_the_mail_keeps_them_by_its_button_alone(
    root: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = confirmed()
    assert Client().get(keeping).status_code == 200
    assert RootRecovery.objects.exists()
    assert Client().post(keeping).status_code == 303
    assert Client().post(keeping).status_code == 410
    later(monkeypatch, timedelta(hours=25))
    post.work()
    assert devices_of(root) == (1, 10)


def test_a_sign_in_with_the_device_keeps_them(root: User, device: Authenticator) -> None:
    confirmed()
    browser = Client()
    send_root_password(browser, ROOT)
    browser.post("/sign-in/mfa/app", {"code": device.code()})
    assert is_signed_in(browser)
    assert not RootRecovery.objects.exists()


def test_a_new_password_keeps_them(
    root: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed()
    root.set_password(NEW)
    root.save()
    later(monkeypatch, timedelta(hours=25))
    post.work()
    assert devices_of(root) == (1, 10)
    assert not RootRecovery.objects.exists()


def test_root_that_is_signed_in_is_told_and_can_keep_them(
    root: User, device: Authenticator
) -> None:
    confirmed()
    browser = sign_in(root)
    assert "about to be removed" in text(browser.get("/me/root"))
    browser.post("/me/root/keep-devices")
    assert "about to be removed" not in text(browser.get("/me/root"))


def test_without_a_wait_they_go_at_once(root: User, device: Authenticator, settings: Any) -> None:
    settings.RECOVERY_HOURS = 0
    assert "within some seconds" in text(Client().post(begun(), {"password": PASSWORD}))
    post.work()
    assert devices_of(root) == (0, 0)


def test_a_wrong_password_begins_nothing_and_the_link_opens_no_other_page(
    root: User, device: Authenticator
) -> None:
    address = begun()
    assert Client().post(address, {"password": WRONG}).status_code == 422
    assert Client().get(address.replace("device", "reset")).status_code == 410
    assert Client().get(address.replace("device/", "device/keep/")).status_code == 410
    assert not RootRecovery.objects.filter(due_at__isnull=False).exists()


def test_the_link_works_once_and_for_fifteen_minutes(
    root: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = begun()
    Client().post(used, {"password": PASSWORD})
    assert Client().get(used).status_code == 410
    late = begun()
    later(monkeypatch, timedelta(minutes=16))
    assert Client().get(late).status_code == 410


def test_an_iam_user_is_sent_no_link(ana: User, device: Authenticator) -> None:
    assert Client().post(LOST).status_code == 303
    assert not RootRecovery.objects.exists()


def test_without_mail_there_is_the_command_alone(
    root: User, device: Authenticator, settings: Any
) -> None:
    settings.MAIL = False
    browser = Client()
    send_root_password(browser, ROOT)
    page = text(browser.post(LOST))
    assert "Verify by e-mail" not in page
    assert "--remove-mfa" in page
    assert not RootRecovery.objects.exists()

"""One's own credentials, account settings and the activity log in a real browser, as in
test_users_in_browser.py: axe in both themes, and 320 pixels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from identity import recovery
from identity.models import Account, Event, PasswordPolicy, User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit
from tests.console.test_events import record
from tests.console.test_security_credentials import add_app, with_mfa
from tests.console.test_user_credentials import make_device
from tests.factories import PASSWORD, make_key, make_login_profile

pytestmark = needs_browser

PAGES = {
    "me": "/me",
    "password": "/me/password",
    "devices": "/me/mfa",
    "add app": "/me/mfa/add/app",
    "recovery codes": "/me/mfa/recovery-codes",
    "keys": "/me/keys",
    "create key": "/me/keys/create",
    "account settings": "/iam/account-settings",
    "alias": "/iam/account-settings/alias",
    "delete alias": "/iam/account-settings/alias/delete",
    "password policy": "/iam/account-settings/password-policy",
    "activity": "/activity",
    "activity, no match": "/activity?name=Nothing",
    "activity, wrong filter": "/activity?since=yesterday",
    "preferences": "/preferences",
}


@pytest.fixture
def client(signed_in: SignedIn, ana: User, account: Account) -> Client:
    """ana's browser, with MFA, in an account where every kind of row is on the pages."""
    make_login_profile(ana)
    make_key(ana)
    make_key(ana, active=False)
    make_device(ana, "phone")
    recovery.make(ana)
    PasswordPolicy.objects.create(account=account, max_password_age=90, require_symbols=True)
    hour = timedelta(hours=1)
    for number in range(60):
        record(ana, "CreateUser", time=timezone.now() - number * hour, source_ip="192.0.2.7")
    record(ana, "GetUser", error_code="AccessDenied", access_key_id="AKIAIOSFODNN7EXAMPLE")
    return with_mfa(signed_in(ana))


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_without_fault(opened: Callable[..., Page], name: str) -> None:
    check(opened(PAGES[name]))


@pytest.mark.django_db
def test_forms_with_errors_confirmations_and_secrets_are_without_fault(
    opened: Callable[..., Page],
    client: Client,
    ana: User,
) -> None:
    event = Event.objects.filter(name="GetUser").latest("time")
    check(opened(f"/activity/{event.id}"))
    check(opened("/me/password", old_password=PASSWORD, new_password="short", again="other"))
    check(opened("/me/mfa/add/app", **hidden(client.get("/me/mfa/add/app")), name="a b", code="1"))
    serial = ana.mfa_devices.get().serial_number
    check(opened(f"/me/mfa/remove?serial={serial}"))
    key = ana.access_keys.filter(active=True).get()
    check(opened(f"/me/keys/{key.id}/delete"))
    policy = "/iam/account-settings/password-policy"
    wrong = {**hidden(client.get(policy)), "preset": "custom", "minimum_length": "2"}
    check(opened(policy, **wrong))
    codes = submit(client, "/me/mfa/recovery-codes", password=PASSWORD)
    check(opened(codes.headers["Location"]))


@pytest.mark.django_db
def test_pages_of_root_and_of_people_without_rights_are_without_fault(
    opened: Callable[..., Page],
    client: Client,
    root: User,
    ben: User,
) -> None:
    for user in (root, ben):
        client.force_login(user)
        session = client.session
        now = timezone.now().isoformat()
        session.update({"started_at": now, "seen_at": now})
        session.save()
        for address in ("/me", "/me/password", "/me/keys/create", "/activity"):
            check(opened(address))
    check(opened("/iam/account-settings"))
    assert add_app(client).status_code == 403

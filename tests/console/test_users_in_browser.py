"""Home, the dashboard and the user pages in a real browser: axe in both themes, and 320 pixels.

The test client asks for the pages and hands them to the browser: no server, no second thread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from identity.models import Account, User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit
from tests.console.test_user_credentials import make_device
from tests.factories import ADMINISTRATOR, make_key, make_policy, make_user

pytestmark = needs_browser

SSH_KEY = "APKA" + "A" * 17


@pytest.fixture
def client(signed_in: SignedIn, ana: User, account: Account) -> Client:
    """ana's browser in an account where every kind of row is on the pages."""
    make_policy(ana, "AdministratorAccess", ADMINISTRATOR)
    bob = make_user(account, "bob", path="/staff/")
    bob.password_last_used_at = timezone.now() - timedelta(hours=2)
    bob.save()
    make_key(bob)
    make_key(bob, active=False)
    make_device(bob, "phone")
    make_policy(bob, "ReadUsers", [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}])
    bob.tags.create(key="team", value="red")
    bob.ssh_public_keys.create(id=SSH_KEY, body="ssh-rsa AAAA")
    bob.service_specific_credentials.create(
        id="ACCA" + "A" * 17, service="codecommit.amazonaws.com", login="bob", is_api_key=False
    )
    make_user(account, "a-user-name-of-sixty-four-characters-is-as-long-as-they-can-be-xx")
    for number in range(30):
        make_user(account, f"user-{number:02}")
    return signed_in(ana)


def device_url(account: Account) -> str:
    serial = quote(f"arn:aws:iam::{account.id}:mfa/phone", safe="")
    return f"/iam/users/bob/mfa/remove?serial={serial}"


PAGES = {
    "home": "/home",
    "dashboard": "/iam",
    "list": "/iam/users",
    "list, no match": "/iam/users?q=zzz",
    "create: details": "/iam/create-user",
    "permissions": "/iam/users/bob/permissions",
    "permissions of somebody without": "/iam/users/user-00/permissions",
    "tags": "/iam/users/bob/tags",
    "activity": "/iam/users/ana/activity",
    "security credentials": "/iam/users/bob/security-credentials",
    "edit": "/iam/users/bob/edit",
    "delete": "/iam/users/bob/delete",
    "delete oneself": "/iam/users/ana/delete",
    "create policy": "/iam/users/bob/inline/create",
    "edit policy": "/iam/users/bob/inline/ReadUsers/edit",
    "delete policy": "/iam/users/bob/inline/ReadUsers/delete",
    "password": "/iam/users/bob/password",
    "create key": "/iam/users/bob/keys/create",
    "upload SSH key": "/iam/users/bob/credentials/ssh-keys/add",
    "delete SSH key": f"/iam/users/bob/credentials/ssh-keys/{SSH_KEY}/delete",
    "create service credential": "/iam/users/bob/credentials/service-credentials/add",
    "not there": "/iam/users/nobody/permissions",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_without_fault(opened: Callable[..., Page], name: str) -> None:
    check(opened(PAGES[name]))


@pytest.mark.django_db
def test_forms_with_errors_and_secrets_are_without_fault(
    opened: Callable[..., Page], client: Client, account: Account
) -> None:
    fields = hidden(client.get("/iam/create-user"))
    check(
        opened(
            "/iam/create-user", **fields, name="a b", access="password", password_kind="generated"
        )
    )
    step2 = submit(
        client,
        "/iam/create-user",
        name="dana",
        path="/",
        access="password",
        password_kind="generated",
    )
    check(opened(step2.headers["Location"]))
    done = submit(client, step2.headers["Location"], grant="nothing")
    check(opened(done.headers["Location"]))
    check(opened(device_url(account)))
    key_id = account.iam_users.get(name="bob").access_keys.filter(active=True).get().id
    check(opened(f"/iam/users/bob/keys/{key_id}/delete"))


@pytest.mark.django_db
def test_the_wizard_shows_the_password_only_after_show(
    opened: Callable[..., Page], client: Client
) -> None:
    step2 = submit(
        client,
        "/iam/create-user",
        name="dana",
        path="/",
        access="password",
        password_kind="generated",
    )
    done = submit(client, step2.headers["Location"], grant="nothing")
    page = opened(done.headers["Location"])
    password = page.locator("output[data-source]")
    assert not password.is_visible()
    page.locator(".secret summary").click()
    assert password.is_visible()

"""Deleting a user: what goes is listed, the name is typed, and it is all or nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from identity.models import (
    AccessKey,
    Account,
    PolicyUsage,
    ServiceSpecificCredential,
    SigningCertificate,
    SSHPublicKey,
    User,
    UserPolicy,
)
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.console.test_user_credentials import make_device
from tests.events import logged
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_group,
    make_key,
    make_login_profile,
    make_managed_policy,
    make_policy,
    make_user,
)

DELETE = "/iam/users/dana/delete"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def dana(account: Account) -> User:
    """Somebody with one of everything."""
    user = make_login_profile(make_user(account, "dana", allow=["iam:GetUser"]))
    make_key(user)
    make_key(user, active=False)
    make_device(user, "phone")
    attach(user, make_managed_policy(account, "readers", ADMINISTRATOR))
    make_group(account, "devs", user)
    user.tags.create(key="team", value="red")
    SSHPublicKey.objects.create(id="APKA" + "A" * 17, user=user, body="ssh-rsa AAAA")
    SigningCertificate.objects.create(account=account, user=user, certificate_id="B" * 32)
    ServiceSpecificCredential.objects.create(
        id="ACCA" + "A" * 17, user=user, service="x", login="dana", is_api_key=False
    )
    return user


def test_the_page_lists_what_goes(browser: Client, dana: User) -> None:
    words = text(browser.get(DELETE))
    assert "Console password 1, console sessions end now" in words
    for key in dana.access_keys.all():
        assert f"{key.id} , never used" in words
    assert "mfa/phone" in words
    assert f"SSH public keys 1 APKA{'A' * 17}" in words
    assert f"Service-specific credentials 1 ACCA{'A' * 17}" in words
    assert f"Signing certificates 1 {'B' * 32}" in words
    assert "Inline policies 1 test" in words
    assert "Attached policies 1 readers" in words
    assert "Groups 1 devs" in words


@pytest.mark.parametrize("typed", ["", "dan", "dana2", "ana"])
def test_without_the_name_nothing_goes(browser: Client, dana: User, typed: str) -> None:
    assert submit(browser, DELETE, confirm=typed).status_code == 422
    assert User.objects.filter(pk=dana.pk).exists()
    assert dana.access_keys.count() == 2


def test_everything_goes_and_each_part_has_its_event(
    browser: Client, signed_in: SignedIn, dana: User, account: Account
) -> None:
    danas = signed_in(dana)
    before = account.iam_users.count()
    answer = submit(browser, DELETE, confirm=" DANA ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/iam/users")
    assert "User dana was deleted." in text(browser.get("/iam/users"))
    events = logged().filter(read_only=False, name__startswith="De")
    assert sorted(events.values_list("name", flat=True)) == [
        "DeactivateMFADevice",
        "DeleteAccessKey",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "DeleteSSHPublicKey",
        "DeleteServiceSpecificCredential",
        "DeleteSigningCertificate",
        "DeleteUser",
        "DeleteUserPolicy",
        "DeleteVirtualMFADevice",
        "DetachUserPolicy",
    ]
    assert logged().filter(name="RemoveUserFromGroup").count() == 1
    assert not PolicyUsage.objects.in_use().exists()
    account.refresh_from_db()
    assert account.user_count == before - 1 == account.iam_users.count()
    assert account.mfa_device_count == 0
    assert danas.get("/home").status_code == 302
    assert browser.get("/iam/users/dana").status_code == 410


def test_a_part_that_is_refused_leaves_everything(
    signed_in: SignedIn, account: Account, dana: User
) -> None:
    helper = make_user(account, "helper", allow=ADMINISTRATOR)
    deny = {"Effect": "Deny", "Action": "iam:DeleteUserPolicy", "Resource": "*"}
    make_policy(helper, "but", [deny])
    answer = submit(signed_in(helper), DELETE, confirm="dana")
    assert answer.status_code == 403
    assert "iam:DeleteUserPolicy" in text(answer)
    dana.refresh_from_db()
    assert dana.has_console_password
    assert AccessKey.objects.filter(user=dana).count() == 2
    assert dana.mfa_devices.count() == 1
    assert UserPolicy.objects.filter(user=dana).exists()
    assert not logged().filter(name__startswith="Delete").exists()


def test_nobody_deletes_themselves(browser: Client, ana: User) -> None:
    for answer in (
        browser.get("/iam/users/ana/delete"),
        browser.post("/iam/users/ana/delete", {"confirm": "ana"}),
    ):
        assert "You cannot delete yourself" in text(answer)
    assert User.objects.filter(pk=ana.pk).exists()


def test_root_is_no_user_to_delete(browser: Client, root: User) -> None:
    for name in ("root", f"~{root.unique_id}"):
        assert browser.get(f"/iam/users/{name}/delete").status_code == 404


def test_the_same_confirmation_sent_twice_leads_to_the_same_place(
    browser: Client, dana: User
) -> None:
    fields = {**hidden(browser.get(DELETE)), "confirm": "dana"}
    first, second = browser.post(DELETE, fields), browser.post(DELETE, fields)
    assert first.headers["Location"] == second.headers["Location"] == "/iam/users"
    assert browser.post(DELETE, {"confirm": "dana"}).status_code == 404

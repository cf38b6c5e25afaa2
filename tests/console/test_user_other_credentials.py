"""SSH keys, signing certificates and service credentials, in the hands of an administrator."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from identity.models import ServiceSpecificCredential, SigningCertificate, SSHPublicKey, User
from tests.certificates import make_certificate, rsa_key, ssh_line
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.factories import make_user

HERE = "/iam/users/ben/security-credentials"
BASE = "/iam/users/ben/credentials"
BEDROCK = "bedrock.amazonaws.com"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, ben: User) -> Client:
    return signed_in(ana)


def make_key(user: User, number: int = 0) -> SSHPublicKey:
    return SSHPublicKey.objects.create(id=f"APKA{number:017}", user=user, body=f"ssh-rsa {number}")


def test_each_kind_has_its_section_with_a_count(browser: Client, ben: User) -> None:
    make_key(ben)
    words = text(browser.get(HERE))
    assert "SSH public keys (1)" in words
    assert "Service-specific credentials (0)" in words
    assert "Signing certificates (0)" in words


def test_a_key_and_a_certificate_are_uploaded(browser: Client, ben: User) -> None:
    for kind, body in (("ssh-keys", ssh_line(rsa_key())), ("signing-certificates", "")):
        answer = submit(browser, f"{BASE}/{kind}/add", body=body or make_certificate().pem)
        assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    assert ben.ssh_public_keys.get().id in text(browser.get(HERE))
    assert ben.signing_certificates.get().active


@pytest.mark.parametrize("kind", ["ssh-keys", "signing-certificates"])
def test_what_is_refused_stays_in_the_form_with_the_reason(browser: Client, kind: str) -> None:
    answer = submit(browser, f"{BASE}/{kind}/add", body="garbage <b>")
    assert answer.status_code == 422
    assert "garbage &lt;b&gt;" in answer.content.decode()
    assert "PEM" in text(answer)


def test_a_password_for_a_service_is_shown_once(browser: Client, ben: User) -> None:
    fields = {"service": "codecommit.amazonaws.com", "days": ""}
    answer = submit(browser, f"{BASE}/service-credentials/add", **fields)
    page = answer.headers["Location"]
    given = browser.get(page).context["secrets"].values
    assert given["User name"] == f"ben-at-{ben.account_id}"
    assert given["Password or API key"].encode() in browser.get(f"{page}/csv").content
    browser.post(page)
    assert browser.get(page).status_code == 410


def test_an_api_key_may_expire_and_a_password_not(browser: Client, ben: User) -> None:
    url = f"{BASE}/service-credentials/add"
    refused = submit(browser, url, service="codecommit.amazonaws.com", days="3")
    assert "Only API keys can expire." in text(refused)
    answer = submit(browser, url, service=BEDROCK, days="3")
    given = browser.get(answer.headers["Location"]).context["secrets"].values
    assert given["Password or API key"].startswith("ABSK")
    assert ServiceSpecificCredential.objects.get().expires_at is not None


def test_one_is_deactivated_and_activated(browser: Client, ben: User) -> None:
    key = make_key(ben)
    for status in ("Inactive", "Active"):
        browser.post(f"{BASE}/ssh-keys/{key.id}/status", {"status": status})
        key.refresh_from_db()
        assert key.active == (status == "Active")


def test_an_active_one_is_deleted_when_its_end_is_typed(browser: Client, ben: User) -> None:
    key = make_key(ben, 1234)
    url = f"{BASE}/ssh-keys/{key.id}/delete"
    assert submit(browser, url, confirm="0000").status_code == 422
    assert submit(browser, url, confirm="1234").status_code == 303
    assert not SSHPublicKey.objects.exists()


def test_an_inactive_one_needs_no_typing(browser: Client, ben: User, account: Any) -> None:
    made = SigningCertificate.objects.create(
        account=account, user=ben, certificate_id="B" * 32, active=False
    )
    url = f"{BASE}/signing-certificates/{made.certificate_id}/delete"
    assert submit(browser, url).status_code == 303
    assert not SigningCertificate.objects.exists()


@pytest.mark.parametrize("kind", ["ssh-keys", "service-credentials", "signing-certificates"])
def test_one_that_is_not_there_is_not_found(browser: Client, kind: str) -> None:
    assert browser.get(f"{BASE}/{kind}/APKA{'A' * 28}/delete").status_code == 404
    answer = browser.post(f"{BASE}/{kind}/APKA{'A' * 28}/status", {"status": "Active"})
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["passwords", "ssh_keys", "SSH-KEYS"])
def test_other_kinds_are_not_there(browser: Client, kind: str) -> None:
    assert browser.get(f"{BASE}/{kind}/add").status_code == 404


def test_the_button_of_a_full_kind_says_why_it_is_off(browser: Client, ben: User) -> None:
    for number in range(5):
        make_key(ben, number)
    assert "This user has as many as a user may have." in text(browser.get(HERE))


def test_who_may_not_list_a_kind_reads_which_right_is_missing(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    make_key(ben)
    browser = signed_in(make_user(ana.account, "dev", allow=["iam:GetUser"]))
    words = text(browser.get(HERE))
    assert "Needs iam:ListSSHPublicKeys." in words
    assert "APKA" not in words
    answer = browser.post(f"{BASE}/ssh-keys/APKA{0:017}/status", {"status": "Inactive"})
    assert answer.status_code == 403
    assert ben.ssh_public_keys.get().active

"""Before sensitive acts people prove again that it is them; what they had typed waits for it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from console import step_up
from console.models import KeptForm
from console.providers import OIDC, SAML, address
from federation.models import OidcProvider, SamlProvider
from identity import journal, recovery, reproof, vault
from identity.models import PasswordPolicy, User
from tests.console.conftest import sign_in
from tests.console.pages import hidden, inputs, text
from tests.entrance import WRONG, give_device
from tests.events import logged
from tests.factories import PASSWORD, make_login_profile
from tests.security_key import SecurityKey

pytestmark = pytest.mark.django_db

POLICY = "/iam/account-settings/password-policy"
TYPED = {"preset": "custom", "minimum_length": "17", "max_age": "30"}


def aged(user: User, minutes: int = 11, **session: Any) -> Client:
    """A browser whose sign-in is some minutes old."""
    browser = sign_in(user)
    kept = browser.session
    kept["started_at"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    kept.update(session)
    kept.save()
    return browser


def send(browser: Client, address: str = POLICY, **typed: str) -> Any:
    return browser.post(address, {**hidden(browser.get(address)), **(typed or TYPED)})


def asked(answer: Any) -> str:
    """The address of the page that asks, having seen that it was asked."""
    assert answer.status_code == 303
    address = str(answer.headers["Location"])
    assert urlsplit(address).path == "/reauthenticate"
    return address


def after(address: str) -> str:
    return unquote(parse_qs(urlsplit(address).query)["next"][0])


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


def test_an_act_waits_for_the_password_and_the_form_comes_back_filled_in(ana: User) -> None:
    browser = aged(ana)
    page = asked(send(browser))
    assert not PasswordPolicy.objects.exists()
    assert "Change the password policy" in text(browser.get(page))
    proved = browser.post(page, {"password": PASSWORD})
    assert proved.status_code == 303
    assert proved.headers["Location"] == after(page)
    back = browser.get(after(page))
    assert "Nothing was changed. Check and send again." in text(back)
    values = {field["name"]: field.get("value") for field in inputs(back) if "name" in field}
    assert (values["minimum_length"], values["max_age"]) == ("17", "30")
    assert not PasswordPolicy.objects.exists()
    assert send(browser, after(page)).status_code == 303
    assert PasswordPolicy.objects.get().minimum_password_length == 17


def test_for_ten_minutes_nobody_is_asked_again(ana: User) -> None:
    browser = aged(ana)
    browser.post(asked(send(browser)), {"password": PASSWORD})
    assert send(browser).headers["Location"] == "/iam/account-settings"
    assert send(browser).headers["Location"] == "/iam/account-settings"


def test_a_fresh_sign_in_is_proof_enough(ana: User) -> None:
    assert send(aged(ana, minutes=9)).headers["Location"] == "/iam/account-settings"


def test_a_wrong_password_proves_nothing_and_is_recorded(ana: User) -> None:
    browser = aged(ana)
    page = asked(send(browser))
    refused = browser.post(page, {"password": WRONG})
    assert refused.status_code == 422
    assert WRONG not in refused.content.decode()
    asked(send(browser))
    journal.drain()
    (event,) = logged().filter(name=reproof.REAUTHENTICATE)
    assert event.response_elements == {reproof.REAUTHENTICATE: "Failure"}


def test_who_has_a_device_proves_it_with_the_device(ana: User) -> None:
    device = give_device(ana)
    browser = aged(ana, mfa_at=(timezone.now() - timedelta(minutes=11)).isoformat())
    page = asked(send(browser))
    assert browser.post(page, {"password": PASSWORD}).status_code == 422
    codes = recovery.make(ana)
    assert browser.post(page, {"code": codes[0]}).status_code == 422
    code = device.code()
    assert browser.post(page, {"code": code}).status_code == 303
    assert send(browser).headers["Location"] == "/iam/account-settings"
    other = aged(ana, mfa_at=None)
    assert other.post(asked(send(other)), {"code": code}).status_code == 422, "used once"


def test_a_key_proves_it_too(ana: User) -> None:
    browser = sign_in(ana)
    key = SecurityKey("http://localhost")
    page = browser.get("/me/mfa/add/key", headers={"host": "localhost"})
    sent = {**hidden(page), "name": "key", "credential": key.create(page.context["options"])}
    made = browser.post("/me/mfa/add/key", sent, headers={"host": "localhost"})
    assert made.status_code == 303
    browser = aged(ana, mfa_at=None)
    page = browser.get("/reauthenticate?next=/me", headers={"host": "localhost"})
    answer = {"credential": key.get(page.context["options"])}
    proved = browser.post("/reauthenticate?next=/me", answer, headers={"host": "localhost"})
    assert (proved.status_code, proved.headers["Location"]) == (303, "/me")
    replayed = browser.post("/reauthenticate?next=/me", answer, headers={"host": "localhost"})
    assert replayed.status_code == 422


def test_a_button_on_another_page_leads_back_to_that_page(ana: User) -> None:
    browser = aged(ana)
    answer = browser.post(
        "/me/keys/AKIA/status",
        {"status": "Inactive"},
        headers={"referer": "http://testserver/me?x=1"},
    )
    assert after(asked(answer)) == "/me?x=1"
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    "hostile", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_the_proof_leads_to_no_other_site(ana: User, hostile: str) -> None:
    browser = aged(ana)
    answer = browser.post(
        "/me/keys/AKIA/status", {"status": "Inactive"}, headers={"referer": hostile}
    )
    assert after(asked(answer)).startswith("/me/keys/AKIA/status?kept=")
    page = browser.get("/reauthenticate", {"next": hostile})
    assert "evil" not in page.content.decode()
    proved = browser.post(f"/reauthenticate?next={hostile}", {"password": PASSWORD})
    assert proved.headers["Location"] == "/home"


def test_what_is_kept_is_sealed_and_holds_no_secret(ana: User, ben: User) -> None:
    make_login_profile(ben)
    asked(send(aged(ana), "/iam/users/ben/password", how="custom", password="Hidden-horse-1"))
    row = KeptForm.objects.get()
    assert b"custom" not in bytes(row.sealed)
    fields = json.loads(vault.unseal(row.sealed, row.purpose))
    assert "Hidden-horse-1" not in str(fields)
    assert not any(name in dict(fields) for name in ("form_token", "csrfmiddlewaretoken"))


def test_nobody_else_is_shown_what_was_kept(ana: User, cleo: User) -> None:
    page = asked(send(aged(ana)))
    seen = sign_in(cleo).get(after(page))
    assert "Nothing was changed" not in text(seen)
    assert 'value="17"' not in seen.content.decode()


def test_the_session_gets_a_new_key_with_the_proof(ana: User) -> None:
    browser = aged(ana)
    before = browser.cookies["sid"].value
    browser.post("/reauthenticate", {"password": PASSWORD})
    assert browser.cookies["sid"].value != before
    copied = Client()
    copied.cookies["sid"] = before
    assert copied.get("/home").status_code == 302


def test_every_act_is_the_name_of_a_page() -> None:
    names = {p.name for p in get_resolver().url_patterns if isinstance(p, URLPattern)}
    assert set(step_up.ACTS) <= names


def test_what_an_identity_provider_is_trusted_by_takes_a_proof(ana: User) -> None:
    openid = OidcProvider.objects.create(account=ana.account, url="idp.example.com")
    saml = SamlProvider.objects.create(
        account=ana.account, name="Corp", metadata="<x/>", valid_until=timezone.now()
    )
    pages = [
        *(address(OIDC, openid.url, f"provider-{page}") for page in ("sign-on", "thumbprints")),
        address(SAML, saml.name, "provider-encryption"),
    ]
    for page in pages:
        typed = {"secret": "hidden-1", "private_key": "hidden-2", "roles": "kept"}
        asked(send(aged(ana), page, **typed))
        row = KeptForm.objects.get(path=page)
        fields = json.loads(vault.unseal(row.sealed, row.purpose))
        assert "hidden" not in str(fields)
        assert ["roles", "kept"] in fields

"""The page *Encryption* of a SAML provider: the mode, and the private keys."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from federation import private_keys
from federation.models import SamlPrivateKey, SamlProvider
from identity.models import Account, User
from tests.console.conftest import sign_in
from tests.console.pages import hidden, submit, text
from tests.events import logged
from tests.factories import make_user
from tests.federation.documents import pem
from tests.federation.test_saml_sign_in import make_provider

AT = "/iam/providers/saml/Corp/encryption"


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return make_provider(account)


@pytest.fixture
def browser(ana: User, provider: SamlProvider) -> Client:
    return sign_in(ana)


def key_id() -> str:
    return SamlPrivateKey.objects.latest("pk").key_id


def test_a_key_is_added_listed_required_and_removed_and_never_shown(
    browser: Client, provider: SamlProvider
) -> None:
    assert submit(browser, AT, act="mode", mode="Required").status_code == 422
    assert submit(browser, AT, act="add", private_key=pem("ec")).headers["Location"] == AT
    kept = SamlPrivateKey.objects.get()
    assert private_keys.pem_of(kept).decode() == pem("ec")
    shown = browser.get(AT).content.decode()
    assert kept.key_id in shown
    assert "PRIVATE KEY" not in shown
    assert submit(browser, AT, act="mode", mode="Required").status_code == 303
    provider.refresh_from_db()
    assert provider.encryption == "Required"
    remove = f"{AT}/{kept.key_id}/remove"
    assert "It is the last one, and encryption is required." in text(browser.get(remove))
    assert submit(browser, remove, confirm="remove").status_code == 422
    assert submit(browser, AT, act="mode", mode="Allowed").status_code == 303
    assert submit(browser, remove, confirm="no").status_code == 422
    assert submit(browser, remove, confirm="remove").headers["Location"] == AT
    assert not SamlPrivateKey.objects.exists()
    assert browser.get(remove).status_code == 404
    events = logged().filter(name="UpdateSAMLProvider", error_code="")
    assert "PRIVATE KEY" not in str([event.describe() for event in events])


def test_a_file_is_as_good_and_two_keys_are_the_most(
    browser: Client, provider: SamlProvider
) -> None:
    for form in ("PKCS8", "TraditionalOpenSSL"):
        file = SimpleUploadedFile("key.pem", pem(form=form).replace("\n", "\r\n").encode())
        fields = {**hidden(browser.get(AT)), "act": "add", "file": file}
        assert browser.post(AT, fields).status_code == 303, form
    page = text(browser.get(AT))
    assert "There are two, which is the most." in page
    assert "Add private key" not in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("", "Choose a file or paste"),
        ("-----BEGIN PRIVATE KEY-----", "not an unencrypted private key"),
        ("x" * 5_000, "3600"),
        ("ed25519", "neither RSA nor EC"),
    ],
    ids=["nothing", "no key", "too long", "of a kind that decrypts nothing"],
)
def test_what_is_no_key_is_refused_at_its_field_and_not_sent_back(
    browser: Client, provider: SamlProvider, sent: str, words: str
) -> None:
    given = pem("ed25519") if sent == "ed25519" else sent
    answer = submit(browser, AT, act="add", private_key=given)
    assert answer.status_code == 422
    assert words in text(answer)
    assert "BEGIN PRIVATE" not in answer.content.decode()
    assert not SamlPrivateKey.objects.exists()


def test_a_file_that_is_no_text_or_too_long_is_refused(
    browser: Client, provider: SamlProvider
) -> None:
    for content, words in ((b"\xff\xfe", "not PEM text"), (b"x" * 4_000, "longer than")):
        fields = {**hidden(browser.get(AT)), "act": "add"}
        answer = browser.post(AT, {**fields, "file": SimpleUploadedFile("k", content)})
        assert (answer.status_code, words in text(answer)) == (422, True), words


def test_who_only_reads_changes_nothing(account: Account, provider: SamlProvider) -> None:
    kept = private_keys.add(provider, pem("ec"))
    reader = sign_in(make_user(account, "rui", allow=["iam:Get*", "iam:List*"]))
    assert kept.key_id in text(reader.get(AT))
    submit(reader, AT, act="add", private_key=pem("ec"))
    submit(reader, AT, act="mode", mode="Required")
    submit(reader, f"{AT}/{kept.key_id}/remove", confirm="remove")
    provider.refresh_from_db()
    assert (SamlPrivateKey.objects.count(), provider.encryption) == (1, "Allowed")


def test_another_account_and_who_may_nothing_see_no_key(
    provider: SamlProvider, ben: User, cleo: User
) -> None:
    kept = private_keys.add(provider, pem("ec"))
    for page in (AT, f"{AT}/{kept.key_id}/remove"):
        assert sign_in(cleo).get(page).status_code == 404
        assert sign_in(ben).get(page).status_code == 403

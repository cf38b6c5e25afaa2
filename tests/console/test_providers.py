"""The pages of identity providers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from federation.models import SamlProvider
from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import make_document, make_role
from tests.federation.documents import IDP, metadata

ADD = "/iam/add-provider"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def corp(browser: Client) -> str:
    answer = submit(browser, ADD, name="Corp", document=metadata(), act="add")
    return str(answer.headers["Location"]).removesuffix("/added")


def test_nothing_is_there_at_first(browser: Client) -> None:
    assert "No providers" in text(browser.get("/iam/providers"))


def test_a_saml_provider_is_added_from_pasted_text(browser: Client, corp: str) -> None:
    assert corp == "/iam/providers/saml/Corp"
    assert SamlProvider.objects.get().metadata == metadata()
    shown = text(browser.get(corp))
    assert "/saml/acs/SAMLSP" in shown
    known = text(browser.get(f"{corp}/metadata"))
    assert IDP in known
    assert "EC secp256r1" in known
    assert "Corp" in text(browser.get("/iam/providers"))


def test_a_file_is_previewed_and_then_added(browser: Client) -> None:
    file = SimpleUploadedFile("idp.xml", metadata().encode())
    preview = submit(browser, ADD, name="Corp", file=file, act="preview")
    assert preview.status_code == 200
    assert "What the metadata says" in text(preview)
    assert "CN=idp0.example.com" in text(preview)
    assert not SamlProvider.objects.exists()
    fields = {**hidden(preview), "name": "Corp", "document": metadata(), "act": "add"}
    assert browser.post(ADD, fields).status_code == 303
    assert SamlProvider.objects.get().name == "Corp"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"document": ""}, "Choose a file, give its address or paste its text."),
        ({"document": f"<!DOCTYPE x>{metadata()}"}, "a document type declaration is not allowed"),
        ({"document": "<x"}, "not well-formed"),
        ({"file": b"\xff\xfe"}, "not UTF-8"),
        ({"file": b"x" * (1024 * 1024 + 1)}, "larger than 1 MiB"),
        ({"document": metadata(), "name": "a b"}, "Provider names may hold"),
        ({"document": metadata(more=' validUntil="2020-01-01T00:00:00Z"')}, "valid until 2020"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    browser: Client, given: dict[str, Any], words: str
) -> None:
    if "file" in given:
        given = {"file": SimpleUploadedFile("idp.xml", given["file"])}
    answer = submit(browser, ADD, **{"name": "Corp", "act": "add", **given})
    assert answer.status_code == 422
    assert words in text(answer)
    assert not SamlProvider.objects.exists()


def test_a_name_that_is_taken_is_said_at_the_name(browser: Client, corp: str) -> None:
    answer = submit(browser, ADD, name="Corp", document=metadata(), act="add")
    assert answer.status_code == 422
    assert "already exists" in text(answer)


def test_tags_are_saved(browser: Client, corp: str) -> None:
    answer = submit(browser, f"{corp}/tags", key_1="team", value_1="red")
    assert answer.status_code == 303, text(answer)
    assert SamlProvider.objects.get().tags == [{"Key": "team", "Value": "red"}]


def test_roles_that_trust_a_provider_are_named(
    browser: Client, corp: str, account: Account
) -> None:
    trusted = {"Federated": SamlProvider.objects.get().arn}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRoleWithSAML"}
    make_role(account, "sso", trust=make_document([statement]))
    make_role(account, "other")
    for page in (f"{corp}/roles", f"{corp}/delete"):
        assert "sso" in text(browser.get(page))
        assert "other" not in text(browser.get(page))


def test_who_may_not_see_providers_sees_none(signed_in: SignedIn, corp: str, ben: User) -> None:
    browser = signed_in(ben)
    assert "Corp" not in text(browser.get("/iam/providers"))
    assert "iam:ListSAMLProviders" in text(browser.get("/iam/providers"))
    for page in (corp, *(f"{corp}/{tab}" for tab in ("tags", "metadata", "sign-ins", "test"))):
        assert IDP not in browser.get(page).content.decode()
    submit(browser, f"{corp}/delete", confirm="Corp")
    assert SamlProvider.objects.exists()


def test_a_provider_of_another_account_is_not_there(
    signed_in: SignedIn, corp: str, cleo: User
) -> None:
    browser = signed_in(cleo)
    assert browser.get(corp).status_code == 404
    assert "Corp" not in text(browser.get("/iam/providers"))


def test_a_name_of_dots_has_an_address(browser: Client) -> None:
    answer = submit(browser, ADD, name="..", document=metadata(), act="add")
    assert browser.get(answer.headers["Location"]).status_code == 200

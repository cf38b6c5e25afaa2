"""A provider whose keys an operator uploaded: tokens of programs, and people who sign in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from federation.models import OidcKeySet, OidcProvider, OidcSignOn
from identity.models import Account, TemporarySession, User
from tests.console.conftest import sign_in
from tests.console.pages import text
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import ISSUER
from tests.federation.openid import WAY_IN, Idp, idp, make_openid, trusted_role

__all__ = ["idp"]
AT = "/iam/providers/oidc/idp.example.test~tenant"
NO_WAY_IN = "People cannot sign in at this provider."


@pytest.fixture
def provider(account: Account, idp: Idp) -> OidcProvider:
    """One that is never asked: whatever it would answer is not there."""
    found = make_openid(account, button=True)
    trusted_role(found)
    return found


def upload(provider: OidcProvider, folder: Path, idp: Idp, *, whole: bool) -> None:
    """By the command, with the provider's discovery document or without."""
    documents = idp.fetch(ISSUER, None)
    (folder / "keys.json").write_text(documents.key_set)
    (folder / "said.json").write_text(documents.configuration)
    more = ["--configuration", str(folder / "said.json")] if whole else []
    call_command("upload_oidc_keys", provider.arn, str(folder / "keys.json"), *more)


def test_with_its_discovery_document_people_sign_in_and_nothing_is_fetched(
    client: Client,
    provider: OidcProvider,
    idp: Idp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload(provider, tmp_path, idp, whole=True)
    monkeypatch.setattr("federation.oidc.discovery.fetch", lambda *given: pytest.fail("asked"))
    assert WAY_IN in client.get("/sign-in/example").content.decode()
    assert idp.sign_in(client).status_code == 303
    assert TemporarySession.objects.get().role.name == "photos"  # type: ignore[union-attr]


def test_without_it_the_pages_say_what_is_missing_and_nobody_is_sent_there(
    client: Client, provider: OidcProvider, idp: Idp, tmp_path: Path, ana: User
) -> None:
    upload(provider, tmp_path, idp, whole=True)
    upload(provider, tmp_path, idp, whole=False)
    assert WAY_IN not in client.get("/sign-in/example").content.decode()
    assert client.get(WAY_IN).status_code == 403
    browser = sign_in(ana)
    for page in ("", "/sign-on", "/test"):
        assert NO_WAY_IN in text(browser.get(AT + page)), page
    assert "Start test sign-in" not in text(browser.get(f"{AT}/test"))
    assert "people cannot sign in to the console" in text(browser.get(f"{AT}/keys"))
    OidcKeySet.objects.update(configuration=idp.fetch(ISSUER, None).configuration)
    for page in ("", "/sign-on", "/test"):
        assert NO_WAY_IN not in text(browser.get(AT + page)), page


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (json.dumps({"issuer": "https://other.example", "jwks_uri": "https://x/"}), "another"),
        (json.dumps({"issuer": ISSUER}), "no `jwks_uri`"),
        ("{", "no plain JSON"),
        (
            json.dumps({"issuer": ISSUER, "jwks_uri": "https://x/", "token_endpoint": "http://x/"}),
            "https",
        ),
    ],
    ids=["of another issuer", "without keys", "no JSON", "over plain HTTP"],
)
def test_a_discovery_document_that_cannot_be_used_changes_nothing(
    provider: OidcProvider, idp: Idp, tmp_path: Path, configuration: str, words: str
) -> None:
    upload(provider, tmp_path, idp, whole=True)
    before = OidcKeySet.objects.values().get()
    (tmp_path / "said.json").write_text(configuration)
    files = [str(tmp_path / "keys.json"), "--configuration", str(tmp_path / "said.json")]
    with pytest.raises(CommandError, match=words):
        call_command("upload_oidc_keys", provider.arn, *files)
    assert OidcKeySet.objects.values().get() == before


def test_what_was_uploaded_is_forgotten_and_then_asked_for(
    client: Client, provider: OidcProvider, idp: Idp, tmp_path: Path
) -> None:
    upload(provider, tmp_path, idp, whole=False)
    with pytest.raises(CommandError, match="goes with a file"):
        call_command("upload_oidc_keys", provider.arn, "--forget", "--configuration", "x")
    call_command("upload_oidc_keys", provider.arn, "--forget")
    assert idp.sign_in(client).status_code == 303
    assert OidcKeySet.objects.get().document == tokens.key_set()
    assert OidcSignOn.objects.get().button


def test_a_provider_that_is_not_there_gets_no_keys(
    provider: OidcProvider, idp: Idp, tmp_path: Path
) -> None:
    provider.url = "elsewhere.example"
    with pytest.raises(CommandError, match="there is no provider"):
        upload(provider, tmp_path, idp, whole=False)

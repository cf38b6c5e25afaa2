"""The OpenID provider and its app: code with PKCE, each code once, tokens that verify."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, RSAKey

from console.demo import setup
from federation.models import OidcProvider
from tests.console.demo.conftest import BASE
from tests.console.pages import hidden, text

SetUp = Callable[[str], Any]
VERIFIER = "v" * 43
CALLBACK = f"{BASE}/demo/oidc/app/callback"
ASKED = {
    "client_id": "demo-photo-app",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": "of-this-browser",
    "nonce": "of-this-sign-in",
    "code_challenge": urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .decode()
    .rstrip("="),
    "code_challenge_method": "S256",
}
REDEEMED = {
    "grant_type": "authorization_code",
    "client_id": "demo-photo-app",
    "redirect_uri": CALLBACK,
    "code_verifier": VERIFIER,
}
pytestmark = pytest.mark.django_db


def agree(browser: Client, asked: dict[str, str], **chosen: str) -> dict[str, str]:
    """What the provider sends back to the app."""
    page = browser.get("/demo/oidc/authorize", asked)
    answer = browser.post("/demo/oidc/authorize", {**hidden(page), **chosen})
    assert answer.headers["Location"].startswith(CALLBACK)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def code(browser: Client) -> str:
    return agree(browser, ASKED, person="ines")["code"]


def test_it_names_itself_as_the_provider_that_is_set_up(client: Client, set_up: SetUp) -> None:
    set_up("openid")
    said = client.get("/demo/oidc/.well-known/openid-configuration").json()
    assert said["issuer"] == f"https://{OidcProvider.objects.get().url}"
    assert said["jwks_uri"] == f"{BASE}/demo/oidc/jwks"


def test_a_code_becomes_a_token_that_its_keys_verify(client: Client) -> None:
    answer = client.post("/demo/oidc/token", {**REDEEMED, "code": code(client)}).json()
    keys = KeySet.import_key_set(client.get("/demo/oidc/jwks").json())
    token = jwt.decode(answer["id_token"], keys, algorithms=["RS256"])
    claims = token.claims
    assert claims["iss"] == setup.issuer()
    assert claims["aud"] == "demo-photo-app"
    assert claims["sub"] == "ines"
    assert claims["nonce"] == "of-this-sign-in"
    assert claims["exp"] - claims["iat"] == 600
    with pytest.raises((BadSignatureError, ValueError)):
        jwt.decode(answer["id_token"], RSAKey.generate_key(2048), algorithms=["RS256"])


def test_the_jwks_holds_no_private_part(client: Client) -> None:
    (key,) = client.get("/demo/oidc/jwks").json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


def test_a_code_works_once(client: Client) -> None:
    sent = {**REDEEMED, "code": code(client)}
    assert client.post("/demo/oidc/token", sent).status_code == 200
    again = client.post("/demo/oidc/token", sent)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_who_did_not_ask_gets_no_token(client: Client, changed: dict[str, str], error: str) -> None:
    answer = client.post("/demo/oidc/token", {**REDEEMED, "code": code(client), **changed})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "other"),
        ("redirect_uri", "https://elsewhere.example/"),
        ("response_type", "token"),
        ("scope", "email"),
        ("state", ""),
        ("nonce", "n" * 513),
        ("code_challenge", ""),
        ("code_challenge_method", "plain"),
    ],
)
def test_nobody_is_sent_anywhere_for_what_is_not_taken(
    client: Client, name: str, value: str
) -> None:
    answer = client.get("/demo/oidc/authorize", {**ASKED, name: value})
    assert answer.status_code == 400
    assert name in text(answer)


def test_who_does_not_agree_goes_back_without_a_code(client: Client) -> None:
    sent = agree(client, ASKED, answer="deny")
    assert sent == {"error": "access_denied", "state": "of-this-browser"}


def begun(set_up: SetUp) -> tuple[Client, dict[str, str]]:
    """The browser, and what the app asks of the provider."""
    set_up("openid")
    browser = Client()
    answer = browser.post("/demo/oidc/app/start", hidden(browser.get("/demo/oidc/app")))
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return browser, {name: values[0] for name, values in query.items()}


def test_the_app_trades_the_code_and_then_the_token(set_up: SetUp) -> None:
    browser, asked = begun(set_up)
    back = agree(browser, asked, person="mei")
    page = text(browser.get("/demo/oidc/app/callback", back))
    assert "POST /demo/oidc/token" in page
    assert "sts:AssumeRoleWithWebIdentity" in page
    assert '"WebIdentityToken": "••••••••"' in page
    assert "The app has credentials" in page
    assert "assumed-role/DemoPhotoApp/photo-app" in page
    assert "Browser: GET /demo/oidc/authorize" in page
    assert asked["code_challenge"] in page
    assert back["code"] not in page
    assert "iam:ListAccountAliases" in page


def test_an_answer_for_another_browser_is_not_taken(set_up: SetUp) -> None:
    browser, asked = begun(set_up)
    back = agree(browser, asked, person="mei")
    assert Client().get("/demo/oidc/app/callback", back).status_code == 400
    wrong = browser.get("/demo/oidc/app/callback", {**back, "state": "other"})
    assert wrong.status_code == 400


def test_the_app_of_who_did_not_agree_knows_nobody(set_up: SetUp) -> None:
    browser, asked = begun(set_up)
    back = agree(browser, asked, answer="deny")
    assert "You did not agree" in text(browser.get("/demo/oidc/app/callback", back))


def test_an_account_without_a_set_up_has_no_photos(client: Client) -> None:
    assert client.post("/demo/oidc/app/start", {"account": "000000000000"}).status_code == 404

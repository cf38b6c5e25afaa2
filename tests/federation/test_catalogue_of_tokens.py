"""The catalogue of attacks with tokens, number by number: those that need a server are here."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from federation import key_sets
from federation.models import OidcProvider, OidcSignOn
from federation.oidc import discovery, https, keys
from federation.oidc.discovery import DiscoveryError, Reach
from identity.models import ConsoleSession, Role, TemporarySession, User
from tests.bounded import processor_seconds
from tests.factories import make_key, make_role
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER, claims, ec, key_set, public, rsa, token
from tests.federation.openid import NAME, Idp, idp, make_openid
from tests.federation.operations.test_assume_role_with_web_identity import (
    INVALID,
    assume,
    refusal,
    trusting,
)
from tests.sdk_in_process import sdk

__all__ = ["idp"]

OTHER = "other.example.test"


@pytest.fixture
def provider(account: Any) -> OidcProvider:
    made = make_openid(account)
    key_sets.upload(made, key_set())
    return made


@pytest.fixture
def other(provider: OidcProvider) -> OidcProvider:
    """A second provider of the account, whose key bears the first one's name."""
    made = OidcProvider.objects.create(account=provider.account, url=OTHER, client_ids=[CLIENT])
    key_sets.upload(made, key_set(public(rsa(1), "one")))
    return made


@pytest.fixture
def role(provider: OidcProvider) -> Role:
    condition = {"StringEquals": {f"{NAME}:aud": CLIENT, f"{NAME}:sub": "mei-1234"}}
    return make_role(provider.account, "photos", trust=trusting(provider, Condition=condition))


# --- at STS --------------------------------------------------------------------------------------


def test_a_key_of_one_provider_does_not_sign_for_another(role: Role, other: OidcProvider) -> None:
    """JWT-04, JWT-15: both call their key `one`; each is looked for at its own provider."""
    assert refusal(role, token(key=rsa(1)))[0] == INVALID
    assert refusal(role, token(claims(iss=f"https://{OTHER}")))[0] == INVALID
    key_sets.upload(other, key_set(public(rsa(1), "two")))
    stranger = {"alg": "RS256", "kid": "two"}
    assert refusal(role, token(header=stranger, key=rsa(1)))[0] == INVALID
    assert assume(role, token())


def test_the_same_subject_of_another_provider_is_somebody_else(
    role: Role, other: OidcProvider
) -> None:
    """FLOW-07: who somebody is says the provider and the subject, never one of them alone."""
    theirs = token(claims(iss=f"https://{OTHER}"), key=rsa(1))
    assert refusal(role, theirs)[0] == "AccessDenied"
    own = make_role(other.account, "theirs", trust=trusting(other))
    assert assume(own, theirs)["Provider"] == other.arn
    assert refusal(own, token())[0] == "AccessDenied"


def test_what_opens_something_else_is_no_id_token(role: Role, ana: User) -> None:
    """JWT-12: a session of ours, a SAML response, a refresh token and an access token."""
    session = sdk("sts", make_key(ana)).get_session_token()["Credentials"]["SessionToken"]
    blob = tokens.encoded('<samlp:Response xmlns:samlp="urn:x"/>')
    refresh = token(claims(typ="Refresh", aud=ISSUER))
    access = token(header={"alg": "RS256", "kid": "one", "typ": "at+jwt"})
    for text in (session, blob, f"{blob}.{blob}.{blob}", refresh, access):
        assert refusal(role, text)[0] == INVALID
    assert TemporarySession.objects.filter(role=role).count() == 0


def test_what_is_large_costs_little(role: Role) -> None:
    """JWT-14, JWT-15: at the door and in a key set; a session needs a hash besides."""
    body = json.dumps(claims())[:-1]
    many = ",".join(f'"k{number}":1' for number in range(1000))
    deep = '"x":' + "[" * 4000 + "]" * 4000
    hostile = ["A" * 20_001, "a." * 10_000 + "a", token(f"{body},{deep}}}"), "A" * 1_000_000]
    with processor_seconds(3):
        for text in hostile:
            assert refusal(role, text)[0] in (INVALID, "ValidationError")
        assert assume(role, token(f"{body},{many}}}"))
        for members in ([public(ec())] * 10_000, [{f"k{number}": 1} for number in range(100_000)]):
            with pytest.raises(keys.KeysError):
                keys.read(json.dumps({"keys": members}))


# --- at the sign-in ------------------------------------------------------------------------------


@pytest.fixture
def offered(account: Any) -> OidcProvider:
    made = make_openid(account)
    make_role(account, "photos", trust=trusting(made))
    return made


def test_nobody_is_asked_who_somebody_is_but_by_the_token(
    client: Client, offered: OidcProvider, idp: Idp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FLOW-05: what a userinfo endpoint would say of another subject is never read."""
    asked: list[str] = []
    monkeypatch.setattr(https, "get", lambda url, _: asked.append(url))
    idp.configured = {"userinfo_endpoint": f"{ISSUER}/userinfo"}
    assert idp.sign_in(client).status_code == 303
    assert TemporarySession.objects.get().name == "mei-1234"
    assert (asked, len(idp.traded)) == ([], 1)


def test_an_address_makes_nobody_the_user_who_has_it(
    client: Client, offered: OidcProvider, root: User, idp: Idp
) -> None:
    """FLOW-07: not even a verified one."""
    OidcSignOn.objects.update(session_claim="email")
    idp.said = {"email": root.email, "email_verified": True}
    assert idp.sign_in(client).status_code == 303
    session = TemporarySession.objects.get()
    assert (session.user, session.role and session.role.name) == (None, "photos")
    assert not ConsoleSession.objects.filter(user=root).exists()


def test_a_logout_token_ends_nothing(client: Client, offered: OidcProvider, idp: Idp) -> None:
    """FLOW-09: logout behind the browser's back is not offered, good tokens or bad."""
    assert idp.sign_in(client).status_code == 303
    event: dict[str, Any] = {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
    good = token(claims(**event, nonce=...), header={"alg": "RS256", "typ": "logout+jwt"})
    provider = Client()
    way = f"/sign-in/oidc/{offered.account_id}/{NAME.replace('/', '~')}"
    for path in (way, f"{way}/callback", f"{way}/logout", "/saml/logout", "/sign-out/provider"):
        for text in (good, good.rpartition(".")[0] + "."):
            assert provider.post(path, {"logout_token": text}).status_code >= 400
    assert TemporarySession.objects.count() == 1
    assert client.get("/home").status_code == 200


# --- what a provider says of itself --------------------------------------------------------------


@pytest.mark.parametrize(
    "keys_at",
    [
        *("http://idp.example.test/jwks", "file:///etc/passwd", "gopher://idp.example.test/_x"),
        *("ftp://idp.example.test/jwks", "https://169.254.169.254/jwks", "https://localhost/jwks"),
        *("https://good@idp.example.test/jwks", "//idp.example.test/jwks", ""),
    ],
)
def test_keys_are_looked_for_at_no_other_kind_of_address(
    monkeypatch: pytest.MonkeyPatch, keys_at: str
) -> None:
    """SSRF-04: the discovery document came from the right place, and names a wrong one."""
    get = https.get
    document = json.dumps({"issuer": ISSUER, "jwks_uri": keys_at})
    answers: Iterator[Callable[..., str]] = iter([lambda *_: document, get])
    monkeypatch.setattr(https, "get", lambda *given: next(answers)(*given))
    inside = Reach(resolver=lambda host, port: ["10.0.0.1"])
    with pytest.raises(DiscoveryError):
        discovery.fetch(ISSUER, inside)
    assert next(answers, None) is None, "it was asked for its keys"


@pytest.mark.parametrize(
    "said", [ISSUER + "/", ISSUER.upper(), "https://evil.test", "", None, [ISSUER], ISSUER[:-1]]
)
def test_a_document_about_another_issuer_is_not_read(said: Any) -> None:
    """SSRF-10."""
    text = json.dumps({"issuer": said, "jwks_uri": f"{ISSUER}/jwks"})
    with pytest.raises(DiscoveryError, match="another issuer"):
        discovery.read(text, ISSUER)


# --- the catalogue is whole ----------------------------------------------------------------------

WANTED = {"JWT": 17, "FLOW": 9, "SSRF": 10}
PLACES = (
    "test_catalogue_of_tokens.py",
    "test_openid_sign_in.py",
    "test_weak_keys.py",
    "oidc/test_token.py",
    "oidc/test_keys.py",
    "oidc/test_issuer.py",
    "oidc/test_discovery.py",
    "oidc/test_https.py",
    "operations/test_assume_role_with_web_identity.py",
)


def _numbers(path: Path) -> Iterator[str]:
    """Those that the docstrings of its tests name."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield from re.findall(r"\b[A-Z]{3,4}-\d\d\b", ast.get_docstring(node) or "")


def test_every_number_of_the_catalogue_has_a_test() -> None:
    here = Path(__file__).parent
    found = {number for name in PLACES for number in _numbers(here / name)}
    wanted = {f"{kind}-{n:02}" for kind, most in WANTED.items() for n in range(1, most + 1)}
    assert sorted(wanted - found) == []
    assert sorted(found - wanted) == [], "no such number"

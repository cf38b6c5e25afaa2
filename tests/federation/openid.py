"""An OpenID provider that lives in the test: what it was asked, and what it answers next."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from federation.models import OidcProvider, OidcSignOn
from federation.oidc import discovery, https
from federation.oidc.discovery import DiscoveryError, Fetched
from federation.oidc.https import Answer
from identity.models import Account, Role
from tests.factories import make_role
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER

NAME = ISSUER.removeprefix("https://")
WAY_IN = f"/sign-in/oidc/example/{NAME.replace('/', '~')}"


class Idp:
    """`said` are claims of the next token, `configured` members of the discovery document."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}
        self.configured: dict[str, Any] = {}
        self.down = False
        self.answer: Answer | None = None
        self.traded: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
        self.asked: dict[str, str] = {}
        self.nonce = ""

    def fetch(self, issuer: str, reach: object) -> Fetched:
        if self.down:
            raise DiscoveryError("no answer: TimeoutError")
        document = {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks",
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            **self.configured,
        }
        return Fetched(json.dumps(document), tokens.key_set())

    def post(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str], reach: object
    ) -> Answer:
        """The token for a code, if who asks knows the verifier of the challenge."""
        assert url == f"{ISSUER}/token"
        if self.down:
            raise DiscoveryError("no answer: TimeoutError")
        self.traded.append((fields, headers))
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        if self.answer:
            return self.answer
        if challenge != self.asked["code_challenge"] or fields["code"] != "the-code":
            return Answer(400, '{"error":"invalid_grant"}')
        return Answer(200, json.dumps({"id_token": self.token()}))

    def token(self) -> str:
        now = int(timezone.now().timestamp())
        times = {"iat": now, "exp": now + 600}
        return tokens.token(tokens.claims(**{**times, "nonce": self.nonce, **self.said}))

    def begin(self, client: Client, **query: str) -> dict[str, str]:
        """Begin in this browser; what the provider is asked."""
        response = client.get(WAY_IN, query)
        assert response.status_code == 302, response.content
        where = urlsplit(response.headers["Location"])
        assert f"{where.scheme}://{where.netloc}{where.path}" == f"{ISSUER}/authorize"
        self.asked = dict(parse_qsl(where.query))
        self.nonce = self.asked["nonce"]
        return self.asked

    def back(self, client: Client, **more: str) -> Any:
        """Come back with the code, or with what `more` says."""
        path = urlsplit(self.asked["redirect_uri"]).path
        given = {"code": "the-code", "state": self.asked["state"], **more}
        return client.get(path, {name: value for name, value in given.items() if value})

    def sign_in(self, client: Client, **query: str) -> Any:
        """All the way; the last answer, which is not followed."""
        self.begin(client, **query)
        arrived = self.back(client)
        return client.get("/sign-in/chooser") if arrived.status_code == 303 else arrived


@pytest.fixture
def idp(monkeypatch: pytest.MonkeyPatch) -> Idp:
    made = Idp()
    monkeypatch.setattr(discovery, "fetch", made.fetch)
    monkeypatch.setattr(https, "post", made.post)
    return made


def make_openid(account: Account, **settings: Any) -> OidcProvider:
    provider = OidcProvider.objects.create(account=account, url=NAME, client_ids=[CLIENT])
    offer = OidcSignOn(provider=provider, client_id=CLIENT, **{"roles": ["photos"], **settings})
    offer.save()
    return provider


def trusted_role(provider: OidcProvider, name: str = "photos", **more: Any) -> Role:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{NAME}:aud": CLIENT}},
        **more,
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return make_role(provider.account, name, trust=trust)

"""What peers say of themselves is understood: SAML metadata, OpenID discovery and keys."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.credentials import Key
from tests.live_server import LiveServer
from tests.peers.id_tokens import id_token
from tests.peers.openid import CLIENT_ID, DISCOVERY
from tests.peers.processes import free_port, running
from tests.peers.provider import OidcPeer, SamlPeer


def answers_soon(port: int) -> bool:
    """Whether somebody still listens, a second from now: who was killed needs a moment."""
    for _ in range(20):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return False
        time.sleep(0.05)
    return True


def test_the_metadata_of_a_peer_makes_a_provider(
    house: LiveServer, owner: tuple[str, Key], saml_peer: SamlPeer
) -> None:
    iam = house.client("iam", owner[1])
    made = iam.create_saml_provider(
        Name=f"{saml_peer.name}-1", SAMLMetadataDocument=saml_peer.metadata
    )
    assert made["SAMLProviderArn"].endswith(f":saml-provider/{saml_peer.name}-1")
    kept = iam.get_saml_provider(SAMLProviderArn=made["SAMLProviderArn"])
    assert kept["SAMLMetadataDocument"] == saml_peer.metadata


def test_an_issuer_of_a_peer_makes_a_provider(house: LiveServer, oidc_peer: OidcPeer) -> None:
    _, key = house.account("Apart", f"root@{oidc_peer.name}.test")
    made = house.client("iam", key).create_open_id_connect_provider(
        Url=oidc_peer.issuer, ClientIDList=[CLIENT_ID], ThumbprintList=[oidc_peer.thumbprint]
    )
    assert made["OpenIDConnectProviderArn"].endswith(oidc_peer.issuer.removeprefix("https://"))


def test_a_peer_names_itself_and_its_keys(oidc_peer: OidcPeer) -> None:
    said = oidc_peer.get(DISCOVERY)
    assert said["issuer"] == oidc_peer.issuer
    keys = oidc_peer.get(str(said["jwks_uri"]).removeprefix(oidc_peer.issuer))["keys"]
    assert isinstance(keys, list)
    assert keys
    assert {key["kty"] for key in keys} <= {"RSA", "EC", "OKP"}


def test_an_id_token_of_a_peer_verifies_with_its_keys(oidc_peer: OidcPeer) -> None:
    said = oidc_peer.get(DISCOVERY)
    keys: Any = oidc_peer.get(str(said["jwks_uri"]).removeprefix(oidc_peer.issuer))
    given = id_token(oidc_peer)
    claims = jwt.decode(given, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert claims["iss"] == oidc_peer.issuer
    assert claims["aud"] == CLIENT_ID or claims["aud"] == [CLIENT_ID]
    assert claims["nonce"] == "of-the-test"
    assert claims["sub"]


def test_a_peer_that_ends_leaves_no_worker_behind(tmp_path: Path) -> None:
    port = free_port()
    script = f"(trap '' TERM; exec python3 -m http.server -b 127.0.0.1 {port}) & wait"
    with running(["bash", "-c", script], f"http://127.0.0.1:{port}/", tmp_path / "log"):
        pass
    assert not answers_soon(port)


def test_a_peer_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="no such luck"),
        running(["bash", "-c", "echo no such luck; exit 1"], "http://127.0.0.1:9/", tmp_path / "l"),
    ):
        pass

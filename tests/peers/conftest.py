"""One server of ours and one of each peer, for all tests of this directory."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import NewAccount
from tests.credentials import Key
from tests.live_server import LiveServer, serving
from tests.peers import openid, pysaml2_idp, simplesamlphp
from tests.peers.provider import OidcPeer, SamlPeer, ServiceProvider, tls

ROOT = "root@example.test"
ENTITY_ID = "urn:amazon:webservices"
SAML_PEERS = {"SimpleSAMLphp": simplesamlphp, "pysaml2": pysaml2_idp}


def need(missing: str) -> None:
    """Leave the test out where a peer is not installed; in CI that is a failure."""
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing} is not installed: bash .ci/peers")
    if missing:
        pytest.skip(f"needs {missing}: bash .ci/peers")


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the certificate of all OpenID peers is, and its key."""
    at = tmp_path_factory.mktemp("tls")
    tls(at)
    return at


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, tls_files: Path) -> Iterator[LiveServer]:
    """It takes the peers' certificate for one that an authority vouches for."""
    at, trusted = tmp_path_factory.mktemp("house"), str(tls_files / "tls.pem")
    near = "127.0.0.0/8,::1/128"
    with serving(at, SSL_CERT_FILE=trusted, BARTIZAN_OIDC_ALLOWED_NETWORKS=near) as server:
        server.manage("rotate_saml_keys")
        yield server


def as_providers_know_us(house: LiveServer) -> ServiceProvider:
    """From our own metadata, as an operator would copy it."""
    entity_id = f"{house.url}/static/saml-metadata.xml"
    with urllib.request.urlopen(entity_id, timeout=20) as answer:
        root = etree.fromstring(answer.read())
    certificate = root.findtext(".//{*}X509Certificate")
    logout = root.find(".//{*}SingleLogoutService").get("Location")
    return ServiceProvider(ENTITY_ID, entity_id, f"{house.url}/saml", logout, certificate)


@pytest.fixture(scope="session")
def owner(house: LiveServer, new_account: NewAccount) -> tuple[str, Key]:
    """The account's ID and a key of its root user."""
    return new_account(house, ROOT)


@pytest.fixture(scope="session", params=SAML_PEERS)
def saml_peer(
    request: pytest.FixtureRequest, house: LiveServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SamlPeer]:
    module = SAML_PEERS[request.param]
    need(module.missing())
    at: Path = tmp_path_factory.mktemp(request.param)
    with module.started(at, as_providers_know_us(house)) as peer:
        yield peer


@pytest.fixture(scope="session", params=openid.NAMES)
def oidc_peer(
    request: pytest.FixtureRequest,
    house: LiveServer,
    owner: tuple[str, Key],
    tls_files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OidcPeer]:
    need(openid.missing(request.param))
    at = tmp_path_factory.mktemp(request.param)
    ways_in = f"{house.url}/sign-in/oidc/{owner[0]}"
    with openid.started(request.param, at, tls_files, ways_in) as peer:
        yield peer

"""The two OpenID providers: npm's oidc-provider and django-oauth-toolkit, both on TLS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.processes import free_port, running
from tests.peers.provider import INSTALLED, PASSWORD, PYTHON, USER, OidcPeer, thumbprint

CLIENT_ID, CLIENT_SECRET = "iam-console", "demo-secret"
DISCOVERY = "/.well-known/openid-configuration"
_HERE = Path(__file__).parent
_NODE, _TOOLKIT = "oidc-provider", "django-oauth-toolkit"
NAMES = (_NODE, _TOOLKIT)


def missing(name: str) -> str:
    if name == _TOOLKIT:
        return "" if PYTHON.exists() else name
    there = shutil.which("node") and (INSTALLED / "node_modules" / name).is_dir()
    return "" if there else name


@contextmanager
def started(name: str, at: Path, tls_files: Path, house: str) -> Iterator[OidcPeer]:
    """The provider of that name with one client, us.

    `house` is where sign-ins with the providers of our account begin, such as
    `http://127.0.0.1:8000/sign-in/oidc/111122223333`.
    """
    at.mkdir(parents=True, exist_ok=True)
    for file in ("tls.pem", "tls.key"):
        shutil.copy(tls_files / file, at)
    port = free_port()
    below = "" if name == _NODE else "/o"
    segment = f"localhost:{port}{below.replace('/', '~')}"
    peer = OidcPeer(
        name=name,
        issuer=f"https://localhost:{port}{below}",
        redirect_uri=f"{house}/{segment}/callback",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        ca=tls_files / "tls.pem",
        thumbprint=thumbprint(tls_files),
    )
    known = {
        "at": str(at),
        "port": port,
        "issuer": peer.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [peer.redirect_uri],
        "groups": [f"Of-{name}"],
        "installed": str(INSTALLED),
        "user": USER,
        "password": PASSWORD,
    }
    (at / "site.json").write_text(json.dumps(known))
    runs: list[str | Path] = ["node", _HERE / "oidc_provider.mjs"]
    if name == _TOOLKIT:
        runs = [PYTHON, _HERE / "oauth_toolkit_site.py"]
    with running([*runs, at / "site.json"], peer.issuer + DISCOVERY, at / "server.log"):
        yield peer

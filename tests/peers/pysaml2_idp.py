"""pysaml2's server as a SAML identity provider; `pysaml2_site.py` is the web around it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.processes import free_port, running
from tests.peers.provider import PYTHON, SamlPeer, ServiceProvider, key_pair, say

SITE = Path(__file__).with_name("pysaml2_site.py")

_SP_METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
 entityID="{entity_id}"><md:SPSSODescriptor
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAssertionsSigned="true">
 <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
 Location="{acs}" index="0" isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>
"""


def missing() -> str:
    if not shutil.which("xmlsec1"):
        return "xmlsec1"
    return "" if PYTHON.exists() else "pysaml2"


@contextmanager
def started(at: Path, sp: ServiceProvider) -> Iterator[SamlPeer]:
    """The provider, which knows one service provider."""
    at.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{free_port()}"
    key_pair(at)
    (at / "sp.xml").write_text(_SP_METADATA.format(entity_id=sp.entity_id, acs=sp.acs))
    known = {"url": url, "at": str(at), "sp": sp.entity_id, "xmlsec1": shutil.which("xmlsec1")}
    (at / "site.json").write_text(json.dumps(known))
    peer = SamlPeer(
        name="pysaml2",
        metadata_url=f"{url}/metadata",
        start_url=f"{url}/sign-in",
        people=at / "people.json",
        user_field="User",
    )
    say(peer, {})
    with running([PYTHON, SITE, at / "site.json"], peer.metadata_url, at / "server.log"):
        yield peer

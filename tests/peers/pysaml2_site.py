"""Runs in the peers' own environment: a web around pysaml2's identity provider.

`/metadata`; `/sign-in` asks for name and password, also where a service provider's AuthnRequest
arrives by redirect; then the browser posts the signed response.
"""

from __future__ import annotations

import html
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

KNOWN = json.loads(Path(sys.argv[1]).read_text())
URL, AT = KNOWN["url"], Path(KNOWN["at"])
PASSWORD_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
CONFIG = IdPConfig().load(
    {
        "entityid": f"{URL}/metadata",
        "xmlsec_binary": KNOWN["xmlsec1"],
        "key_file": str(AT / "key.pem"),
        "cert_file": str(AT / "certificate.pem"),
        "metadata": {"local": [str(AT / "sp.xml")]},
        "service": {
            "idp": {
                "endpoints": {
                    "single_sign_on_service": [(f"{URL}/sign-in", BINDING_HTTP_REDIRECT)]
                },
                "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                "policy": {
                    "default": {"name_form": NAME_FORMAT_URI, "attribute_restrictions": None}
                },
            }
        },
    }
)
FORM = """<!doctype html><html lang="en"><title>Corporate sign-in</title><form method="post">
<input type="hidden" name="in_response_to" value="{request}">
<input type="hidden" name="relay_state" value="{relay}">
<label>User <input name="user"></label>
<label>Password <input name="password" type="password"></label>
<button>Login</button></form></html>"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(at.query).items()}
        if at.path == "/metadata":
            self._answer(str(entity_descriptor(CONFIG)), "application/samlmetadata+xml")
        elif at.path == "/sign-in":
            request = _request_id(asked["SAMLRequest"]) if "SAMLRequest" in asked else ""
            relay = asked.get("RelayState", "")
            self._answer(FORM.format(request=html.escape(request), relay=html.escape(relay)))
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        sent = {
            name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()
        }
        people = json.loads((AT / "people.json").read_text())
        person = people.get(f"{sent.get('user')}:{sent.get('password')}")
        if person is None:
            self.send_error(403, "no such person")
            return
        self._answer(_response(person, sent.get("in_response_to", ""), sent.get("relay_state", "")))

    def log_message(self, *_said: object) -> None:
        pass

    def _answer(self, text: str, kind: str = "text/html") -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _request_id(encoded: str) -> str:
    request = Server(config=CONFIG).parse_authn_request(encoded, BINDING_HTTP_REDIRECT)
    identifier: str = request.message.id
    return identifier


def _response(person: dict[str, list[str]], in_response_to: str, relay_state: str) -> str:
    """The page that posts the signed response to the service provider."""
    server = Server(config=CONFIG)
    acs = server.metadata.assertion_consumer_service(KNOWN["sp"], BINDING_HTTP_POST)[0]["location"]
    response = server.create_authn_response(
        person,
        in_response_to,
        acs,
        KNOWN["sp"],
        name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=person["uid"][0]),
        authn={"class_ref": PASSWORD_CONTEXT, "authn_auth": URL},
        sign_assertion=True,
        sign_response=True,
        sign_alg=SIG_RSA_SHA256,
        digest_alg=DIGEST_SHA256,
    )
    posted = server.apply_binding(BINDING_HTTP_POST, str(response), acs, relay_state, response=True)
    page: str = posted["data"]
    return page


ThreadingHTTPServer(("127.0.0.1", urlsplit(URL).port or 0), Site).serve_forever()

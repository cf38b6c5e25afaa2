"""An ID token of an OpenID peer, as a program without a browser gets it: code with PKCE."""

from __future__ import annotations

import html
import json
import re
import secrets
import ssl
import urllib.error
import urllib.request
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from tests.peers.openid import DISCOVERY
from tests.peers.provider import PASSWORD, USER, OidcPeer

_MOST_PAGES = 8
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TYPED = {"login": USER, "username": USER, "password": PASSWORD, "allow": "Authorize"}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Each redirect is looked at before it is followed."""


def id_token(peer: OidcPeer, nonce: str = "of-the-test") -> str:
    """Sign USER in at the peer, agree, and trade the code for the token."""
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    said: dict[str, Any] = peer.get(DISCOVERY)
    asked = {
        "client_id": peer.client_id,
        "redirect_uri": peer.redirect_uri,
        "response_type": "code",
        "scope": "openid",
        "state": secrets.token_urlsafe(16),
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    context = ssl.create_default_context(cafile=str(peer.ca))
    code = _code(f"{said['authorization_endpoint']}?{urlencode(asked)}", peer.redirect_uri, context)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": peer.redirect_uri,
        "code_verifier": verifier,
    }
    basic = f"{peer.client_id}:{peer.client_secret}".encode()
    headers = {"Authorization": f"Basic {b64encode(basic).decode()}"}
    request = urllib.request.Request(said["token_endpoint"], urlencode(fields).encode(), headers)
    with urllib.request.urlopen(request, timeout=10, context=context) as answer:
        token: str = json.load(answer)["id_token"]
    return token


def _code(url: str, redirect_uri: str, context: ssl.SSLContext) -> str:
    """Walk through the peer's pages until it sends the browser back with a code."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(CookieJar()),
        urllib.request.HTTPSHandler(context=context),
        _Stay,
    )
    data: bytes | None = None
    for _ in range(_MOST_PAGES):
        headers = {"Referer": url}  # Django's CSRF check wants one on TLS
        try:
            with opener.open(urllib.request.Request(url, data, headers), timeout=10) as answer:
                page = answer.read().decode()
            url, data = _filled(url, page)
        except urllib.error.HTTPError as moved:
            if moved.code not in (302, 303):
                raise
            url, data = urljoin(url, moved.headers["Location"]), None
        if url.startswith(redirect_uri):
            return parse_qs(urlsplit(url).query)["code"][0]
    raise AssertionError(f"no code after {_MOST_PAGES} pages, but {url}")


def _filled(url: str, page: str) -> tuple[str, bytes]:
    """Where the page's form goes, and what a person sends with it."""
    action = re.search(r'<form[^>]*\saction="([^"]*)"', page)
    fields = {}
    for tag in re.findall(r"<(?:input|button)[^>]*>", page):
        given = dict(_ATTRIBUTE.findall(tag))
        if "name" in given:
            fields[given["name"]] = html.unescape(given.get("value", ""))
    fields |= {name: value for name, value in _TYPED.items() if name in fields}
    return urljoin(url, html.unescape(action[1]) if action else url), urlencode(fields).encode()

"""Asking a provider over a real TLS connection: who is believed, how much is read, how long."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from federation.oidc import certificates, https
from federation.oidc.https import DiscoveryError, Reach, UntrustedError
from tests.certificates import private_pem, rsa_key

HOST = "idp.example.test"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Answer = Callable[[ssl.SSLSocket], None]


def _certificate(name: str, number: int, by: Any = None, *, days: int = 30, of: str = "") -> Any:
    """Signed by `by`, a name and a key number, or by itself; `of` is a host."""
    key, now = rsa_key(number=number), datetime.now(UTC)
    issuer, signing = by or (name, number)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not of, path_length=None), critical=True)
    )
    if of:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(of)]), critical=False)
    return made.sign(rsa_key(number=signing), hashes.SHA256())


CA = _certificate("private authority", 1)
LEAF = _certificate(HOST, 0, ("private authority", 1), of=HOST)
OLD = _certificate(HOST, 0, ("private authority", 1), of=HOST, days=-1)
OTHER = _certificate("other", 0, ("private authority", 1), of="other.test")
FORGED = _certificate(HOST, 0, ("private authority", 0), of=HOST)
ALONE = _certificate(HOST, 0, of=HOST)


def sha1(certificate: Any) -> str:
    return certificates.thumbprint(certificate.public_bytes(Encoding.DER))


class Server:
    """Answers each connection with `answer`; `heard` are the first bytes of each request."""

    def __init__(self, at: Path, *chain: Any) -> None:
        file = at / "chain.pem"
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
        file.write_bytes(pem + private_pem(rsa_key(number=0)).encode())
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.answer: Answer = lambda tls: tls.sendall(JSON)
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def url(self, host: str = HOST) -> str:
        return f"https://{host}:{self.port}/x"

    def _serve(self) -> None:
        while True:
            connection, _peer = self._socket.accept()
            with connection:
                if self._over:
                    return
                try:
                    with self._context.wrap_socket(connection, server_side=True) as tls:
                        tls.settimeout(8)
                        if data := tls.recv(65_536):
                            split = data.startswith(b"POST") and data.endswith(b"\r\n\r\n")
                            self.heard.append(data + (tls.recv(65_536) if split else b""))
                            self.answer(tls)
                except OSError:
                    continue

    _over = False

    def close(self) -> None:
        self._over = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*chain: Any) -> Server:
        servers.append(Server(tmp_path, *(chain or (LEAF, CA))))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def reach(*thumbprints: str) -> Reach:
    here = (ipaddress.ip_network("127.0.0.0/8"),)
    return Reach(here, lambda host, port: ["127.0.0.1"], thumbprints)


BELIEVED = reach(sha1(CA))


# --- who is believed: thumbprints ----------------------------------------------------------------


@pytest.mark.parametrize("one", [CA, LEAF], ids=["authority", "leaf"])
def test_a_thumbprint_vouches_where_no_authority_does(
    serving: Callable[..., Server], one: Any
) -> None:
    server = serving()
    assert https.get(server.url(), reach("0" * 40, sha1(one))) == "{}"
    assert server.heard[0].startswith(b"GET /x HTTP/1.1\r\n")
    assert f"Host: {HOST}:{server.port}".encode() in server.heard[0]


def test_a_host_of_its_own_authority_is_believed_by_its_thumbprint(
    serving: Callable[..., Server],
) -> None:
    assert https.get(serving(ALONE).url(), reach(sha1(ALONE))) == "{}"


@pytest.mark.parametrize("given", [(), ("0" * 40,), (sha1(OTHER),)], ids=["none", "wrong", "other"])
def test_without_a_thumbprint_that_fits_nothing_is_said(
    serving: Callable[..., Server], given: tuple[str, ...]
) -> None:
    """SSRF-08."""
    server = serving()
    with pytest.raises(UntrustedError, match="doesn't match configured thumbprint"):
        https.get(server.url(), reach(*given))
    assert server.heard == []


@pytest.mark.parametrize(
    "leaf", [OLD, OTHER, FORGED], ids=["expired", "another host", "not signed by it"]
)
def test_a_certificate_that_is_only_shown_vouches_for_nothing(
    serving: Callable[..., Server], leaf: Any
) -> None:
    """SSRF-08: Anybody can append the authority's certificate, which is public, to a chain."""
    server = serving(leaf, CA)
    with pytest.raises(DiscoveryError):
        https.get(server.url(), BELIEVED)
    assert server.heard == []


def test_an_authority_of_this_host_needs_no_thumbprint(
    serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_bytes(CA.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert https.get(serving().url(), reach("0" * 40)) == "{}"


def test_the_chain_that_a_host_shows_can_be_looked_at(serving: Callable[..., Server]) -> None:
    shown = https.chain(serving().url(), reach())
    assert [certificates.thumbprint(der) for der in shown] == [sha1(LEAF), sha1(CA)]


# --- what is read --------------------------------------------------------------------------------


def _with(head: str, body: bytes = b"{}") -> Answer:
    return lambda tls: tls.sendall(f"HTTP/1.1 {head}\r\n\r\n".encode() + body)


_KIND = "Content-Type: application/json"


@pytest.mark.parametrize(
    ("head", "body", "words"),
    [
        ("302 Found\r\nLocation: https://127.0.0.1/", b"", "status 302"),
        ("301 Moved\r\nLocation: /y\r\n" + _KIND, b"{}", "status 301"),
        ("404 Not Found\r\n" + _KIND, b"{}", "status 404"),
        ("200 OK\r\nContent-Type: text/html", b"{}", "no JSON"),
        (f"200 OK\r\n{_KIND}\r\nContent-Encoding: gzip", b"\x1f\x8b", "status 200"),
        (f"200 OK\r\n{_KIND}", b"\xff\xfe", "UnicodeDecodeError"),
        (f"200 OK\r\n{_KIND}", b"x" * 600_000, "more than 524288 bytes"),
        (f"200 OK\r\n{_KIND}\r\nContent-Length: 99999999999", b"x" * 600_000, "more than"),
        (f"200 OK\r\n{_KIND}\r\nContent-Length: 9", b"{}", "ends before its end"),
        ("garbage", b"", "BadStatusLine"),
        ("200 OK\r\n" + "X: y\r\n" * 200 + _KIND, b"{}", "HTTPException"),
        ("200 OK\r\nX: " + "y" * 70_000, b"{}", "LineTooLong"),
    ],
    ids=range(12),
)
def test_an_answer_that_is_no_plain_json_is_refused(
    serving: Callable[..., Server], head: str, body: bytes, words: str
) -> None:
    """SSRF-03, SSRF-07, SSRF-09."""
    server = serving()
    server.answer = _with(head, body)
    with pytest.raises(DiscoveryError, match=words):
        https.get(server.url(), BELIEVED)
    assert len(server.heard) == 1


@pytest.mark.parametrize("what", ["head", "body", "silence"])
def test_a_provider_that_drips_is_left_after_a_while(
    serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """SSRF-07."""
    monkeypatch.setattr(https, "TOTAL_SECONDS", 0.6)
    server = serving()

    def drip(tls: ssl.SSLSocket) -> None:
        if what == "body":
            tls.sendall(JSON[:-2].replace(b"Length: 2", b"Length: 500000"))
        for _ in range(15):
            if what != "silence":
                tls.sendall(b"x")
            time.sleep(0.1)

    server.answer = drip
    began = time.monotonic()
    with pytest.raises(DiscoveryError):
        https.get(server.url(), BELIEVED)
    assert time.monotonic() - began < 2


def test_a_handshake_that_never_ends_is_left_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(https, "TOTAL_SECONDS", 0.5)
    monkeypatch.setattr(https, "CONNECT_SECONDS", 8.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://{HOST}:{silent.getsockname()[1]}/x"
        began = time.monotonic()
        with pytest.raises(DiscoveryError):
            https.get(url, BELIEVED)
        assert time.monotonic() - began < 2


def test_a_name_that_nobody_resolves_is_left_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(https, "CONNECT_SECONDS", 0.3)

    def slow(host: str, port: int) -> list[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(DiscoveryError, match="name is not known"):
        https.get(f"https://{HOST}/x", Reach(resolver=slow))
    assert time.monotonic() - began < 0.9


def test_two_wait_for_slow_providers_and_a_third_is_told(
    serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https, "_TURN_SECONDS", 0.1)
    taken = [https._Turn(), https._Turn()]
    for one in taken:
        one.__enter__()
    try:
        with pytest.raises(DiscoveryError, match="slow to answer"):
            https.get("https://idp.test/x", BELIEVED)
    finally:
        for one in taken:
            one.__exit__()
    assert https.get(serving().url(), BELIEVED) == "{}"


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(
    serving: Callable[..., Server],
) -> None:
    """SSRF-02: DNS rebinding: a second look-up would give another address."""
    server, asked = serving(), []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1" if len(asked) == 1 else "169.254.169.254"]

    allowed = (ipaddress.ip_network("127.0.0.0/8"),)
    assert https.get(server.url(), Reach(allowed, rebinding, (sha1(CA),))) == "{}"
    assert asked == [HOST]


def test_a_form_is_sent_as_a_form(serving: Callable[..., Server]) -> None:
    server = serving()
    answer = https.post(server.url(), {"code": "a b"}, {"Authorization": "Basic eA=="}, BELIEVED)
    assert (answer.status, answer.text) == (200, "{}")
    head = server.heard[0]
    assert head.startswith(b"POST /x HTTP/1.1")
    assert b"application/x-www-form-urlencoded" in head
    assert b"Authorization: Basic eA==" in head
    assert head.endswith(b"code=a+b")

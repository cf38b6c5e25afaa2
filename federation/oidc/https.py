"""The only code of the package that uses the network: one request to a provider, over HTTPS.

Who registers a provider makes this host ask an address, so nothing is asked but public ones and
those the operator allows: the name is resolved once, every address is looked at, and the one that
was looked at is the one that is connected to. Nothing is followed, and little is read.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from federation.oidc import certificates
from federation.oidc.addresses import Address, Network, may_ask
from federation.oidc.keys import MOST_BYTES

CONNECT_SECONDS, TOTAL_SECONDS = 2.0, 5.0
MOST_METADATA = 1 << 20
_HTTPS_PORT = 443
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

Resolver = Callable[[str, int], Iterable[str]]

# However slow providers are, two threads of a process wait for them at most, others for a moment.
_turns = threading.BoundedSemaphore(2)
_TURN_SECONDS = 0.5
_resolvers = ThreadPoolExecutor(2, "resolver")


class DiscoveryError(Exception):
    """The provider could not be asked; the text is for its administrator, not for the caller."""


class UntrustedError(DiscoveryError):
    """Neither an authority nor a thumbprint vouches for the provider."""


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses, of both families. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """Where may be connected to, and whom we believe to be there.

    `allowed` are private networks that the operator opened. `thumbprints` are SHA-1 of certificates
    that may vouch for the provider where no authority of this host does.
    """

    allowed: tuple[Network, ...] = ()
    resolver: Resolver = resolve
    thumbprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; neither body nor address go into an error that others see."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What may come back: its kind, "" for any, and how much of it."""

    kind: str = "json"
    most: int = MOST_BYTES
    accept: str = "application/json"


_JSON = _Wanted()
_METADATA = _Wanted("", MOST_METADATA, "application/samlmetadata+xml, application/xml, text/xml")


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    port: int
    path: str
    address: Address


def get(url: str, reach: Reach) -> str:
    """The body of a 200 that is JSON. Raises DiscoveryError."""
    answer = _exchange("GET", url, reach, {}, None)
    if answer.status != 200:
        raise DiscoveryError(f"status {answer.status}")
    return answer.text


def metadata(url: str, reach: Reach) -> str:
    """The body of a 200, up to 1 MiB: SAML's metadata come under many types. DiscoveryError."""
    answer = _exchange("GET", url, reach, {}, None, _METADATA)
    if answer.status != 200:
        raise DiscoveryError(f"status {answer.status}")
    return answer.text


def post(url: str, fields: Mapping[str, str], headers: Mapping[str, str], reach: Reach) -> Answer:
    """What a form is answered with, if that is JSON. Raises DiscoveryError."""
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return _exchange("POST", url, reach, form, urlencode(fields))


def chain(url: str, reach: Reach) -> list[bytes]:
    """The certificates that a host shows, its own first, whoever vouches for them."""
    with _Turn():
        place = _place(url, reach)
        try:
            return certificates.shown(_connected(place), place.host, TOTAL_SECONDS)
        except (OSError, ValueError) as problem:
            raise DiscoveryError(f"no answer: {type(problem).__name__}") from problem


def require_plain(url: str) -> str:
    """The URL, if it is https to a host by name. Raises DiscoveryError."""
    _parts(url)
    return url


class _Turn:
    """One of the few requests at a time. Raises DiscoveryError when all others are slow."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=_TURN_SECONDS):
            raise DiscoveryError("other providers are slow to answer: try again")

    def __exit__(self, *_problem: object) -> None:
        _turns.release()


def _exchange(
    method: str,
    url: str,
    reach: Reach,
    headers: Mapping[str, str],
    body: str | None,
    wanted: _Wanted = _JSON,
) -> Answer:
    with _Turn():
        place = _place(url, reach)
        try:
            with certificates.secured(
                lambda: _connected(place), place.host, reach.thumbprints, TOTAL_SECONDS
            ) as tls:
                return _asked(tls, method, place, headers, body, wanted)
        except certificates.UnknownThumbprintError as problem:
            raise UntrustedError(str(problem)) from problem
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise DiscoveryError(f"no answer: {type(problem).__name__}") from problem


def _asked(
    tls: ssl.SSLSocket,
    method: str,
    place: _Place,
    headers: Mapping[str, str],
    body: str | None,
    wanted: _Wanted,
) -> Answer:
    connection = http.client.HTTPConnection(place.host, place.port)
    connection.sock = tls
    host = place.host if place.port == _HTTPS_PORT else f"{place.host}:{place.port}"
    given = {"Host": host, "Accept": wanted.accept, "Accept-Encoding": "identity", **headers}
    connection.request(method, place.path, body, given)
    with connection.getresponse() as response:
        return Answer(response.status, _body(response, wanted))


def _body(response: http.client.HTTPResponse, wanted: _Wanted) -> str:
    if "Content-Encoding" in response.headers or response.status in range(300, 400):
        raise DiscoveryError(f"status {response.status}")
    if wanted.kind not in response.headers.get("Content-Type", ""):
        raise DiscoveryError(f"status {response.status}, and no JSON")
    data = response.read(wanted.most + 1)
    if len(data) <= wanted.most and response.length:
        raise DiscoveryError("the answer ends before its end")
    if len(data) > wanted.most:
        raise DiscoveryError(f"more than {wanted.most} bytes")
    return data.decode()


def _connected(place: _Place) -> socket.socket:
    return socket.create_connection((str(place.address), place.port), CONNECT_SECONDS)


# --- where to ------------------------------------------------------------------------------------


def _place(url: str, reach: Reach) -> _Place:
    host, port, path = _parts(url)
    return _Place(host, port, path, _checked(host, port, reach))


def _parts(url: str) -> tuple[str, int, str]:
    """Host, port, and path with query. Raises DiscoveryError for anything but https and a name."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS_PORT
    except ValueError as problem:
        raise DiscoveryError("the URL cannot be read") from problem
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if parts.scheme != "https" or not plain or "@" in parts.netloc or parts.fragment:
        raise DiscoveryError("the URL is not a plain https URL")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise DiscoveryError("the host is not a DNS name")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _checked(host: str, port: int, reach: Reach) -> Address:
    """The address to connect to. One that is not allowed among several refuses all."""
    try:
        names = _resolvers.submit(lambda: list(reach.resolver(host, port)))
        found = [ipaddress.ip_address(one) for one in names.result(CONNECT_SECONDS)]
    except (OSError, ValueError, TooSlow) as problem:
        raise DiscoveryError("the host's name is not known") from problem
    if not found or not all(may_ask(one, reach.allowed) for one in found):
        raise DiscoveryError("the host is not at a public address, nor in an allowed network")
    return found[0]

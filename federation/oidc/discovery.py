"""The only code of the package that uses the network: a provider's key set, over HTTPS.

OpenID Connect Discovery 1.0 section 4. Who registers a provider makes this host ask an address, so
nothing is asked but public ones and those the operator allows: the name is resolved once, every
address is looked at, and the one that was looked at is the one that is connected to.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from federation.oidc import strict
from federation.oidc.keys import MOST_BYTES

CONNECT_SECONDS, TOTAL_SECONDS = 2.0, 5.0
_HTTPS_PORT = 443
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Iterable[str]]

# An IPv4 address may stand inside: NAT64 (RFC 6052, RFC 8215); the others urllib's library knows.
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


class DiscoveryError(Exception):
    """The provider could not be asked; the text is for its administrator, not for the caller."""


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses, of both families. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """Where may be connected to. `allowed` are private networks that the operator opened."""

    allowed: tuple[Network, ...] = ()
    resolver: Resolver = resolve
    context: ssl.SSLContext | None = None


def key_set(issuer: str, network: Reach) -> str:
    """The text of the key set of `issuer` (with https://). Raises DiscoveryError."""
    where = issuer.removesuffix("/") + "/.well-known/openid-configuration"
    try:
        document = strict.read(_get(where, network))
    except ValueError as problem:
        raise DiscoveryError(f"the discovery document is no plain JSON: {problem}") from problem
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise DiscoveryError("the discovery document is about another issuer")
    address = document.get("jwks_uri")
    if not isinstance(address, str):
        raise DiscoveryError("the discovery document has no `jwks_uri`")
    return _get(address, network)


def _get(url: str, network: Reach) -> str:
    """The body of a 200. Neither body nor address are in the error."""
    host, port, path = _parts(url)
    address = _checked(host, port, network)
    context = network.context or ssl.create_default_context()
    connection = HTTPSConnection(
        str(address),
        port,
        timeout=CONNECT_SECONDS,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=context,
    )
    try:
        return _body(connection, path, host if port == _HTTPS_PORT else f"{host}:{port}")
    except (OSError, HTTPError, ValueError, AttributeError) as problem:
        raise DiscoveryError(f"no answer: {type(problem).__name__}") from problem
    finally:
        connection.close()


def _body(connection: HTTPSConnection, path: str, host: str) -> str:
    """A watch ends the connection after five seconds, however slowly bytes come."""
    connection.connect()
    watch = threading.Timer(TOTAL_SECONDS - CONNECT_SECONDS, _end, [connection.sock])
    watch.daemon = True
    watch.start()
    try:
        headers = {"Host": host, "Accept": "application/json", "Accept-Encoding": "identity"}
        connection.request("GET", path, headers=headers, preload_content=False)
        response = connection.getresponse()
        if response.status != 200 or "Content-Encoding" in response.headers:
            raise DiscoveryError(f"status {response.status}")
        if "json" not in response.headers.get("Content-Type", ""):
            raise DiscoveryError("the answer is not JSON")
        data = response.read(MOST_BYTES + 1, decode_content=False)
    finally:
        watch.cancel()
    if len(data) > MOST_BYTES:
        raise DiscoveryError(f"more than {MOST_BYTES} bytes")
    return data.decode()


def _end(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


# --- where to ------------------------------------------------------------------------------------


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


def _checked(host: str, port: int, network: Reach) -> Address:
    """The address to connect to. One that is not allowed among several refuses all."""
    try:
        found = [ipaddress.ip_address(one) for one in network.resolver(host, port)]
    except (OSError, ValueError) as problem:
        raise DiscoveryError("the host's name is not known") from problem
    if not found or not all(may_ask(one, network.allowed) for one in found):
        raise DiscoveryError("the host is not at a public address, nor in an allowed network")
    return found[0]


def may_ask(address: Address, allowed: tuple[Network, ...] = ()) -> bool:
    """Whether an address is public, or the operator's; an IPv4 address inside counts as well."""
    if any(address.version == one.version and address in one for one in allowed):
        return True
    inside = _inside(address) if isinstance(address, IPv6Address) else None
    if inside is not None:
        return may_ask(inside, allowed)
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (
        site_local or address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, in one of the five known ways."""
    if address.teredo is not None:
        return address.teredo[1]
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and any(address in one for one in (*_NAT64, _COMPATIBLE)):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return carried

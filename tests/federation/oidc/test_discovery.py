"""Where a provider may be asked: nothing but public addresses, and the one that was looked at."""

from __future__ import annotations

import ipaddress
import socket
from typing import NoReturn

import pytest

from federation.oidc import addresses, discovery
from federation.oidc.discovery import DiscoveryError, Reach


@pytest.fixture(autouse=True)
def no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> NoReturn:
        pytest.fail("a connection was begun")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)


_PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "fec0::1",
    "100::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]


@pytest.mark.parametrize("address", _PRIVATE)
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    """SSRF-01."""
    reach = Reach(resolver=lambda host, port: [address])
    with pytest.raises(DiscoveryError, match="public address"):
        discovery.fetch("https://idp.example.test", reach)


@pytest.mark.parametrize(
    "url",
    ["http://idp.example.test", "file:///etc/passwd", "gopher://idp.example.test", "//idp.test",
     "ftp://idp.example.test", "https://good@evil.test", "https://good:x@evil.test", "https://",
     "https://127.0.0.1", "https://127.1", "https://2130706433", "https://0x7f000001",
     "https://0x7f.1", "https://0177.0.0.1", "https://017700000001", "https://[::1]", "https://0",
     "https://[::ffff:127.0.0.1]", "https://localhost.", "https://\u24db\u24de\u24d2al.test",
     "https://idp.test:0x50", "https://idp.test:70000", "https://idp.test\\@evil.test",
     "https://idp.test#x", "https://a b.test", "https://idp.test/\r\nHost: evil"],
)  # fmt: skip
def test_a_url_that_is_not_plain_https_to_a_name_is_never_asked(url: str) -> None:
    """SSRF-01, SSRF-05."""
    with pytest.raises(DiscoveryError):
        discovery.fetch(url, Reach(resolver=lambda host, port: ["127.0.0.1"]))


def test_one_private_address_among_public_ones_refuses_all() -> None:
    """SSRF-01."""
    with pytest.raises(DiscoveryError):
        discovery.fetch(
            "https://idp.test", Reach(resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"])
        )


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_may_be_asked(address: str) -> None:
    assert addresses.may_ask(ipaddress.ip_address(address))


def test_the_operator_opens_single_networks() -> None:
    allowed = (ipaddress.ip_network("10.1.0.0/16"),)
    assert addresses.may_ask(ipaddress.ip_address("10.1.2.3"), allowed)
    assert not addresses.may_ask(ipaddress.ip_address("10.2.2.3"), allowed)

"""The address of a client: the peer's, unless a proxy that we were told of says otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from identity.facts import source_ip


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ([], "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        (["10.0.0.0/8"], "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.7", "203.0.113.7"),
        (["10.0.0.0/8"], "10.1.2.3", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.7, 10.9.9.9", "203.0.113.7"),
        (["10.0.0.0/8"], "10.1.2.3", "", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "not-an-address", "10.1.2.3"),
        (["fd00::/8"], "fd00::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_forwarded_address_counts_only_from_a_configured_proxy(
    settings: Any, proxies: list[str], peer: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert source_ip(request) == expected

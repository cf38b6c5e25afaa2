"""Which URLs are those of OpenID Connect providers, and how a provider is named by one."""

from __future__ import annotations

import pytest

from federation.oidc.issuer import IssuerError, without_scheme


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://idp.example.com", "idp.example.com"),
        ("https://idp.example.com/", "idp.example.com/"),
        ("https://idp.example.com/Tenant/v2.0/", "idp.example.com/Tenant/v2.0/"),
        ("https://IDP.example.com", "IDP.example.com"),
        ("https://idp.example.com:443/a", "idp.example.com/a"),
        ("https://idp.example.com:8443/a", "idp.example.com:8443/a"),
        ("https://keycloak/realms/x", "keycloak/realms/x"),
        ("https://xn--bcher-kva.example/a~b%20c:d", "xn--bcher-kva.example/a~b%20c:d"),
        ("https://10.example.com", "10.example.com"),
    ],
)
def test_a_provider_is_named_by_its_url_as_it_is_written(url: str, name: str) -> None:
    assert without_scheme(url) == name


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "idp.example.com",
        "http://idp.example.com",
        "HTTPS://idp.example.com",
        " https://idp.example.com",
        "https://idp.example.com ",
        "https://idp.example.com\n",
        "https:idp.example.com",
        "https://https://idp.example.com",
        "javascript://idp.example.com",
        "https://idp.example.com?x=1",
        "https://idp.example.com/?",
        "https://idp.example.com/#",
        "https://idp.example.com#x",
        "https://user@idp.example.com",
        "https://user:secret@idp.example.com",
        "https://idp.example.com/a@b",
        "https://idp.example.com:",
        "https://idp.example.com:0",
        "https://idp.example.com:0443",
        "https://idp.example.com:65536",
        "https://idp.example.com:44３",
        "https://192.0.2.1",
        "https://192.0.2.1:8443/x",
        "https://[2001:db8::1]/x",
        "https://2130706433",
        "https://0x7f000001",
        "https://127.0.0.0x1",
        "https://127.1",
        "https://bücher.example",
        "https://idp.example.com/ü",
        "https://іdp.example.com",
        "https://idp。example.com",
        "https://idp..example.com",
        "https://.example.com",
        "https://idp.example.com.",
        "https://-idp.example.com",
        "https://idp_x.example.com",
        f"https://{'a' * 64}.example.com",
        f"https://{'a.' * 127}com",
        "https://*.example.com",
        "https://idp.example.com//a",
        "https://idp.example.com/a//",
        "https://idp.example.com/../b",
        "https://idp.example.com/./b",
        "https://idp.example.com/a/..",
        "https://idp.example.com/a\\b",
        "https://idp.example.com\\@evil.test",
        "https://idp.example.com/%zz",
        "https://idp.example.com/%2",
        "https://idp.example.com/a b",
        "https://idp.example.com/a\tb",
        "https://idp.example.com/*",
        "https://idp.example.com/${aws:username}",
        "https://idp.example.com/\u202e",
    ],
)
def test_what_is_no_plain_https_url_of_a_name_is_refused(url: str) -> None:
    """SSRF-06."""
    with pytest.raises(IssuerError):
        without_scheme(url)

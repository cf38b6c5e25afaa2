"""URLs of OpenID Connect providers: which are taken, and how a provider is named by one.

"OpenID Connect Discovery 1.0" section 3 says what an issuer is: an https URL without query and
fragment, compared as it is written. So case and a trailing slash stay.
"""

from __future__ import annotations

import re

SCHEME = "https://"
_HTTPS_PORT = ":443"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_AUTHORITY = re.compile(rf"({_LABEL}(?:\.{_LABEL})*)(?::([1-9][0-9]{{0,4}}))?")
# What trust policies can name: a provider with another character would be of no use.
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~:-]|%[0-9A-Fa-f]{2})+")
# Browsers and resolvers read a host whose last part is a number as an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


# Our own addresses name a provider in one step: what its URL cannot hold stands for what it can.
_TO_SEGMENT = str.maketrans({"~": "!", "/": "~"})
_FROM_SEGMENT = str.maketrans({"!": "~", "~": "/"})


class IssuerError(ValueError):
    """The URL cannot be that of a provider; the text says why."""


def segment(name: str) -> str:
    """The name of a provider as one step of a path: `idp.example.com~tenant`."""
    return name.translate(_TO_SEGMENT)


def of_segment(text: str) -> str:
    """The name of the provider that a step of a path stands for."""
    return text.translate(_FROM_SEGMENT)


def without_scheme(url: str) -> str:
    """The name of the provider: `idp.example.com/tenant` of `https://idp.example.com:443/tenant`.

    Raises IssuerError for anything but an https URL of a host by name, with a plain path.
    """
    if not url.startswith(SCHEME):
        raise IssuerError("the URL must begin with https://")
    rest = url[len(SCHEME) :]
    for mark, name in (("?", "a query"), ("#", "a fragment"), ("@", "a user name")):
        if mark in rest:
            raise IssuerError(f"the URL must not have {name}")
    authority, slash, path = rest.partition("/")
    _check_path(path)
    return _host(authority) + slash + path


def _host(authority: str) -> str:
    """The host with its port, unless that is the one https has anyway."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None or len(found[1]) > 253:
        raise IssuerError("the host of the URL is not a DNS name")
    if found[2] and int(found[2]) > 65535:
        raise IssuerError("the port of the URL is not a port")
    if _NUMBER.fullmatch(found[1].rpartition(".")[2]):
        raise IssuerError("the host of the URL must be a name, not an address")
    return authority.removesuffix(_HTTPS_PORT)


def _check_path(path: str) -> None:
    """No empty or dotted part, but for a slash at the end: clients would not agree on its sense."""
    parts = path.split("/")
    for part in parts[:-1] if parts[-1] == "" else parts:
        if part in (".", "..") or not _SEGMENT.fullmatch(part):
            raise IssuerError("the path of the URL is not plain")

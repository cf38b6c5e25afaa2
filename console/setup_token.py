"""The one-time token that proves, before there is any account, that the operator is asking.

It lies in a 0600 file in the data directory and stands in the server's log; whoever reads neither
cannot set the installation up. Making the first account removes it.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from identity.facts import source_ip
from identity.files import private_file

_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")


def read() -> str:
    """The token, made when there is none."""
    return private_file(path())


def path() -> Path:
    return Path(settings.DATA_DIR) / "setup-token.txt"


def discard() -> None:
    path().unlink(missing_ok=True)


def matches(given: str) -> bool:
    return constant_time_compare(given.strip(), read())


def is_local(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine, which proves as much as reading the file.

    Only where the console itself is said to live on loopback: behind a proxy on the same machine
    every visitor would seem to come from here.
    """
    if not settings.LOOPBACK or any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(source_ip(request)).is_loopback
    except ValueError:
        return False

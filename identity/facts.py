"""What a request says of itself, apart from who sent it: values for conditions and for the log."""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Facts:
    """Where, when and how a request came. Times are aware UTC; `region` is the signing region."""

    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    secure: bool = False
    region: str = "us-east-1"
    referer: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=timezone.now)


def facts_of(request: HttpRequest, region: str = "us-east-1", request_id: str = "") -> Facts:
    """The facts of an HTTP request, with the address of the client rather than of our proxy."""
    return Facts(
        source_ip=source_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:512],
        secure=request.is_secure(),
        region=region,
        referer=request.META.get("HTTP_REFERER", "")[:2048],
        request_id=request_id or str(uuid.uuid4()),
    )


def source_ip(request: HttpRequest) -> str:
    """The TCP peer, or the last address that a configured proxy says it got the request from.

    `X-Forwarded-For` counts only when the peer is in BARTIZAN_TRUSTED_PROXIES; what cannot be
    parsed there leaves the proxy's own address, which no address condition of a client matches.
    """
    peer = str(request.META.get("REMOTE_ADDR", "")) or "0.0.0.0"  # noqa: S104 # not a bind
    if not _is_proxy(peer):
        return peer
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    outside = [hop for hop in hops if hop and not _is_proxy(hop)]
    return outside[-1] if outside and _is_address(outside[-1]) else peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_proxy(text: str) -> bool:
    if not settings.TRUSTED_PROXIES or not _is_address(text):
        return False
    address = ipaddress.ip_address(text)
    networks = (ipaddress.ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
    return any(address in network for network in networks)

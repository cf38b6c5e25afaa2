"""`/demo/mail`: what would have been sent by mail, for who tries the console on this machine."""

from __future__ import annotations

import ipaddress

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from console import responses
from console.demo.access import outside
from console.http import Request
from identity import mail

_SHOWN = 30


@outside
@require_safe
def mailbox(request: Request) -> HttpResponse:
    """Signed out as well, since that is when a link is wanted; so from this very machine only."""
    if not ipaddress.ip_address(request.facts.source_ip).is_loopback:
        raise Http404
    return responses.page(request, "demo/mail.html", letters=mail.mailbox(_SHOWN))

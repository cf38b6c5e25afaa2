"""What the sign-in pages of both kinds of providers share: a change leaves an event of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.http import Request
from console.responses import SeeOther
from identity import audit, outbox


def saved(request: Request, name: str, told: Mapping[str, Any], back: str) -> HttpResponse:
    """Record the change under `name`: there is no action of AWS's for it. Then on to `back`."""
    event = audit.signin_event(
        request.caller.account,
        request.facts,
        name,
        identity=audit.identity_of(request.caller),
        response={name: "Success"},
        more=dict(told),
    )
    outbox.add(event)
    messages.success(request, _("The sign-in settings were saved."))
    return SeeOther(back)

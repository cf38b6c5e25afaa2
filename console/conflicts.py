"""The page of a form that somebody else's change overtook: what was, what is, what is mine."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from console.forms.edited import Conflict

_OWN = ("csrfmiddlewaretoken", "form_token", "version", "check")


def page(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """409. The form can be sent again as it was, looked at again, or dropped."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _OWN
    ]
    again = [*sent, ("version", conflict.version), ("form_token", secrets.token_urlsafe(32))]
    context = {"conflict": conflict, "fields": again, "has_errors": True}
    return render(request, "console/conflict.html", context, status=409)

"""Taking an account out as a file, and bringing one in."""

from __future__ import annotations

from django.http import HttpResponse

from console import responses
from console.forms.base import send
from console.forms.transfer import ExportForm
from console.http import Request
from console.jobs import exports, starting
from console.permissions import Rights

DETAILS = "GetAccountAuthorizationDetails"


def export(request: Request) -> HttpResponse:
    """The file is written by a job, which asks for every page that it reads."""
    form = ExportForm(request.POST or None)
    rights = Rights(request)
    if form.is_valid():
        rights.require(DETAILS, "*")
        wanted = form.cleaned_data["format"]
        done = send(request, form, lambda: starting.start(request, exports.KIND, format=wanted))
        if done:
            return done
    return responses.page(request, "console/export.html", form=form, denied=rights.denied("*"))

"""What an access key is called: changed on a page of its own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import key_descriptions, responses
from console.forms.base import send
from console.forms.keys import KeyForm
from console.http import Request
from console.key_owner import Owner, of_oneself, of_somebody
from console.permissions import Rights
from console.responses import SeeOther


def _edit(request: Request, owner: Owner, key_id: str) -> HttpResponse:
    key, rights = owner.key(request, key_id), Rights(request)
    initial = {"description": key_descriptions.of(owner.user, rights).get(key.id, "")}
    form = KeyForm(request.POST or None, initial=initial)
    if form.is_valid() and (
        done := send(request, form, lambda: _save(request, owner, key_id, form))
    ):
        return done
    denied = rights.denied(owner.user.arn)
    shown = {"form": form, "key": key, "denied": denied, "owner": owner}
    return responses.page(request, "console/keys/describe.html", **shown)


def _save(request: Request, owner: Owner, key_id: str, form: KeyForm) -> HttpResponse:
    key_descriptions.write(request, owner.user, key_id, form.cleaned_data["description"])
    messages.success(request, _("The description was saved."))
    return SeeOther(owner.home_url)


edit, my_edit = of_somebody(_edit), of_oneself(_edit)

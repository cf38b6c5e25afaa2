"""Encrypted assertions of a SAML provider: the mode, and the private keys that open them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from console.forms.base import Form, send
from console.forms.saml_keys import EncryptionForm, PrivateKeyForm
from console.forms.users import ConfirmForm
from console.http import Request
from console.providers import Named, of_provider
from console.responses import SeeOther
from console.views.saml_provider import page, shown_of
from identity import quotas

_LIMIT = quotas.PRIVATE_KEYS_PER_SAML_PROVIDER


@of_provider
def encryption(request: Request, named: Named) -> HttpResponse:
    """Two forms: `act` says which one was sent."""
    shown, act = shown_of(request, named), request.POST.get("act", "")
    given, files = (request.POST, request.FILES) if act == "add" else (None, None)
    key = PrivateKeyForm(given, files, auto_id="key_%s")
    mode = EncryptionForm(
        request.POST if act == "mode" else None, initial={"mode": shown["AssertionEncryptionMode"]}
    )
    sent, save = (key, _add) if act == "add" else (mode, _save)
    if sent.is_valid() and (done := send(request, sent, lambda: save(request, named, sent))):
        return done
    full = len(shown["PrivateKeyList"]) >= _LIMIT
    return page(request, named, "encryption", shown=shown, form=sent, key=key, mode=mode, full=full)


def _save(request: Request, named: Named, form: Form) -> HttpResponse:
    mode = form.cleaned_data["mode"]
    return _updated(request, named, _("The mode was saved."), AssertionEncryptionMode=mode)


def _add(request: Request, named: Named, form: Form) -> HttpResponse:
    words = _("The private key was added.")
    return _updated(request, named, words, AddPrivateKey=form.cleaned_data["pem"])


def _updated(request: Request, named: Named, words: str, **change: Any) -> HttpResponse:
    request.iam.update_saml_provider(SAMLProviderArn=named.arn, **change)
    messages.success(request, words)
    return SeeOther(named.page_url("encryption"))


@of_provider
def key_remove(request: Request, named: Named, key_id: str) -> HttpResponse:
    """Typed: what is still encrypted for it can be read by nobody from then on."""
    form = ConfirmForm(request.POST or None, expected="remove")
    if form.is_valid() and (done := send(request, form, lambda: _remove(request, named, key_id))):
        return done
    shown = shown_of(request, named)
    if key_id not in [one["KeyId"] for one in shown["PrivateKeyList"]]:
        raise Http404
    back = named.page_url("encryption")
    return page(
        request, named, "key_remove", shown=shown, form=form, key_id=key_id, encryption_url=back
    )


def _remove(request: Request, named: Named, key_id: str) -> HttpResponse:
    words = _("Private key %(id)s was removed.") % {"id": key_id}
    return _updated(request, named, words, RemovePrivateKey=key_id)

"""What every form of the console does: it works once, and refusals land on the field they mean."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console import handoff, kept_forms
from console.forms import words
from console.models import SentForm
from console.responses import SeeOther
from identity.errors import AwsError, ServiceUnavailable

logger = logging.getLogger(__name__)

Text = str | Promise

# These are about the caller or about us, not about what stands in the form: they end in a page.
NOT_ABOUT_THE_FORM = frozenset({"AccessDenied", "Throttling"})


def new_token() -> str:
    return secrets.token_urlsafe(32)


def fingerprint(state: object) -> str:
    """What a hidden field says of the state that was edited, so that a later change is noticed."""
    return hashlib.sha256(repr(state).encode()).hexdigest()


class Form(words.Form):
    """A form with a token of its own; templates write `novalidate` and `{{ form.form_token }}`.

    `fields_of` says which field an AWS error code is about (the whole form when it names none),
    `sentences` what to say instead of the service's message, which then follows in details.
    """

    form_token = forms.RegexField(
        r"\A[\w-]{43}\Z",
        initial=new_token,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("This form came without its token. Open it again and send it once more."),
            "invalid": _("This form came without its token. Open it again and send it once more."),
        },
    )
    fields_of: Mapping[str, str] = MappingProxyType({})
    sentences: ClassVar[Mapping[str, Text]] = {}
    service_message = ""

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What was typed before the session ended, where the page is opened with it."""
        kept = kept_forms.offered()
        if (
            kept is None
            or field_name == "form_token"
            or not any(map(kept.__contains__, self.fields))
        ):
            return super().get_initial_for_field(field, field_name)
        if kept_forms.is_left_out(field_name):
            return None
        return field.widget.value_from_datadict(kept, MultiValueDict(), self.add_prefix(field_name))


def add_problem(form: Form, error: AwsError) -> None:
    """Put a refusal on the form. Raises it again when it is not about what the form holds."""
    if error.status >= 500 or error.code in NOT_ABOUT_THE_FORM:
        raise error
    field = form.fields_of.get(error.code)
    sentence = form.sentences.get(error.code)
    form.add_error(field if field in form.fields else None, str(sentence or error.message))
    form.service_message = f"{error.code}: {error.message}" if sentence else ""


def send(request: HttpRequest, form: Form, act: Callable[[], HttpResponse]) -> HttpResponse | None:
    """Do what a valid form asks for, once: `act` and the form's token commit together.

    The same form sent twice gets the first one's redirect. None when an operation refused; the
    form then carries the reason, nothing was changed and the same form may be sent again. Raises
    ServiceUnavailable when the database does not take it now.
    """
    return send_prepared(request, form, lambda: act)


def send_prepared(
    request: HttpRequest, form: Form, prepare: Callable[[], Callable[[], HttpResponse]]
) -> HttpResponse | None:
    """As `send`, where `prepare` comes before the transaction and returns what is done in it.

    What takes long, such as hashing a password, would otherwise make all other writers wait.
    """
    try:
        act = prepare()
        with transaction.atomic():
            return _once(request, form, act)
    except AwsError as error:
        if answer := first_result(request):  # it was sent twice, and refused for what it has done
            return answer
        add_problem(form, error)
    except OperationalError as problem:
        logger.exception("the database did not take a form")
        raise ServiceUnavailable(str(_("The database is busy. Try again."))) from problem
    return None


def first_result(request: HttpRequest) -> HttpResponse | None:
    """The answer to this very form when it was sent before, for pages whose object it removed."""
    sent = SentForm.objects.filter(pk=_digest(request.POST.get("form_token", ""))).first()
    return handoff.again(request, SeeOther(sent.result)) if sent else None


def _once(request: HttpRequest, form: Form, act: Callable[[], HttpResponse]) -> HttpResponse:
    sent, fresh = SentForm.objects.get_or_create(token=_digest(form.cleaned_data["form_token"]))
    if not fresh:
        return handoff.again(request, SeeOther(sent.result))
    response = act()
    sent.result = response.headers["Location"]
    sent.save(update_fields=["result"])
    return response


def _digest(token: str) -> str:
    """43 characters; the token itself is not stored, since a handoff's key is made from it."""
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

"""`/reauthenticate`: the proof of who is at the keyboard that a sensitive act waits for."""

from __future__ import annotations

from django.http import HttpResponse

from console import entrance, responses, step_up
from console.forms.reauthenticate import PasswordForm
from console.forms.signin import CodeForm, EntranceForm, KeyForm
from console.http import Request
from console.views.signin import page_or_form
from identity import passkeys, reproof
from identity.account_paths import here
from identity.callers import Kind
from identity.errors import Throttling
from identity.models import User, VirtualMfaDevice


@page_or_form
def reauthenticate(request: Request) -> HttpResponse:
    """Back to where the act was to happen; nothing is done there before it is sent again."""
    if request.signed_in.kind not in (Kind.ROOT, Kind.USER):
        return responses.see_other("home")
    form = _form_of(request)
    if form.is_valid() and _proved(request, form):
        return responses.SeeOther(here(entrance.next_of(request)) or responses.address("home"))
    return _page(request, form, request.signed_in.user)


def _form_of(request: Request) -> EntranceForm:
    """What was sent, or what is asked for first: a code, or the password of who has no device."""
    sent = request.POST if request.method == "POST" else None
    if sent is not None and "credential" in sent:
        return KeyForm(sent)
    return CodeForm(sent) if request.signed_in.user.mfa_devices.exists() else PasswordForm(sent)


def _proved(request: Request, form: EntranceForm) -> bool:
    try:
        _prove(request, form)
    except reproof.RefusedError:
        form.refuse()
    except Throttling as problem:
        form.ask_to_wait(problem)
    return not form.errors


def _prove(request: Request, form: EntranceForm) -> None:
    who, facts, typed = request.signed_in, request.facts, form.cleaned_data
    if isinstance(form, CodeForm):
        reproof.by_code(request, who, facts, typed["code"])
    elif isinstance(form, PasswordForm):
        reproof.by_password(request, who, facts, typed["password"])
    elif site := passkeys.site_of(request):
        reproof.by_key(request, who, facts, site, typed["credential"])
    else:
        raise reproof.RefusedError


def _page(request: Request, form: EntranceForm, user: User) -> HttpResponse:
    """Each way that this person has, at this address."""
    site = passkeys.site_of(request)
    has_key = site is not None and site.host in passkeys.hosts_of(user)
    return entrance.answer(
        request,
        "signin/reauthenticate.html",
        form,
        act=step_up.ACTS.get(request.GET.get("act", ""), ""),
        user=user,
        password_form=form if isinstance(form, PasswordForm) else None,
        code_form=_code_form(form) if _has_app(user) else None,
        key_form=(form if isinstance(form, KeyForm) else KeyForm()) if has_key else None,
        options=passkeys.request_options(request.session, user, site) if site and has_key else "",
    )


def _has_app(user: User) -> bool:
    return VirtualMfaDevice.objects.virtual().filter(user=user).exists()


def _code_form(form: EntranceForm) -> EntranceForm:
    return form if isinstance(form, CodeForm) else CodeForm()

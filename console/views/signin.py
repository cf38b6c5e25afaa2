"""Who signs in: the chooser, the page of an account's users, and root's two steps."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from console import entrance, recent_accounts, responses
from console.forms.signin import AccountForm, EmailForm, RootForm, UserForm, account_name
from console.http import Request
from console.templatetags.formats import account_id
from federation import ways_in
from identity import signin
from identity.access import public
from identity.claims import Claim
from identity.models import Account, ConsoleSettings

_EMAIL = "root_email"
_EMAIL_SECONDS = 600

page_or_form = require_http_methods(["GET", "HEAD", "POST"])


@public
@page_or_form
def chooser(request: Request) -> HttpResponse:
    if "forget" in request.POST:
        return _forget(request)
    form = AccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        account = form.cleaned_data["account"]
        if "@" in account:
            return _root_password_page(request, account)
        return responses.see_other("sign-in-user", account, next=entrance.next_of(request))
    recent = recent_accounts.of(request)
    return entrance.answer(request, "signin/chooser.html", form, recent=recent)


def _forget(request: Request) -> HttpResponse:
    response = responses.see_other("sign-in", next=entrance.next_of(request))
    recent_accounts.forget(request, response, request.POST["forget"])
    return response


@public
@page_or_form
def user(request: Request, account: str) -> HttpResponse:
    """The same page whether or not there is such an account: it shows what the address says.

    Only a device that has signed in to the account before is told its alias and ID.
    """
    if account_name(account) != account:
        return _canonical(request, account)
    form = UserForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        claim = Claim.of_user(account, form.cleaned_data["username"])
        if proved := _prove(request, form, claim):
            return proved
    known = [a for a in recent_accounts.of(request) if account in (a.id, a.alias)]
    name = (known[0].alias if known else None) or account_id(account)
    number = known[0].id if known else ""
    return entrance.answer(
        request,
        "signin/user.html",
        form,
        name=name,
        number=number,
        account=account,
        ways_in=ways_in.offered(account),
        message=_message(account),
    )


def _message(account: str) -> str:
    """What the account wants to be read here; that it has any tells that it exists."""
    found = ConsoleSettings.objects.filter(account__in=Account.objects.at(account)).first()
    return found.message if found else ""


def _canonical(request: Request, account: str) -> HttpResponse:
    name = account_name(account)
    if not name:
        raise Http404
    return responses.see_other("sign-in-user", name, next=entrance.next_of(request))


@public
@page_or_form
def root(request: Request) -> HttpResponse:
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _root_password_page(request, form.cleaned_data["email"])
    return entrance.answer(request, "signin/root.html", form)


def _root_password_page(request: Request, email: str) -> HttpResponse:
    """On to step two, for any e-mail: whether it is somebody's is not looked up."""
    request.session[_EMAIL] = email[:254]
    if request.caller is None:
        request.session.set_expiry(_EMAIL_SECONDS)
    return responses.see_other("sign-in-root-password", next=entrance.next_of(request))


@public
@page_or_form
def root_password(request: Request) -> HttpResponse:
    email = request.session.get(_EMAIL)
    if request.method != "POST" and not email:
        return responses.see_other("sign-in-root", next=entrance.next_of(request))
    form = RootForm(request.POST if request.method == "POST" else None, initial={"email": email})
    if form.is_valid():
        claim = Claim.of_root(form.cleaned_data["email"])
        if proved := _prove(request, form, claim):
            return proved
    return entrance.answer(request, "signin/root_password.html", form)


def _prove(request: Request, form: UserForm | RootForm, claim: Claim) -> HttpResponse | None:
    """Try the password: the next stage, or None with the reason on the form."""
    password, after = form.cleaned_data["password"], entrance.next_of(request)
    pending = entrance.attempt(
        form, lambda: signin.prove_password(request, claim, password, request.facts, after)
    )
    return entrance.go_on(request, pending) if pending else None

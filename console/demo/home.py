"""`/demo`: a card for each demonstration, and the trace that each sign-in leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from console import attempt_log, responses
from console.demo import setup
from console.demo.access import on
from console.demo.drawing import Drawing, Words
from console.forms.base import Form, send
from console.http import Request
from console.models import Demonstration
from console.permissions import Rights
from console.responses import SeeOther, see_other
from federation.models import FederatedAttempt

_SHOWN = 10
_READ = {
    setup.SAML_PROVIDER: "GetSAMLProvider",
    setup.OIDC_PROVIDER: "GetOpenIDConnectProvider",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One demonstration: who takes part, and what happens in which order."""

    scenario: str
    title: Words
    sentence: Words
    start: str
    steps: tuple[Words, ...]
    drawing: Drawing
    row: Demonstration | None = None


_CARDS = (
    Card(
        setup.DIRECTORY,
        gettext_lazy("Corporate directory (SAML)"),
        gettext_lazy("People of a company come into the console from their own portal."),
        "demo-idp",
        (
            gettext_lazy("The person signs in at the company and chooses the tile Cloud console."),
            gettext_lazy("The directory signs a response; the browser posts it to this console."),
            gettext_lazy("The console verifies it, asks which role to take, and opens."),
        ),
        Drawing(
            ("Browser", gettext_lazy("Directory"), gettext_lazy("Console")),
            (
                (0, 1, gettext_lazy("Cloud console")),
                (1, 0, gettext_lazy("signed response")),
                (0, 2, "POST /saml"),
                (2, 0, gettext_lazy("choose a role, session")),
            ),
        ),
    ),
    Card(
        setup.OPENID,
        gettext_lazy("Web app (OpenID Connect)"),
        gettext_lazy("An app trades the ID token of its person for temporary credentials."),
        "demo-oidc-app",
        (
            gettext_lazy("The app sends the person to the provider, who signs in and agrees."),
            gettext_lazy("The app gets an ID token for the code that comes back."),
            gettext_lazy("AssumeRoleWithWebIdentity gives credentials for it; the app uses them."),
        ),
        Drawing(
            ("Browser", "App", gettext_lazy("Provider"), "STS"),
            (
                (0, 2, gettext_lazy("sign in, agree")),
                (2, 0, gettext_lazy("code")),
                (0, 1, gettext_lazy("code")),
                (1, 2, gettext_lazy("POST token")),
                (2, 1, gettext_lazy("ID token")),
                (1, 3, "AssumeRoleWithWebIdentity"),
                (3, 1, gettext_lazy("credentials")),
            ),
        ),
    ),
    Card(
        setup.BROKER,
        gettext_lazy("Custom broker"),
        gettext_lazy("A program of the company opens the console for people that it knows."),
        "demo-broker",
        (
            gettext_lazy("The person signs in at the company and chooses a job."),
            gettext_lazy("The broker calls AssumeRole or GetFederationToken for it."),
            gettext_lazy("It trades the credentials for a sign-in token, and sends the person on."),
        ),
        Drawing(
            ("Browser", "Broker", "STS", gettext_lazy("Console")),
            (
                (0, 1, gettext_lazy("choose a job")),
                (1, 2, "AssumeRole"),
                (2, 1, gettext_lazy("credentials")),
                (1, 3, "getSigninToken"),
                (3, 1, gettext_lazy("sign-in token")),
                (1, 0, gettext_lazy("login address")),
                (0, 3, gettext_lazy("login")),
            ),
        ),
    ),
)


@on
@require_safe
def home(request: Request) -> HttpResponse:
    found = Demonstration.objects.filter(account=request.caller.account)
    rows = {row.scenario: row for row in found}
    cards = [replace(card, row=rows.get(card.scenario)) for card in _CARDS]
    return responses.page(
        request, "demo/home.html", cards=cards, form=Form(), attempts=_attempts(request)
    )


@on
@require_POST
def set_up(request: Request, scenario: str) -> HttpResponse:
    _require_known(scenario)

    def act() -> SeeOther:
        row = setup.set_up(request.iam, request.caller.account, scenario)
        names = ", ".join(name for _kind, name in row.made)
        messages.success(request, _("Made: %s.") % names)
        return see_other("demo")

    return _sent(request, act)


@on
@require_POST
def remove(request: Request, scenario: str) -> HttpResponse:
    _require_known(scenario)

    def act() -> SeeOther:
        found = Demonstration.objects.filter(account=request.caller.account, scenario=scenario)
        for row in found:
            setup.remove(request.iam, row)
        messages.success(request, _("All that was made for the demonstration is removed."))
        return see_other("demo")

    return _sent(request, act)


@on
@require_safe
def trace(request: Request, attempt_id: uuid.UUID) -> HttpResponse:
    """One attempt, check by check, for who may read the provider of it."""
    account = request.caller.account
    attempt = get_object_or_404(FederatedAttempt, pk=attempt_id, account=account)
    Rights(request).require(_reading(attempt.provider_arn), attempt.provider_arn)
    log_page = attempt_log.url_of(attempt)
    shown = attempt_log.shown(request, attempt)
    return responses.page(request, "demo/trace.html", log_page=log_page, **shown)


def _sent(request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What the form asked for, once; a refusal comes back as a message on the page."""
    form = Form(request.POST)
    answer = send(request, form, act) if form.is_valid() else None
    if answer is not None:
        return answer
    for problem in (error for errors in form.errors.values() for error in errors):
        messages.error(request, str(problem))
    return see_other("demo")


def _require_known(scenario: str) -> None:
    if scenario not in setup.SCENARIOS:
        raise Http404


def _attempts(request: Request) -> list[FederatedAttempt]:
    """The newest attempts of the demonstrations' providers, of those that may be read."""
    rights, account = Rights(request), request.caller.account
    rows = Demonstration.objects.filter(account=account)
    arns = [name for row in rows for kind, name in row.made if kind in _READ]
    readable = [arn for arn in arns if rights.allow(f"iam:{_reading(arn)}", arn)]
    found = FederatedAttempt.objects.filter(account=account, provider_arn__in=readable)
    return list(found.order_by("-at", "-id")[:_SHOWN])


def _reading(arn: str) -> str:
    return _READ[setup.SAML_PROVIDER if ":saml-provider/" in arn else setup.OIDC_PROVIDER]

"""`/demo/idp`: the pages of the corporate directory. It posts to `/saml` like any other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.demo import access, directory, keys, setup
from console.demo.access import COMPANY, PEOPLE, Person, outside, person_named, person_of
from console.demo.forms import ResponseForm
from console.http import Request
from console.models import Demonstration
from console.responses import address, see_other

_LONGEST_RELAY_STATE = 80  # SAML bindings, section 3.5.3


@dataclass(frozen=True, slots=True)
class Tile:
    """A console that the directory can send people to: that of one account."""

    row: Demonstration
    form: ResponseForm


@outside
@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    _key, certificate = keys.key(keys.DIRECTORY)
    text = directory.metadata(certificate)
    return HttpResponse(text, content_type="application/samlmetadata+xml")


@outside
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Also where an AuthnRequest of the console's arrives; what it asks is kept on the way."""
    person = person_named(request.POST.get("person", ""))
    if person is None:
        return _page(request, "demo/idp_sign_in.html", people=PEOPLE, asked=_asked(request))
    response = see_other("demo-idp-apps", **_asked(request))
    access.remember(response, person)
    return response


@outside
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    response = see_other("demo-idp-sign-in")
    access.forget(response)
    return response


@outside
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return redirect("demo-idp-apps")


@outside
@require_safe
def apps(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if person is None:
        return redirect(address("demo-idp-sign-in", **_asked(request)))
    rows = Demonstration.objects.filter(scenario=setup.DIRECTORY).select_related("account")
    tiles = [Tile(row, _form(row, person)) for row in rows]
    return _page(request, "demo/idp_apps.html", person=person, tiles=tiles, asked=_asked(request))


@outside
@require_POST
def send(request: Any) -> HttpResponse:
    """The page that posts the response to the console; or the tile with what is missing in it."""
    person = person_of(request)
    if person is None:
        return redirect("demo-idp-sign-in")
    row = _row(request)
    form = _form(row, person, request.POST)
    if not form.is_valid():
        tiles, asked = [Tile(row, form)], _asked(request)
        context = {"person": person, "tiles": tiles, "asked": asked, "has_errors": True}
        return _page(request, "demo/idp_apps.html", status=422, **context)
    asked = _asked(request)
    return _page(
        request,
        "demo/idp_send.html",
        acs=directory.acs(),
        response=directory.response(person, _choice(row, form, asked), request.facts.at),
        relay_state=asked["relay_state"],
    )


def _choice(row: Demonstration, form: ResponseForm, asked: dict[str, str]) -> directory.Choice:
    given = form.cleaned_data
    return directory.Choice(
        account=row.account_id,
        roles=given["roles"],
        tags=form.tag_pairs(),
        seconds=given["seconds"],
        source_identity=given["source_identity"],
        fault=given["fault"],
        in_response_to=asked["request"],
    )


def _row(request: Request) -> Demonstration:
    """The set-up of the account whose tile was chosen."""
    rows = Demonstration.objects.filter(scenario=setup.DIRECTORY).select_related("account")
    row = rows.filter(account=request.POST.get("account", "")).first()
    if row is None:
        raise Http404
    return row


def _form(row: Demonstration, person: Person, data: Any = None) -> ResponseForm:
    roles = row.names(setup.ROLE)
    first = {"roles": roles[:1], "tags": f"department={person.department}"}
    return ResponseForm(data, roles=roles, initial=first, auto_id=f"id_{row.account_id}_%s")


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the service provider asked: the ID of its request, and where to go afterwards."""
    given = request.POST if request.method == "POST" else request.GET
    arrived = given.get("SAMLRequest", "")
    relay = given.get("RelayState", given.get("relay_state", ""))
    return {
        "request": directory.request_id(arrived) if arrived else given.get("request", "")[:256],
        "relay_state": relay if len(relay) <= _LONGEST_RELAY_STATE else "",
    }


def _page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, template, {"company": COMPANY, **context}, status=status)

"""The custom broker: a program of the company that opens the console for people whom it knows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.demo import access, setup
from console.demo.access import COMPANY, PEOPLE, Person, outside, person_named, person_of
from console.demo.calls import MASK, CallFailed, Key, Trace
from console.models import Demonstration
from console.responses import see_other
from identity import arns

ROLE_JOB, GUEST_JOB = "support", "guest"
JOBS = (
    (ROLE_JOB, _("Support: read the settings of IAM for an hour (AssumeRole)")),
    (GUEST_JOB, _("Guest: look at the summary for 15 minutes (GetFederationToken)")),
)
_HOUR, _QUARTER = 3_600, 900
_GUEST_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "iam:GetAccountSummary", "Resource": "*"}],
}
_SIGN_IN_TOKEN = """session = {
    "sessionId": credentials["AccessKeyId"],
    "sessionKey": credentials["SecretAccessKey"],
    "sessionToken": credentials["SessionToken"],
}
fields = {"Action": "getSigninToken", "Session": json.dumps(session)%s}
answer = requests.get("%s/federation", params=fields)
signin_token = answer.json()["SigninToken"]"""


@dataclass(frozen=True, slots=True)
class Run:
    """What the broker did; without a login URL where a call was refused."""

    trace: Trace
    login_url: str = ""
    shown_url: str = ""


@outside
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    person = person_named(request.POST.get("person", ""))
    if person is None:
        return _page(request, "demo/broker_sign_in.html", people=PEOPLE)
    response = see_other("demo-broker")
    access.remember(response, person)
    return response


@outside
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if person is None:
        return redirect("demo-broker-sign-in")
    return _page(request, "demo/broker.html", person=person, rows=_rows(), jobs=JOBS)


@outside
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Do what the broker does for the chosen job, and show each call."""
    person = person_of(request)
    if person is None:
        return redirect("demo-broker-sign-in")
    row = next((r for r in _rows() if r.account_id == request.POST.get("account")), None)
    if row is None or request.POST.get("job") not in dict(JOBS):
        raise Http404
    done = login_for(row, person, request.POST["job"])
    return _page(request, "demo/broker_run.html", person=person, run=done)


def login_for(row: Demonstration, person: Person, job: str) -> Run:
    """Credentials for the job, a sign-in token for these, the address to send the browser to."""
    trace, key = Trace(), Key(row.key_id, row.secret)
    try:
        if job == ROLE_JOB:
            credentials = _assume_role(trace, key, row, person)
        else:
            credentials = _federation_token(trace, key, person)
        token = _signin_token(trace, credentials, long=job == ROLE_JOB)
    except CallFailed:
        return Run(trace)
    return Run(trace, _login_url(token), _login_url("MASK").replace("MASK", MASK))


def _assume_role(trace: Trace, key: Key, row: Demonstration, person: Person) -> Mapping[str, Any]:
    answer = trace.sts(
        "AssumeRole",
        key,
        RoleArn=arns.iam(row.account_id, "role", row.names(setup.ROLE)[0]),
        RoleSessionName=person.email,
        DurationSeconds=_HOUR,
        Tags=[{"Key": "department", "Value": person.department}],
    )
    found: Mapping[str, Any] = answer["Credentials"]
    return found


def _federation_token(trace: Trace, key: Key, person: Person) -> Mapping[str, Any]:
    answer = trace.sts(
        "GetFederationToken",
        key,
        Name=person.login,
        DurationSeconds=_QUARTER,
        Policy=json.dumps(_GUEST_POLICY),
    )
    found: Mapping[str, Any] = answer["Credentials"]
    return found


def _signin_token(trace: Trace, credentials: Mapping[str, Any], *, long: bool) -> str:
    """SessionDuration goes with the credentials of roles alone."""
    key = Key.of(credentials)
    session = {"sessionId": key.id, "sessionKey": key.secret, "sessionToken": key.token}
    fields = {"Action": "getSigninToken", "Session": json.dumps(session)}
    fields |= {"SessionDuration": str(_HOUR)} if long else {}
    duration = f', "SessionDuration": "{_HOUR}"' if long else ""
    python = _SIGN_IN_TOKEN % (duration, settings.BASE_URL)
    return str(trace.http("GET", "/federation", fields, python)["SigninToken"])


def _login_url(token: str) -> str:
    fields = {
        "Action": "login",
        "Issuer": f"{settings.BASE_URL}/demo/broker",
        "Destination": f"{settings.BASE_URL}/home",
        "SigninToken": token,
    }
    return f"{settings.BASE_URL}/federation?{urlencode(fields)}"


def _rows() -> list[Demonstration]:
    rows = Demonstration.objects.filter(scenario=setup.BROKER)
    return list(rows.select_related("account").order_by("account"))


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {"company": COMPANY, **context})

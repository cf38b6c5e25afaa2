"""`/demo/oidc/app`: a web app that has no user of this account, and acts with a role of it.

It signs its person in at the OpenID provider, trades the ID token for temporary credentials, asks
with these who it is, and reads the account's name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.demo import setup
from console.demo.access import outside
from console.demo.calls import CallFailed, Key, Trace
from console.demo.openid import redirect_uri
from console.models import Demonstration
from identity import arns

NAME = "Harbour Photos"
COOKIE = "demo-app"
_SALT = "console.demo.app"
_SECONDS = 600
_CODE_FOR_TOKEN = """fields = {
    "grant_type": "authorization_code",
    "code": code,
    "code_verifier": code_verifier,
    "client_id": "%s",
    "redirect_uri": "%s",
}
answer = requests.post("%s/demo/oidc/token", data=fields)
web_identity_token = answer.json()["id_token"]"""


@outside
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    rows = Demonstration.objects.filter(scenario=setup.OPENID).select_related("account")
    return render(
        request, "demo/oidc_app.html", {"company": NAME, "rows": rows.order_by("account")}
    )


@outside
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """To the provider, with what only this browser can answer kept in its cookie."""
    account = request.POST.get("account", "")
    if not Demonstration.objects.filter(scenario=setup.OPENID, account=account).exists():
        raise Http404
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    response = redirect(f"{settings.BASE_URL}/demo/oidc/authorize?{urlencode(_asked(kept))}")
    value = signing.dumps({**kept, "account": account}, salt=_SALT)
    response.set_cookie(
        COOKIE, value, max_age=_SECONDS, path="/demo/oidc/app", httponly=True, samesite="Lax"
    )
    return response


def _asked(kept: Mapping[str, str]) -> dict[str, str]:
    """What the provider is asked by way of the browser."""
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    return {
        "client_id": setup.CLIENT_ID,
        "redirect_uri": redirect_uri(),
        "response_type": "code",
        "scope": "openid",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }


@outside
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Code for token, token for credentials, and something read with these; each call is shown."""
    kept = _kept(request)
    rows = Demonstration.objects.filter(scenario=setup.OPENID, account=kept.get("account", ""))
    row, state = rows.first(), request.GET.get("state", "").encode()
    if row is None or not hmac.compare_digest(kept["state"].encode(), state):
        return _page(request, 400, problem=True)
    if "code" not in request.GET:
        return _page(request, 200, declined=True)
    trace = Trace()
    back = {name: request.GET.get(name, "") for name in ("code", "state")}
    trace.seen(_("Browser: GET /demo/oidc/authorize"), _asked(kept), back)
    try:
        key = _credentials(trace, row, request.GET["code"], kept["verifier"])
        who = trace.sts("GetCallerIdentity", key)
        names = trace.iam("ListAccountAliases", key)["AccountAliases"]
    except CallFailed:
        return _page(request, 200, trace=trace)
    response = _page(request, 200, trace=trace, who=who, names=names)
    response.delete_cookie(COOKIE, path="/demo/oidc/app")
    return response


def _credentials(trace: Trace, row: Demonstration, code: str, verifier: str) -> Key:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "client_id": setup.CLIENT_ID,
        "redirect_uri": redirect_uri(),
    }
    python = _CODE_FOR_TOKEN % (setup.CLIENT_ID, redirect_uri(), settings.BASE_URL)
    token = trace.http("POST", "/demo/oidc/token", fields, python)["id_token"]
    answer = trace.sts(
        "AssumeRoleWithWebIdentity",
        RoleArn=arns.iam(row.account_id, "role", row.names(setup.ROLE)[0]),
        RoleSessionName="photo-app",
        WebIdentityToken=token,
    )
    return Key.of(answer["Credentials"])


def _kept(request: HttpRequest) -> dict[str, str]:
    """What `start` kept; empty when it is gone or not of ours."""
    try:
        kept: dict[str, str] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS
        )
    except signing.BadSignature:
        return {}
    return kept


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    return render(request, "demo/oidc_app_done.html", {"company": NAME, **context}, status=status)

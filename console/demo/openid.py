"""The demonstration's OpenID provider: `/demo/oidc`, authorization code with PKCE and nothing else.

OpenID Connect Core 1.0 section 3.1, RFC 6749 section 4.1, RFC 7636. Parameters that it does not
know are passed over, as the standards demand of providers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from joserfc import jwt

from console.demo import keys, setup
from console.demo.access import COMPANY, PEOPLE, Person, outside, person_named
from federation.models import SeenAssertion

CODE_SECONDS = 60
TOKEN_SECONDS = 600
_SALT = "console.demo.code"
_ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
_LONGEST = 512

Fields = Mapping[str, str]


def redirect_uri() -> str:
    """Where the sample app, the one client, takes people back."""
    return f"{settings.BASE_URL}/demo/oidc/app/callback"


@outside
@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Discovery 1.0 section 3."""
    here = f"{settings.BASE_URL}/demo/oidc"
    return JsonResponse(
        {
            "issuer": setup.issuer(),
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "amr", "email"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
        }
    )


@outside
@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """RFC 7517."""
    return JsonResponse(keys.key_set())


@outside
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Who it is, and whether the app may know: one page. Nothing goes to an unknown address."""
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: given.get(name, "") for name in _ASKED}
    problem = _problem(asked)
    if problem:
        return render(
            request, "demo/oidc_refused.html", {"company": COMPANY, "problem": problem}, status=400
        )
    if request.POST.get("answer") == "deny":
        return _back({"error": "access_denied", "state": asked["state"]})
    person = person_named(request.POST.get("person", ""))
    if person is None:
        shown = {"company": COMPANY, "people": PEOPLE, "asked": asked}
        return render(request, "demo/oidc_authorize.html", shown)
    return _back({"code": _code(asked, person), "state": asked["state"]})


@outside
@csrf_exempt  # programs call it, with a code that only they can have
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """The ID token for a code, once. RFC 6749 section 5.2 names the errors."""
    given = request.POST
    if given.get("grant_type") != "authorization_code":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    granted = _redeemed(given.get("code", ""))
    if granted is None or not _fits(granted, given):
        return JsonResponse({"error": "invalid_grant"}, status=400)
    return JsonResponse(
        {
            "access_token": secrets.token_urlsafe(32),  # opens nothing: there is no user info
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": id_token(granted),
        }
    )


def id_token(granted: Fields) -> str:
    """The signed token for what a code stands for."""
    person = person_named(granted["sub"])
    assert person is not None  # as `authorize` found them
    now = int(timezone.now().timestamp())
    claims = {
        "iss": setup.issuer(),
        "sub": person.login,
        "aud": setup.CLIENT_ID,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "nonce": granted["nonce"],
        "amr": ["pwd"],
        "email": person.email,
    }
    key = keys.jwk()
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, key)


def _problem(asked: Fields) -> str:
    """Why the request cannot be answered; "" when it can."""
    wanted = {
        "client_id": setup.CLIENT_ID,
        "redirect_uri": redirect_uri(),
        "response_type": "code",
        "code_challenge_method": "S256",
    }
    wrong = [name for name, value in wanted.items() if asked[name] != value]
    wrong += [name for name, value in asked.items() if len(value) > _LONGEST]
    if "openid" not in asked["scope"].split():
        wrong.append("scope")
    wrong += [name for name in ("state", "nonce", "code_challenge") if not asked[name]]
    return wrong[0] if wrong else ""


def _back(fields: Fields) -> HttpResponse:
    return redirect(f"{redirect_uri()}?{urlencode(fields)}")


def _code(asked: Fields, person: Person) -> str:
    granted = {name: asked[name] for name in ("client_id", "redirect_uri", "nonce")}
    granted |= {"sub": person.login, "challenge": asked["code_challenge"]}
    return signing.dumps({**granted, "jti": secrets.token_urlsafe(16)}, salt=_SALT)


def _redeemed(code: str) -> dict[str, str] | None:
    """What the code stands for; None when it is none, too old, or was used before."""
    try:
        granted: dict[str, str] = signing.loads(code, salt=_SALT, max_age=CODE_SECONDS)
    except signing.BadSignature:
        return None
    digest = hashlib.sha256(f"demo code {code}".encode()).hexdigest()
    until = timezone.now() + timedelta(seconds=CODE_SECONDS)
    return granted if SeenAssertion.objects.claim(digest, until) else None


def _fits(granted: Fields, given: Any) -> bool:
    """Whether who redeems the code is who asked for it (RFC 7636 section 4.6)."""
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=")
    proven = hmac.compare_digest(challenge, granted["challenge"].encode())
    same = all(granted[name] == given.get(name) for name in ("client_id", "redirect_uri"))
    return proven and same

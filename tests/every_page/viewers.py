"""Seven people who look at every address, from nobody to root (console.md 6.1, A18)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from identity.browser import CREDENTIALS
from identity.models import Account, TemporarySession, User
from tests.console.conftest import sign_in
from tests.factories import ADMINISTRATOR, make_document, make_role, make_user

WHO = (
    "signed out",
    "no permission",
    "read-only",
    "administrator",
    "root",
    "role",
    "federated",
)
READING = ["iam:Get*", "iam:List*", "iam:Simulate*", "cloudtrail:LookupEvents"]


def viewers(account: Account, ana: User) -> dict[str, Client]:
    """By who they are. A role's and a federated user's session may do what an administrator may."""
    role = make_role(account, "admins", allow=["*"])
    own = {"name": "jo", "policies": [make_document(ADMINISTRATOR)]}
    browsers = (
        Client(),
        sign_in(make_user(account, "nobody")),
        sign_in(make_user(account, "reader", allow=READING)),
        sign_in(ana),
        sign_in(account.root),
        _sign_in_with(account, "ASIA8", role=role, name="jo", operation="AssumeRole"),
        _sign_in_with(account, "ASIA9", user=ana, operation="GetFederationToken", **own),
    )
    return dict(zip(WHO, browsers, strict=True))


def _sign_in_with(account: Account, key_id: str, **given: Any) -> Client:
    """A browser whose session temporary credentials opened."""
    now = timezone.now()
    TemporarySession.objects.create(
        id=key_id, expires_at=now + timedelta(hours=1), sealed_secret=b"", **given
    )
    browser = Client()
    session = browser.session
    kept = {"key_id": key_id, "account": account.pk, "name": "jo", "issuer": "", "owned": False}
    session[CREDENTIALS] = kept
    session.update({"started_at": now.isoformat(), "seen_at": now.isoformat(), "mfa_at": None})
    session.update({"source_ip": "192.0.2.7", "user_agent": ""})
    session.save()
    return browser


def kind(answer: Any) -> str:
    """Of an answer: shown, led elsewhere, asked to sign in, or the status of the refusal."""
    if answer.status_code in (302, 303):
        to = str(answer.headers["Location"])
        return "sign-in" if to.startswith(("/sign-in", "/session-expired")) else "elsewhere"
    return "shown" if answer.status_code in (200, 204) else str(answer.status_code)

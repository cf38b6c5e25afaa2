"""Making the first account: one transaction, which one of all that race for it wins."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console import grants, handoff, names, responses
from console.http import Request
from console.models import SentForm
from identity import accounts, passwords, signin
from identity.callers import Caller
from identity.errors import ValidationError
from identity.gateway import Client
from identity.models import Account
from identity.signin import Pending

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ADMINISTRATOR = "admin"
DONE = "setup_done"


class AlreadySetUpError(Exception):
    """Somebody else was faster."""


def make(request: Request, wanted: Mapping[str, Any]) -> HttpResponse:
    """Make what the form asks for, inside its transaction, and sign in as root; leads to done.

    Raises AlreadySetUpError, and ClientError when accounts.create refuses.
    """
    _wait_for_others()
    account = accounts.create(
        name=wanted["name"],
        email=wanted["email"],
        password=wanted["password"],
        alias=wanted["alias"] or None,
        facts=request.facts,
    )
    secrets = _administrator(request, account) if wanted["administrator"] else {}
    if wanted["demonstration"]:
        _demonstration()
    here = reverse("setup-done")
    signin.finish(request, Pending(account.root, request.facts.at, here), request.facts)
    request.session[DONE] = {"demonstration": wanted["demonstration"]}
    if secrets:
        return handoff.give(request, account.root.unique_id, secrets, "setup-done-secret")
    return responses.see_other("setup-done")


def _wait_for_others() -> None:
    """On PostgreSQL two transactions would both see no account: the row makes the second wait."""
    turn = SentForm.objects.create(token="first account")
    if Account.objects.exists():
        raise AlreadySetUpError
    turn.delete()


def _administrator(request: Request, account: Account) -> dict[str, str]:
    """A user who may all, through the one door, with a password that must be changed."""
    iam: IAMClient = Client(Caller(account.root), request.facts, "iam")  # type: ignore[assignment]  # boto3's verbs, answered in process
    password = passwords.generate(account)
    iam.create_user(UserName=ADMINISTRATOR)
    iam.create_login_profile(UserName=ADMINISTRATOR, Password=password, PasswordResetRequired=True)
    iam.attach_user_policy(UserName=ADMINISTRATOR, PolicyArn=grants.ADMINISTRATOR)
    return {
        "User name": ADMINISTRATOR,
        "Password": password,
        "Console sign-in URL": names.sign_in_url(account),
    }


def _demonstration() -> None:
    try:
        call_command("load_demo", stdout=StringIO())
    except CommandError as problem:
        words = _("The demonstration data cannot be loaded: %s.")
        raise ValidationError(words % problem) from problem

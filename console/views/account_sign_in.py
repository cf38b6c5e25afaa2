"""What an account asks of console sessions; the version of its tokens; and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import responses
from console.forms.account_sign_in import SignInSettingsForm
from console.forms.base import send
from console.forms.users import ConfirmForm
from console.http import Request
from console.permissions import Rights
from console.responses import SeeOther, see_other
from identity import account_paths, accounts, own_actions
from identity.errors import AccessDenied
from identity.models import ConsoleSettings

READ, WRITE = "bartizan:GetSignInSettings", "bartizan:UpdateSignInSettings"
CLOSE = "account:CloseAccount"


def denied(rights: Rights, action: str) -> str:
    """Why a button is off, or ""."""
    return "" if rights.allow(action, "*") else _("Needs %(action)s.") % {"action": action}


def sign_in(request: Request) -> HttpResponse:
    own_actions.require(request.caller, request.facts, READ)
    form = SignInSettingsForm(
        request.POST or None,
        ConsoleSettings.of(request.caller.account),
        source_ip=request.facts.source_ip,
        is_root=request.caller.is_root,
    )
    if form.is_valid() and (done := send(request, form, lambda: _save(request, form))):
        return done
    reason = denied(Rights(request), WRITE)
    return responses.page(request, "console/account/sign_in.html", form=form, reason=reason)


def _save(request: Request, form: SignInSettingsForm) -> HttpResponse:
    chosen = form.chosen()

    def act() -> None:
        ConsoleSettings.objects.update_or_create(account=request.caller.account, defaults=chosen)

    own_actions.perform(request.caller, request.facts, WRITE, _told(chosen), act)
    messages.success(request, _("The sign-in settings were saved."))
    return see_other("account-settings")


def _told(chosen: dict[str, Any]) -> dict[str, Any]:
    """For the event, in CloudTrail's spelling of names."""
    words = (name.split("_") for name in chosen)
    names = [first + "".join(map(str.capitalize, rest)) for first, *rest in words]
    return dict(zip(names, chosen.values(), strict=True))


# --- closing ---------------------------------------------------------------------------------


def close(request: Request) -> HttpResponse:
    """The root user ends the account, at once and for good; its ID is typed."""
    if not request.caller.is_root:
        raise AccessDenied(_("Only the root user may close the account."))
    account = request.caller.account
    form = ConfirmForm(request.POST or None, expected=account.id)
    if form.is_valid():
        own_actions.require(request.caller, request.facts, CLOSE)
        request.session.flush()
        accounts.delete(account)
        return SeeOther(account_paths.sign_in(""))
    return responses.page(request, "console/account/close.html", form=form)

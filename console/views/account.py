"""Account settings: the alias under which people sign in, and the password policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import password_rules, responses
from console.forms.account import AliasForm, PasswordPolicyForm
from console.forms.base import first_result, send
from console.forms.users import ConfirmForm
from console.http import Request
from console.permissions import Rights, reading
from console.recommendations import COUNTED_UP_TO
from console.responses import see_other
from console.views.account_sign_in import READ, WRITE, denied
from identity import arns, own_actions, passwords
from identity.account_paths import common
from identity.errors import NoSuchEntity
from identity.models import ConsoleSettings


@require_safe
def account_settings(request: Request) -> HttpResponse:
    """Each card reads with its own action; one that is denied says so, and the rest works."""
    account = request.caller.account
    return _page(
        request,
        "settings.html",
        aliases=reading(lambda: request.iam.list_account_aliases()["AccountAliases"]),
        id_url=_sign_in_url(account.id),
        alias_url=_sign_in_url(account.alias) if account.alias else "",
        policy=reading(lambda: {"in_force": _policy(request)}),
        rules=password_rules.listed(passwords.rules(account)),
        sign_in=reading(lambda: _sign_in_settings(request)),
        sign_in_reason=denied(Rights(request), WRITE),
        token_version=account.global_endpoint_token_version,
    )


def _sign_in_settings(request: Request) -> ConsoleSettings:
    own_actions.require(request.caller, request.facts, READ)
    return ConsoleSettings.of(request.caller.account)


@require_POST
def token_version(request: Request) -> HttpResponse:
    """Which tokens STS's global endpoint is said to give."""
    first = request.POST.get("version") == "1"
    request.iam.set_security_token_service_preferences(
        GlobalEndpointTokenVersion="v1Token" if first else "v2Token"
    )
    messages.success(request, _("The version of tokens was saved."))
    return see_other("account-settings")


def _page(request: Request, template: str, **context: Any) -> HttpResponse:
    denied = Rights(request).denied("*")
    return responses.page(request, f"console/account/{template}", denied=denied, **context)


def _sign_in_url(name: str) -> str:
    return f"{settings.BASE_URL}{common('sign-in-user', name)}"


def _policy(request: Request) -> dict[str, Any] | None:
    """The account's own password policy, None where the default holds. Raises AccessDenied."""
    try:
        return dict(request.iam.get_account_password_policy()["PasswordPolicy"])
    except NoSuchEntity:
        return None


# --- the alias -------------------------------------------------------------------------------


def alias(request: Request) -> HttpResponse:
    """Give the account an alias, or another one in its place."""
    present = request.caller.account.alias or ""
    form = AliasForm(request.POST or None, initial={"alias": present})
    if form.is_valid() and (done := send(request, form, lambda: _set_alias(request, form))):
        return done
    return _page(
        request, "alias.html", form=form, alias=present, prefix=_sign_in_url("x").removesuffix("x")
    )


def _set_alias(request: Request, form: AliasForm) -> HttpResponse:
    new = form.cleaned_data["alias"]
    request.iam.create_account_alias(AccountAlias=new)
    messages.success(request, _("The account alias is now %(alias)s.") % {"alias": new})
    return see_other("account-settings")


def alias_delete(request: Request) -> HttpResponse:
    present = request.caller.account.alias
    if present is None:
        if request.method == "POST" and (answer := first_result(request)):
            return answer
        raise NoSuchEntity(_("This account has no alias."))
    form = ConfirmForm(request.POST or None, expected=present)
    if form.is_valid() and (done := send(request, form, lambda: _delete_alias(request, present))):
        return done
    return _page(request, "alias_delete.html", form=form, alias=present)


def _delete_alias(request: Request, alias: str) -> HttpResponse:
    request.iam.delete_account_alias(AccountAlias=alias)
    messages.success(request, _("The account alias %(alias)s was deleted.") % {"alias": alias})
    return see_other("account-settings")


# --- the password policy ---------------------------------------------------------------------


def password_policy(request: Request) -> HttpResponse:
    policy = _policy(request)
    form = PasswordPolicyForm(request.POST or None, policy=policy)
    asked = "check" in request.POST
    if form.is_valid() and not asked:
        old = policy is not None
        if done := send(request, form, lambda: _set_policy(request, form, had_one=old)):
            return done
    affected = _affected(request, form) if not form.is_bound or form.is_valid() else None
    return _page(request, "password_policy.html", form=form, affected=affected)


def _affected(request: Request, form: PasswordPolicyForm) -> int | None:
    """How many passwords have expired under what the form says; None where that is not told."""
    account = request.caller.account
    if account.user_count > COUNTED_UP_TO:
        return None
    if not Rights(request).allow("iam:GetLoginProfile", arns.user(account.id, "*")):
        return None
    if form.is_bound:
        max_age = (form.policy() or {}).get("MaxPasswordAge")
    else:
        max_age = passwords.rules(account).max_age
    if not max_age:
        return 0
    before = timezone.now() - timedelta(days=max_age)
    expired = account.iam_users.filter(login_profile__isnull=False, password_changed_at__lt=before)
    return expired.count()


def _set_policy(request: Request, form: PasswordPolicyForm, *, had_one: bool) -> HttpResponse:
    policy = form.policy()
    if policy is not None:
        request.iam.update_account_password_policy(**policy)
    elif had_one:
        request.iam.delete_account_password_policy()
    messages.success(request, _("The password policy was saved."))
    return see_other("account-settings")

"""The own password: an IAM user changes it through ChangePassword, root by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import password_rules, responses
from console.forms.security_credentials import ChangePasswordForm
from console.http import Request
from console.responses import see_other
from console.views.security_credentials import may_change_password
from identity import own_credentials, passwords, sessions
from identity.errors import AccessDenied, PasswordPolicyViolation, Throttling, ValidationError
from identity.models import ConsoleSettings


def password(request: Request) -> HttpResponse:
    """A form for who may change the own password; for others, who can help."""
    if not may_change_password(request):
        contact = ConsoleSettings.of(request.caller.account).help_from
        response = responses.page(request, "console/me/password_blocked.html", contact=contact)
        response.status_code = 403 if request.method == "POST" else 200
        return response
    typed = request.POST if request.method == "POST" else None
    form = ChangePasswordForm(typed, user=request.caller.user)
    if form.is_valid() and _changed(request, form):
        messages.success(request, _("Your password was changed. Your other sessions have ended."))
        return see_other("me")
    return _page(request, form)


def _changed(request: Request, form: ChangePasswordForm) -> bool:
    """Change it and keep this session; False when it was refused, which the form then says."""
    try:
        _change(request, form)
    except Throttling as problem:
        form.ask_to_wait(problem)
    except AccessDenied as problem:
        if problem.reason:  # a policy said so, not the password
            raise
        form.add_error("old_password", _("This is not your current password."))
    except ValidationError:  # a typed password that the model cannot even hold
        form.add_error("old_password", _("This is not your current password."))
    except PasswordPolicyViolation as problem:
        form.add_error("new_password", problem.message)
    return not form.errors


def _change(request: Request, form: ChangePasswordForm) -> None:
    """Outside any transaction of ours: a try that is counted stays counted when it is refused."""
    user = request.caller.user
    old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password"]
    if user.is_root:
        own_credentials.change_root_password(request.caller, request.facts, old=old, new=new)
    else:
        request.iam.change_password(OldPassword=old, NewPassword=new)
        user.refresh_from_db(fields=["password", "password_changed_at"])
    sessions.rebind(request, user)


def _page(request: Request, form: ChangePasswordForm) -> HttpResponse:
    rules = passwords.Rules.for_user(request.caller.user)
    for name in ("new_password", "again"):
        form.fields[name].widget.attrs["passwordrules"] = password_rules.for_managers(rules)
    listed = password_rules.listed(rules)
    response = responses.page(request, "console/me/password.html", form=form, rules=listed)
    if form.wait_seconds:
        response.status_code = 429
        response.headers["Retry-After"] = str(form.wait_seconds)
    return response

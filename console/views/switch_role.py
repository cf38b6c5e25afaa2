"""Switch role: the roles that a person may use, any other by name, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import responses, role_history, roles_to_use
from console.forms.switch_role import SwitchRoleForm
from console.http import Request
from console.responses import address, see_other
from identity import switching
from identity.callers import Kind
from identity.errors import AccessDenied, ClientError
from identity.switching import Look


def switch_role(request: Request) -> HttpResponse:
    """GET shows the page, filled in from the query; POST switches."""
    if request.signed_in.kind is Kind.ROOT:
        return _closed(request, "root")
    if request.signed_in.kind is Kind.FEDERATED:
        return _closed(request, "federated")
    typed = request.POST if request.method == "POST" else None
    form = SwitchRoleForm(typed, initial=_initial(request))
    if form.is_valid() and _switched(request, form):
        return see_other("home")
    roles = roles_to_use.of(request)
    return responses.page(
        request,
        "console/switch_role/page.html",
        form=form,
        roles=roles,
        others=roles_to_use.others(request, roles),
        may_keep=request.signed_in.kind is Kind.USER,
    )


def _closed(request: Request, why: str) -> HttpResponse:
    response = responses.page(request, "console/switch_role/closed.html", why=why)
    response.status_code = 403 if request.method == "POST" else 200
    return response


def _initial(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:128] for name in ("account", "role", "label")} | {
        "colour": request.GET.get("colour", "")
    }


def _switched(request: Request, form: SwitchRoleForm) -> bool:
    """Switch, and remember the role; False when it was refused, which the form then says."""
    arn = form.role_arn()
    shown = Look(form.cleaned_data["label"] or form.default_label(), form.chosen_colour())
    try:
        switching.switch(request, request.signed_in, arn, request.facts, shown)
    except AccessDenied:
        form.add_error(None, roles_to_use.who_refused(request, arn))
        return False
    except ClientError as problem:
        form.add_error("role", problem.message)
        return False
    role_history.remember(request.signed_in, arn, shown)
    return True


@require_POST
def go_back(request: Request) -> HttpResponse:
    """From the role to who signed in; without a role in use there is nothing to do."""
    if request.caller is not request.signed_in:
        role = request.caller.name
        switching.go_back(request, request.caller, request.signed_in, request.facts)
        text = _("You stopped using the role %(role)s. You are %(name)s again.")
        messages.success(request, text % {"role": role, "name": request.signed_in.name})
    return see_other("home")


@require_POST
def pin(request: Request) -> HttpResponse:
    """Keep a role on top of the account menu, or no longer."""
    role_history.pin(
        request.signed_in,
        request.POST.get("role_arn", ""),
        pinned="pinned" in request.POST,
        label=request.POST.get("label", ""),
    )
    return see_other("switch-role")


@require_POST
def forget(request: Request) -> HttpResponse:
    """Drop a role from the history."""
    role_history.forget(request.signed_in, request.POST.get("role_arn", ""))
    return see_other("switch-role")


@require_safe
def aws_address(request: Request) -> HttpResponse:
    """AWS's address of the page, with AWS's names of its parameters."""
    given = request.GET
    return HttpResponseRedirect(
        address(
            "switch-role",
            account=given.get("account", "")[:128],
            role=given.get("roleName", "")[:128],
            label=given.get("displayName", "")[:128],
            colour=given.get("color", "")[:16],
        )
    )

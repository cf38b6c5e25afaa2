"""A new role."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import responses
from console.forms.base import send
from console.forms.policy_documents import sent
from console.forms.roles import CreateRoleForm
from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.responses import see_other
from identity import arns, quotas


def create(request: Request) -> HttpResponse:
    account_id = request.caller.account_id
    limit = quotas.of(account_id, "ACLSizePerRole")
    form = CreateRoleForm(**sent(request, path="/"), account_id=account_id, limit=limit)
    if form.is_valid() and (done := send(request, form, lambda: _create(request, form))):
        return done
    denied = Rights(request).denied(arns.iam(account_id, "role", "*"))
    return responses.page(request, "console/roles/create.html", form=form, denied=denied)


def _create(request: Request, form: CreateRoleForm) -> HttpResponse:
    given = form.cleaned_data
    role = request.iam.create_role(
        RoleName=given["name"],
        Path=given["path"],
        Description=given["description"],
        AssumeRolePolicyDocument=form.trust_policy,
        MaxSessionDuration=int(given["duration"]),
    )["Role"]
    messages.success(request, _("Role %(name)s was created.") % {"name": role["RoleName"]})
    return see_other("role-permissions", user_segment(role["RoleName"], role["RoleId"]))

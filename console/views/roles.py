"""Roles: the list, a new one, what one may do, its settings, its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import paging, responses, trust_words
from console.forms.base import send
from console.forms.policy_documents import sent
from console.forms.roles import CreateRoleForm, SettingsForm
from console.forms.users import ConfirmForm
from console.holders import Holder, of_holder
from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.responses import SeeOther, see_other
from console.views.user_policies import shown
from identity import arns, quotas, trust_principals
from identity.models import Role, RoleAttachment, RolePolicy
from identity.models.user import folded


@dataclass(frozen=True, slots=True)
class Row:
    role: Role
    url: str
    trusted: list[str]


@require_safe
def role_list_page(request: Request) -> HttpResponse:
    rights, account = Rights(request), request.caller.account
    rights.require("ListRoles", arns.iam(account.id, "role", ""))
    text = request.GET.get("q", "").strip()
    roles = Role.objects.filter(account=account)
    if text:
        roles = roles.filter(name_folded__under=folded(text))
    found = paging.page(request, roles, key="name_folded")
    texts = trust_principals.shown([role.trust_policy for role in found.rows])
    return responses.page(
        request,
        "console/roles/list.html",
        text=text,
        page=found,
        rows=[
            Row(role, _url("permissions", role.name, role.unique_id), trust_words.trusted(trust))
            for role, trust in zip(found.rows, texts, strict=True)
        ],
        limit=quotas.of(account.pk, "RolesPerAccount"),
        denied=rights.denied(arns.iam(account.id, "role", "*")),
    )


def _url(page: str, name: str, unique_id: str) -> str:
    return reverse(f"role-{page}", args=[user_segment(name, unique_id)])


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
    return SeeOther(_url("permissions", role["RoleName"], role["RoleId"]))


def page(
    request: Request, holder: Holder, template: str, tab: str = "", **context: Any
) -> HttpResponse:
    """A page of this role; `tab` is the key of the current one, "" for pages without tabs."""
    labels = {
        "permissions": _("Permissions"),
        "trust": _("Trust policy"),
        "last-accessed": _("Last accessed"),
    }
    shared = {
        "holder": holder,
        "role": holder.row,
        "denied": holder.denied,
        "home_url": holder.url("permissions"),
        "tab": tab,
        "tabs": [
            {"key": key, "label": label, "url": holder.url(key)} for key, label in labels.items()
        ],
    }
    return responses.page(request, f"console/roles/{template}", **shared | context)


@require_safe
@of_holder
def role(request: Request, holder: Holder) -> HttpResponse:
    return SeeOther(holder.url("permissions"))


@require_safe
@of_holder
def permissions(request: Request, holder: Holder) -> HttpResponse:
    return page(request, holder, "permissions.html", "permissions", **shown(holder))


@of_holder
def edit(request: Request, holder: Holder) -> HttpResponse:
    """Description and longest session."""
    role = holder.row
    assert isinstance(role, Role)
    initial = {"description": role.description, "duration": str(role.max_session_duration)}
    form = SettingsForm(request.POST or None, initial=initial)
    if form.is_valid() and (done := send(request, form, lambda: _edit(request, holder, form))):
        return done
    return page(request, holder, "edit.html", form=form)


def _edit(request: Request, holder: Holder, form: SettingsForm) -> HttpResponse:
    request.iam.update_role(
        RoleName=holder.name,
        Description=form.cleaned_data["description"],
        MaxSessionDuration=int(form.cleaned_data["duration"]),
    )
    messages.success(request, _("Role %(name)s was saved.") % {"name": holder.name})
    return SeeOther(holder.url("permissions"))


@of_holder
def delete(request: Request, holder: Holder) -> HttpResponse:
    """What goes with the role, counted; its name is typed."""
    form = ConfirmForm(request.POST or None, expected=holder.name)
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, holder))):
        return done
    pk = holder.row.pk
    return page(
        request,
        holder,
        "delete.html",
        form=form,
        attached=RoleAttachment.objects.filter(role_id=pk).count(),
        inline=RolePolicy.objects.filter(role_id=pk).count(),
        profiles=_profiles(holder),
    )


def _profiles(holder: Holder) -> list[str]:
    assert isinstance(holder.row, Role)
    return list(holder.row.instance_profiles.values_list("name", flat=True))


def _delete(request: Request, holder: Holder) -> HttpResponse:
    """Everything on it goes first, each part by its own call."""
    name, pk = holder.name, holder.row.pk
    for profile in _profiles(holder):
        request.iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=name)
    for arn in RoleAttachment.objects.filter(role_id=pk).values_list("policy__arn", flat=True):
        request.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    for policy in RolePolicy.objects.filter(role_id=pk).values_list("name", flat=True):
        request.iam.delete_role_policy(RoleName=name, PolicyName=policy)
    request.iam.delete_role(RoleName=name)
    messages.success(request, _("Role %(name)s was deleted.") % {"name": name})
    return see_other("roles")

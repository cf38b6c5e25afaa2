"""Roles: the list, what one may do, its tags and settings, its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import paging, recent_events, responses, roles_to_use, saved_tags, tables, trust_words
from console.forms.base import send
from console.forms.roles import RoleFilterForm, SettingsForm
from console.forms.users import ConfirmForm, TagsForm
from console.holders import Holder, of_holder
from console.http import Request
from console.names import user_segment
from console.permissions import Rights, reading
from console.responses import SeeOther, address, see_other
from console.views.user_policies import shown
from identity import arns, quotas, trust_principals
from identity.account_paths import common
from identity.models import Role, RoleAttachment, RolePolicy, TemporarySession


@dataclass(frozen=True, slots=True)
class Row:
    role: Role
    url: str
    trusted: list[str]


@require_safe
def role_list_page(request: Request) -> HttpResponse:
    rights, account = Rights(request), request.caller.account
    rights.require("ListRoles", arns.iam(account.id, "role", ""))
    filters = RoleFilterForm(request.GET)
    roles = filters.narrow(Role.objects.filter(account=account).select_related("boundary"))
    found = paging.page(request, roles, key="name_folded")
    texts = trust_principals.shown([role.trust_policy for role in found.rows])
    return responses.page(
        request,
        "console/roles/list.html",
        filters=filters,
        page=found,
        rows=[
            Row(role, page_url("permissions", role), trust_words.trusted(trust))
            for role, trust in zip(found.rows, texts, strict=True)
        ],
        limit=quotas.of(account.pk, "RolesPerAccount"),
        denied=rights.denied(arns.iam(account.id, "role", "*")),
        table=tables.ROLES,
        columns=request.preferences.shown(tables.ROLES),
    )


def page_url(page: str, role: Role) -> str:
    return address(f"role-{page}", user_segment(role.name, role.unique_id))


def page(
    request: Request, holder: Holder, template: str, tab: str = "", **context: Any
) -> HttpResponse:
    """A page of this role; `tab` is the key of the current one, "" for pages without tabs."""
    labels = {
        "permissions": _("Permissions"),
        "trust": _("Trust policy"),
        "sessions": _("Sessions"),
        "tags": _("Tags"),
        "last-accessed": _("Last accessed"),
        "activity": _("Activity"),
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
    if tab:
        shared |= _summary(request, holder)
    return responses.page(request, f"console/roles/{template}", **shared | context)


def _summary(request: Request, holder: Holder) -> dict[str, Any]:
    """What stands above the tabs besides the row: whom the role trusts, and ways to use it."""
    role = holder.row
    assert isinstance(role, Role)
    (trust,) = trust_principals.shown([role.trust_policy])
    may_list = holder.rights.allow("iam:ListInstanceProfilesForRole", role.arn)
    profiles = role.instance_profiles.order_by("name_folded") if may_list else ()
    return {
        "profiles": [(one.name, user_segment(one.name, one.unique_id)) for one in profiles],
        "passed_to_machines": "ec2.amazonaws.com" in trust,
        "trusted": trust_words.trusted(trust),
        "switch_link": switch_link(role),
        "may_switch": roles_to_use.may_use(request, role),
        "path_and_name": f"{role.path}{role.name}".removeprefix("/"),
    }


def switch_link(role: Role) -> str:
    """The address that fills in the page to switch role, for whoever may use the role."""
    name = f"{role.path}{role.name}".removeprefix("/")
    query = urlencode({"account": role.account_id, "roleName": name})
    return f"{settings.BASE_URL}{common('switchrole')}?{query}"


@require_safe
@of_holder
def role(request: Request, holder: Holder) -> HttpResponse:
    return SeeOther(holder.url("permissions"))


@require_safe
@of_holder
def permissions(request: Request, holder: Holder) -> HttpResponse:
    return page(request, holder, "permissions.html", "permissions", **shown(holder))


@of_holder
def tags(request: Request, holder: Holder) -> HttpResponse:
    name = holder.name
    read = reading(lambda: request.iam.list_role_tags(RoleName=name)["Tags"])
    form = TagsForm(request.POST or None, tags=read.value or [])
    if form.is_valid() and (done := send(request, form, lambda: _save_tags(request, holder, form))):
        return done
    return page(request, holder, "tags.html", "tags", form=form, read=read)


def _save_tags(request: Request, holder: Holder, form: TagsForm) -> HttpResponse:
    if removed := form.removed_keys():
        request.iam.untag_role(RoleName=holder.name, TagKeys=removed)
    if changed := form.changed_tags():
        request.iam.tag_role(RoleName=holder.name, Tags=changed)
    saved_tags.say(request, form)
    return SeeOther(holder.url("tags"))


@require_safe
@recent_events.fresh
@of_holder
def activity(request: Request, holder: Holder) -> HttpResponse:
    """What the sessions of the role did last; the activity page has the rest."""
    events = recent_events.of_role(request, holder.rights, holder.row.unique_id, limit=25)
    return page(request, holder, "activity.html", "activity", events=events)


@of_holder
def edit(request: Request, holder: Holder) -> HttpResponse:
    """Description and longest session."""
    role = holder.row
    assert isinstance(role, Role)
    now = {"description": role.description, "duration": str(role.max_session_duration)}
    form = SettingsForm(request.POST or None, now=now)
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
    assert isinstance(holder.row, Role)
    return page(
        request,
        holder,
        "delete.html",
        form=form,
        sessions=TemporarySession.objects.live(timezone.now()).of(holder.row).count(),
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

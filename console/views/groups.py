"""User groups: the list, a new one, what one may do, its name, its end."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import group_use, last_used, paging, policies_naming, responses, tables
from console.forms.base import send
from console.forms.groups import EditGroupForm, GroupFilterForm
from console.forms.users import ConfirmForm
from console.holder_permissions import group_url
from console.holders import Holder, of_holder
from console.http import Request
from console.last_used import Use
from console.names import user_segment
from console.permissions import Rights
from console.responses import SeeOther, see_other
from console.views.user_policies import shown
from identity import arns, quotas
from identity.models import Group, GroupAttachment, GroupPolicy, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Row:
    """One group with what it holds; None in a column that the caller may not read."""

    group: Group
    url: str
    members: int | None
    policies: int | None
    used: Use | None
    accessed_url: str


@require_safe
def group_list_page(request: Request) -> HttpResponse:
    rights, account_id = Rights(request), request.caller.account_id
    rights.require("ListGroups", arns.iam(account_id, "group", ""))
    filters = GroupFilterForm(request.GET)
    groups = filters.narrow(Group.objects.filter(account=request.caller.account))
    found = paging.page(request, groups, key="name_folded")
    columns = request.preferences.shown(tables.GROUPS)
    return responses.page(
        request,
        "console/groups/list.html",
        filters=filters,
        page=found,
        rows=_rows(found.rows, rights, columns),
        limit=quotas.of(account_id, "GroupsPerAccount"),
        denied=rights.denied(arns.iam(account_id, "group", "*")),
        table=tables.GROUPS,
        columns=columns,
    )


def _rows(groups: list[Group], rights: Rights, columns: Container[str]) -> list[Row]:
    """Three counts for all rows of the page, never one for each."""
    members = _counts(Membership, groups)
    attached, inline = _counts(GroupAttachment, groups), _counts(GroupPolicy, groups)
    used = last_used.of_groups(groups, members, rights) if "used" in columns else {}
    return [
        Row(
            group,
            group_url(group),
            members.get(group.pk, 0) if rights.allow("iam:GetGroup", group.arn) else None,
            attached.get(group.pk, 0) + inline.get(group.pk, 0)
            if rights.allow("iam:ListAttachedGroupPolicies", group.arn)
            else None,
            used.get(group.pk),
            reverse("group-last-accessed", args=[user_segment(group.name, group.unique_id)]),
        )
        for group in groups
    ]


def _counts(model: Any, groups: list[Group]) -> dict[int, int]:
    rows = model.objects.filter(group__in=groups).values_list("group").annotate(Count("pk"))
    return dict(rows.order_by())


def page(
    request: Request, holder: Holder, template: str, tab: str = "", **context: Any
) -> HttpResponse:
    """A page of this group; `tab` is the key of the current one, "" for pages without tabs."""
    shared = {
        "holder": holder,
        "group": holder.row,
        "denied": holder.denied,
        "home_url": holder.url("permissions"),
        "tab": tab,
        "tabs": _tabs(holder) if tab else [],
        "last_used": group_use.last_used(holder) if tab else None,
    }
    return responses.page(request, f"console/groups/{template}", **shared | context)


def _tabs(holder: Holder) -> list[dict[str, str]]:
    labels = {
        "permissions": _("Permissions"),
        "users": _("Users"),
        "last-accessed": _("Last accessed"),
    }
    return [
        {"key": key, "label": label, "url": reverse(f"group-{key}", args=[holder.segment])}
        for key, label in labels.items()
    ]


@require_safe
@of_holder
def group(request: Request, holder: Holder) -> HttpResponse:
    return SeeOther(holder.url("permissions"))


@require_safe
@of_holder
def permissions(request: Request, holder: Holder) -> HttpResponse:
    return page(request, holder, "permissions.html", "permissions", **shown(holder))


@of_holder
def edit(request: Request, holder: Holder) -> HttpResponse:
    """Rename, move, or both."""
    form = EditGroupForm(request.POST or None, now={"name": holder.name, "path": holder.row.path})
    if form.is_valid() and (done := send(request, form, lambda: _edit(request, holder, form))):
        return done
    naming = policies_naming.of(request, holder.rights, holder.arn)
    return page(request, holder, "edit.html", form=form, naming=naming)


def _edit(request: Request, holder: Holder, form: EditGroupForm) -> HttpResponse:
    name, path = form.cleaned_data["name"], form.cleaned_data["path"]
    if (name, path) != (holder.name, holder.row.path):
        request.iam.update_group(GroupName=holder.name, NewGroupName=name, NewPath=path)
        messages.success(request, _("Group %(name)s was saved.") % {"name": name})
    return see_other("group-permissions", user_segment(name, holder.row.unique_id))


@of_holder
def delete(request: Request, holder: Holder) -> HttpResponse:
    """The consequences, counted; the name is typed unless the group is empty."""
    held = _held(holder)
    form = ConfirmForm(request.POST or None, expected=holder.name if any(held.values()) else "")
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, holder))):
        return done
    return page(request, holder, "delete.html", form=form, held=held)


def _held(holder: Holder) -> dict[str, int]:
    named = {"group_id": holder.row.pk}
    return {
        "members": Membership.objects.filter(**named).count(),
        "attached": GroupAttachment.objects.filter(**named).count(),
        "inline": GroupPolicy.objects.filter(**named).count(),
    }


def _delete(request: Request, holder: Holder) -> HttpResponse:
    delete_with_all(request, holder.row)
    messages.success(request, _("Group %(name)s was deleted.") % {"name": holder.name})
    return see_other("groups")


def delete_with_all(request: Request, group: User | Group | Role) -> None:
    """Everything in it goes first, each part by its own call. Raises AwsError."""
    name, pk = group.name, group.pk
    for user in Membership.objects.filter(group_id=pk).values_list("user__name", flat=True):
        request.iam.remove_user_from_group(GroupName=name, UserName=user)
    for arn in GroupAttachment.objects.filter(group_id=pk).values_list("policy__arn", flat=True):
        request.iam.detach_group_policy(GroupName=name, PolicyArn=arn)
    for policy in GroupPolicy.objects.filter(group_id=pk).values_list("name", flat=True):
        request.iam.delete_group_policy(GroupName=name, PolicyName=policy)
    request.iam.delete_group(GroupName=name)

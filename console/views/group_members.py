"""Who is in a group, seen from the group and from the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console import holder_permissions, paging, user_list
from console.forms.attachments import PickGroupsForm, PickUsersForm
from console.forms.base import send
from console.holders import Holder, of_holder, user_holder
from console.http import Request
from console.permissions import Rights
from console.responses import SeeOther, see_other
from console.views import groups, user_pages
from console.views.holder_policies import page
from console.views.user_pages import of_user
from identity import arns, quotas
from identity.models import Group, Membership, User
from identity.models.user import folded

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

_COLUMNS = ("groups", "activity")


@require_safe
@of_holder
def members(request: Request, holder: Holder) -> HttpResponse:
    """GetGroup tells who is in it, so that who sees this page may know."""
    found = User.objects.filter(memberships__group_id=holder.row.pk)
    shown = paging.page(request, user_list.with_columns(found, _COLUMNS), key="name_folded")
    members = Membership.objects.filter(group_id=holder.row.pk, user__in=shown.rows)
    since = dict(members.values_list("user", "created_at"))
    rows = [
        (row, since.get(row.user.pk))
        for row in user_list.rows(shown.rows, holder.rights, None, _COLUMNS)
    ]
    return groups.page(request, holder, "users.html", "users", page=shown, rows=rows)


@require_POST
@of_holder
def member(request: Request, holder: Holder) -> HttpResponse:
    """Take out, or put in again, at once, with an Undo in the message.

    `back` says that the form stood on the user's page.
    """
    name, inside = request.POST.get("user", ""), request.POST.get("state") == "in"
    change = request.iam.add_user_to_group if inside else request.iam.remove_user_from_group
    change(GroupName=holder.name, UserName=name)
    on_user = request.POST.get("back") == "user"
    undo = {
        "group": holder.name,
        "user": name,
        "inside": inside,
        "url": holder.url("member"),
        "back": "user" if on_user else "",
    }
    message = render_to_string("console/groups/_member_message.html", undo, request)
    messages.success(request, message)
    return see_other("user-groups", name) if on_user else SeeOther(holder.url("users"))


@of_holder
def add(request: Request, holder: Holder) -> HttpResponse:
    """Choose users for the group; all are added or none."""
    form = PickUsersForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _add(request, holder, form))):
        return done
    account, text = request.caller.account, request.GET.get("q", "").strip()
    holder.rights.require("ListUsers", arns.user(account.id, ""))
    candidates = account.iam_users.exclude(memberships__group_id=holder.row.pk)
    shown = _matching(request, candidates, text)
    return groups.page(
        request,
        holder,
        "users_add.html",
        form=form,
        text=text,
        page=shown,
        chosen=request.POST.getlist("name"),
    )


def _matching(request: Request, rows: Any, text: str) -> paging.Page[Any]:
    if text:
        rows = rows.filter(name_folded__under=folded(text))
    return paging.page(request, rows, key="name_folded")


def _add(request: Request, holder: Holder, form: PickUsersForm) -> HttpResponse:
    names = form.cleaned_data["name"]
    for name in names:
        request.iam.add_user_to_group(GroupName=holder.name, UserName=name)
    words = ngettext(
        "%(names)s was added to %(group)s.", "%(names)s were added to %(group)s.", len(names)
    )
    messages.success(request, words % {"names": ", ".join(names), "group": holder.name})
    return SeeOther(holder.url("users"))


@require_safe
@of_user
def of_one_user(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """The user's groups, with what each of them allows."""
    holder = user_holder(request, user)
    memberships = holder_permissions.memberships(holder)
    found = memberships.value or []
    policies = _policies_of([one.group for one in found], holder.rights)
    return user_pages.page(
        request,
        user,
        "groups.html",
        "groups",
        holder=holder,
        memberships=memberships,
        rows=[(one, names) for one, (_group, names, _off) in zip(found, policies, strict=True)],
        limit=quotas.of(holder.row.account_id, "GroupsPerUser"),
    )


@of_user
def join(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """Choose groups for the user; the user is added to all of them or to none."""
    holder = user_holder(request, user)
    form = PickGroupsForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _join(request, holder, form))):
        return done
    account, text = request.caller.account, request.GET.get("q", "").strip()
    holder.rights.require("ListGroups", arns.iam(account.id, "group", ""))
    candidates = Group.objects.filter(account=account)
    shown = _matching(request, candidates.exclude(memberships__user_id=holder.row.pk), text)
    return page(
        request,
        holder,
        "join.html",
        form=form,
        text=text,
        page=shown,
        rows=_policies_of(shown.rows, holder.rights),
        chosen=request.POST.getlist("name"),
    )


def _policies_of(found: list[Group], rights: Rights) -> list[tuple[Group, list[str] | None, str]]:
    """Each group with the names of its managed policies, None where they may not be listed, and
    why the caller may not add anybody."""
    attached: dict[int, list[str]] = {}
    pairs = Group.objects.filter(pk__in=[group.pk for group in found], attachments__isnull=False)
    for pk, name in pairs.values_list("pk", "attachments__policy__name").order_by(
        "attachments__policy__name_folded"
    ):
        attached.setdefault(pk, []).append(name)
    return [
        (
            group,
            attached.get(group.pk, [])
            if rights.allow("iam:ListAttachedGroupPolicies", group.arn)
            else None,
            rights.denied(group.arn)["AddUserToGroup"],
        )
        for group in found
    ]


def _join(request: Request, holder: Holder, form: PickGroupsForm) -> HttpResponse:
    names = form.cleaned_data["name"]
    for name in names:
        request.iam.add_user_to_group(GroupName=name, UserName=holder.name)
    messages.success(
        request,
        _("%(user)s was added to %(groups)s.") % {"user": holder.name, "groups": ", ".join(names)},
    )
    return SeeOther(holder.url("groups"))

"""Instance profiles, through which machines get a role: the list, one of them, its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import paging, responses, saved_tags
from console.forms.base import first_result, send
from console.forms.instance_profiles import NewProfileForm, RoleInsideForm
from console.forms.users import ConfirmForm, TagsForm
from console.http import Request
from console.names import MARK, user_segment
from console.permissions import Rights, reading
from console.responses import address, see_other
from console.views.roles import page_url
from identity import arns
from identity.errors import NoSuchEntity
from identity.models import InstanceProfile
from identity.models.user import folded


@dataclass(frozen=True, slots=True)
class Row:
    profile: InstanceProfile
    url: str
    role_url: str


@require_safe
def profile_list_page(request: Request) -> HttpResponse:
    """`?q=` is the start of a name, `?role=` the whole name of the role inside."""
    rights, account = Rights(request), request.caller.account
    rights.require("ListInstanceProfiles", arns.iam(account.id, "instance-profile", ""))
    text, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    found = InstanceProfile.objects.filter(account=account).select_related("role")
    if text:
        found = found.filter(name_folded__under=folded(text))
    if role:
        found = found.filter(role__name_folded=folded(role))
    shown = paging.page(request, found, key="name_folded")
    rows = [
        Row(one, _address(one), page_url("permissions", one.role) if one.role else "")
        for one in shown.rows
    ]
    every = arns.iam(account.id, "instance-profile", "*")
    context = {"page": shown, "rows": rows, "text": text, "role": role}
    denied = rights.denied(every)
    return responses.page(request, "console/instance_profiles/list.html", denied=denied, **context)


def _segment(profile: InstanceProfile) -> str:
    return user_segment(profile.name, profile.unique_id)


def _address(profile: InstanceProfile, page: str = "instance-profile") -> str:
    return address(page, _segment(profile))


def of_profile(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the profile that the address names, for who may see it."""

    @wraps(view)
    def found(request: Request, name: str) -> HttpResponse:
        account = request.caller.account
        rows = InstanceProfile.objects.filter(account=account).select_related("role")
        by_id = name.startswith(MARK)
        profile = (rows.filter(unique_id=name[1:]) if by_id else rows.named(name)).first()
        arn = profile.arn if profile else arns.iam(account.id, "instance-profile", name)
        own = profile.name if profile else name
        Rights(request).require("GetInstanceProfile", arn, InstanceProfileName=own)
        if profile is None:
            if request.method == "POST" and (answer := first_result(request)):
                return answer
            raise NoSuchEntity(_("There is no instance profile named %s.") % name)
        return view(request, profile)

    return found


def _page(
    request: Request, profile: InstanceProfile, template: str, tab: str = "", **context: Any
) -> HttpResponse:
    tabs = {"role": (_("Role"), "instance-profile"), "tags": (_("Tags"), "instance-profile-tags")}
    shared = {
        "profile": profile,
        "segment": _segment(profile),
        "home_url": _address(profile),
        "role_url": page_url("permissions", profile.role) if profile.role else "",
        "denied": Rights(request).denied(profile.arn),
        "tab": tab,
        "tabs": [
            {"key": key, "label": label, "url": _address(profile, name)}
            for key, (label, name) in tabs.items()
        ],
    }
    template = f"console/instance_profiles/{template}"
    return responses.page(request, template, **shared | context)


@of_profile
def profile(request: Request, profile: InstanceProfile) -> HttpResponse:
    """The role inside; where there is none, the form to put one in."""
    form = RoleInsideForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _fill(request, profile, form))):
        return done
    return _page(request, profile, "role.html", "role", form=form)


def _fill(request: Request, profile: InstanceProfile, form: RoleInsideForm) -> HttpResponse:
    role = form.cleaned_data["role"]
    request.iam.add_role_to_instance_profile(InstanceProfileName=profile.name, RoleName=role)
    words = {"role": role, "name": profile.name}
    messages.success(request, _("Role %(role)s is in instance profile %(name)s.") % words)
    return see_other("instance-profile", _segment(profile))


@require_POST
@of_profile
def role_out(request: Request, profile: InstanceProfile) -> HttpResponse:
    """Take the role out at once, or put it in again, with an Undo in the message."""
    role, inside = request.POST.get("role", ""), request.POST.get("state") == "in"
    iam = request.iam
    change = iam.add_role_to_instance_profile if inside else iam.remove_role_from_instance_profile
    change(InstanceProfileName=profile.name, RoleName=role)
    undo = {"profile": profile.name, "role": role, "inside": inside}
    undo["url"] = _address(profile, "instance-profile-role")
    message = render_to_string("console/instance_profiles/_role_message.html", undo, request)
    messages.success(request, message)
    return see_other("instance-profile", _segment(profile))


def create(request: Request) -> HttpResponse:
    """`?role=` fills in the name of a role."""
    role = request.GET.get("role", "")
    form = NewProfileForm(request.POST or None, initial={"role": role, "name": role})
    if form.is_valid() and (done := send(request, form, lambda: _create(request, form))):
        return done
    every = arns.iam(request.caller.account_id, "instance-profile", "*")
    denied = Rights(request).denied(every)
    template = "console/instance_profiles/create.html"
    return responses.page(request, template, form=form, denied=denied)


def _create(request: Request, form: NewProfileForm) -> HttpResponse:
    given = form.cleaned_data
    name = given["name"]
    made = request.iam.create_instance_profile(InstanceProfileName=name, Path=given["path"])
    if given["role"]:
        request.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=given["role"])
    messages.success(request, _("Instance profile %(name)s was created.") % {"name": name})
    unique_id = made["InstanceProfile"]["InstanceProfileId"]
    return see_other("instance-profile", user_segment(name, unique_id))


@of_profile
def tags(request: Request, profile: InstanceProfile) -> HttpResponse:
    list_tags = request.iam.list_instance_profile_tags
    read = reading(lambda: list_tags(InstanceProfileName=profile.name)["Tags"])
    form = TagsForm(request.POST or None, tags=read.value or [], ignore_case=False)
    if form.is_valid() and (
        done := send(request, form, lambda: _save_tags(request, profile, form))
    ):
        return done
    return _page(request, profile, "tags.html", "tags", form=form, read=read)


def _save_tags(request: Request, profile: InstanceProfile, form: TagsForm) -> HttpResponse:
    name = profile.name
    if removed := form.removed_keys():
        request.iam.untag_instance_profile(InstanceProfileName=name, TagKeys=removed)
    if changed := form.changed_tags():
        request.iam.tag_instance_profile(InstanceProfileName=name, Tags=changed)
    saved_tags.say(request, form)
    return see_other("instance-profile-tags", _segment(profile))


@of_profile
def delete(request: Request, profile: InstanceProfile) -> HttpResponse:
    """An empty one with one press; with a role inside its name is typed."""
    form = ConfirmForm(request.POST or None, expected=profile.name if profile.role else "")
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, profile))):
        return done
    return _page(request, profile, "delete.html", form=form)


def _delete(request: Request, profile: InstanceProfile) -> HttpResponse:
    name = profile.name
    if profile.role:
        role = profile.role.name
        request.iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
    request.iam.delete_instance_profile(InstanceProfileName=name)
    messages.success(request, _("Instance profile %(name)s was deleted.") % {"name": name})
    return see_other("instance-profiles")

"""What concerns a user as a whole: name and path, tags, activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import recent_events, saved_tags
from console.forms.base import send
from console.forms.users import EditUserForm, TagsForm
from console.http import Request
from console.names import user_segment
from console.permissions import Rights, reading
from console.responses import see_other
from console.views.user_pages import of_user, page, segment

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@require_safe
@of_user
def user(request: Request, user: t.UserTypeDef) -> HttpResponse:
    return see_other("user-permissions", segment(user))


@require_safe
@recent_events.fresh
@of_user
def activity(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """What the user did last; the activity page has the rest."""
    events = recent_events.of_principal(request, Rights(request), user["UserId"], limit=25)
    return page(request, user, "activity.html", "activity", events=events)


@of_user
def edit(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """Rename, move, or both."""
    now = {"name": user["UserName"], "path": user["Path"]}
    form = EditUserForm(request.POST or None, now=now)
    if form.is_valid() and (done := send(request, form, lambda: _edit(request, user, form))):
        return done
    return page(request, user, "edit.html", form=form)


def _edit(request: Request, user: t.UserTypeDef, form: EditUserForm) -> HttpResponse:
    name, path = form.cleaned_data["name"], form.cleaned_data["path"]
    if (name, path) != (user["UserName"], user["Path"]):
        request.iam.update_user(UserName=user["UserName"], NewUserName=name, NewPath=path)
        messages.success(request, _("User %(name)s was saved.") % {"name": name})
    return see_other("user", user_segment(name, user["UserId"]))


@of_user
def tags(request: Request, user: t.UserTypeDef) -> HttpResponse:
    name = user["UserName"]
    read = reading(lambda: request.iam.list_user_tags(UserName=name)["Tags"])
    form = TagsForm(request.POST or None, tags=read.value or [])
    if form.is_valid() and (done := send(request, form, lambda: _save_tags(request, user, form))):
        return done
    return page(request, user, "tags.html", "tags", form=form, read=read)


def _save_tags(request: Request, user: t.UserTypeDef, form: TagsForm) -> HttpResponse:
    name = user["UserName"]
    if removed := form.removed_keys():
        request.iam.untag_user(UserName=name, TagKeys=removed)
    if changed := form.changed_tags():
        request.iam.tag_user(UserName=name, Tags=changed)
    saved_tags.say(request, form)
    return see_other("user-tags", segment(user))

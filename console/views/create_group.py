"""Create a group with its users and its policies, on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console import drafts, effects, policy_choice, responses
from console.forms.base import send
from console.forms.groups import NewGroupForm
from console.http import Request
from console.permissions import Reading, Rights, reading
from console.responses import see_other
from console.views import group_parts
from identity import arns
from identity.models import User
from identity.models.user import folded

_SHOWN = 25
_KEPT = ("name", "path")
_LISTS = ("user", "arn")


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: Request, draft_id: str = "") -> HttpResponse:
    """*Filter* keeps what was typed and ticked, as a draft with an address of its own.

    `?for=` is the draft of a create-user wizard that is gone on with afterwards.
    """
    draft = (drafts.find(request, draft_id) if draft_id else None) or {}
    if "filter" in request.POST:
        kept: dict[str, Any] = {name: request.POST.get(name, "") for name in _KEPT}
        kept |= {name: request.POST.getlist(name) for name in _LISTS}
        draft_id = drafts.keep(
            request, kept, draft_id, page="create-group-draft", label=kept["name"]
        )
        return policy_choice.filtered(request, "create-group-draft", draft_id, also=("u", "for"))
    form = NewGroupForm(request.POST or None, initial=draft)
    if form.is_valid() and (done := send(request, form, lambda: _create(request, form))):
        drafts.drop(request, draft_id)
        return done
    chosen = {name: request.POST.getlist(name) or draft.get(name, []) for name in _LISTS}
    rights = Rights(request)
    return responses.page(
        request,
        "console/groups/create.html",
        form=form,
        denied=rights.denied(arns.iam(request.caller.account_id, "group", "*")),
        users=_users(request, rights, chosen["user"]),
        chosen_users=chosen["user"],
        user_text=_text(request),
        wizard=_wizard(request),
        effect=effects.for_group(request, chosen["arn"]) if chosen["arn"] else None,
        offered=[] if draft_id else drafts.offered(request, "create-group-draft"),
        **policy_choice.choice(request, chosen["arn"]),
    )


def _text(request: Request) -> str:
    return request.GET.get("u", "").strip()


def _wizard(request: Request) -> str:
    """The draft of a create-user wizard of this session, or ""."""
    asked = request.POST.get("for") or request.GET.get("for", "")
    return asked if asked and drafts.find(request, asked) else ""


def _users(request: Request, rights: Rights, chosen: list[str]) -> Reading[list[User]]:
    """The first by name that match, after those that are chosen already."""
    account = request.caller.account

    def read() -> list[User]:
        rights.require("ListUsers", arns.user(account.id, ""))
        everybody = account.iam_users.order_by("name_folded")
        found = (
            everybody.filter(name_folded__under=folded(_text(request)))
            if _text(request)
            else everybody
        )
        named = everybody.filter(name_folded__in=map(folded, chosen)) if chosen else ()
        return list({user.pk: user for user in (*named, *found[:_SHOWN])}.values())

    return reading(read)


@require_POST
def discard(request: Request, draft_id: str) -> HttpResponse:
    drafts.drop(request, draft_id)
    messages.success(request, _("The draft was discarded."))
    return see_other("create-group")


def _create(request: Request, form: NewGroupForm) -> HttpResponse:
    """The group stays also when a user or a policy is refused."""
    given = form.cleaned_data
    group = request.iam.create_group(GroupName=given["name"], Path=given["path"])["Group"]
    made = {"name": group["GroupName"], "id": group["GroupId"], "on": _wizard(request)}
    refused = group_parts.give(request, given["name"], given["user"], given["arn"])
    return group_parts.finish(request, made, refused)

"""Several groups deleted at once, and how each went: one that is refused holds up no other."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console import drafts, responses
from console.forms.base import send
from console.forms.users import ConfirmForm
from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.responses import see_other
from console.views import errors
from console.views.groups import delete_with_all
from identity import arns
from identity.errors import AwsError
from identity.models import Group

MOST = 100


@require_POST
def choose(request: Request) -> HttpResponse:
    """Keep which were ticked; one group alone is deleted on its own page."""
    groups = _groups(request, request.POST.getlist("group")[:MOST])
    if not groups:
        messages.warning(request, _("Tick at least one group first."))
        return see_other("groups")
    if len(groups) == 1:
        return see_other("group-delete", user_segment(groups[0].name, groups[0].unique_id))
    draft = drafts.keep(request, {"groups": [group.unique_id for group in groups]})
    return see_other("delete-groups-confirm", draft)


def _groups(request: Request, ids: list[str]) -> list[Group]:
    """Those of the account that the caller may see, by name."""
    found = Group.objects.filter(account=request.caller.account, unique_id__in=ids)
    rights = Rights(request)
    return [one for one in found.order_by("name_folded") if rights.allow("iam:GetGroup", one.arn)]


def confirm(request: Request, draft_id: str) -> HttpResponse:
    """Takes `3 groups` as confirmation."""
    draft = drafts.find(request, draft_id)
    if draft is None or "groups" not in draft:
        return errors.gone(request)
    groups = _groups(request, draft["groups"])
    expected = ngettext("%d group", "%d groups", len(groups)) % len(groups)
    form = ConfirmForm(request.POST or None, expected=expected)
    if form.is_valid() and (
        done := send(request, form, lambda: _delete_all(request, groups, draft_id))
    ):
        return done
    everything = arns.iam(request.caller.account_id, "group", "*")
    denied = Rights(request).denied(everything)
    return responses.page(
        request, "console/groups/delete_several.html", form=form, groups=groups, denied=denied
    )


def _delete_all(request: Request, groups: list[Group], draft_id: str) -> HttpResponse:
    results = [[group.name, _reason(request, group)] for group in groups]
    drafts.keep(request, {"results": results, "groups": []}, draft_id)
    return see_other("delete-groups-done", draft_id)


def _reason(request: Request, group: Group) -> str:
    """Why this group stays as it was, or "" when it is gone; never half of it."""
    try:
        with transaction.atomic():
            delete_with_all(request, group)
    except AwsError as problem:
        return problem.message
    return ""


@require_safe
def result(request: Request, draft_id: str) -> HttpResponse:
    """One row for each group."""
    draft = drafts.find(request, draft_id)
    if draft is None or "results" not in draft:
        return errors.gone(request)
    rows = draft["results"]
    done = sum(not reason for _name, reason in rows)
    return responses.page(request, "console/groups/deleted.html", rows=rows, done=done)

"""What was refused of a new group: the group stays, and its users and policies are tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import drafts, responses
from console.forms.base import Form, send
from console.http import Request
from console.names import user_segment
from console.responses import address, see_other
from console.views import errors
from identity.errors import AwsError, Throttling

Refused = dict[str, list[tuple[str, str]]]
"""What with why, by `user` and `arn`."""


def give(request: Request, group: str, users: Iterable[str], arns: Iterable[str]) -> Refused:
    """Add the users and attach the policies, each by itself; returns those that were refused."""

    def join(user: str) -> None:
        request.iam.add_user_to_group(GroupName=group, UserName=user)

    def attach(arn: str) -> None:
        request.iam.attach_group_policy(GroupName=group, PolicyArn=arn)

    return {"user": _refused(join, users), "arn": _refused(attach, arns)}


def _refused(act: Callable[[str], None], parts: Iterable[str]) -> list[tuple[str, str]]:
    tried = ((part, _reason(act, part)) for part in parts)
    return [(part, reason) for part, reason in tried if reason]


def _reason(act: Callable[[str], None], part: str) -> str:
    """Why the operation refused, or "" when it is done; what is no answer to it ends the page."""
    try:
        with transaction.atomic():
            act(part)
    except AwsError as problem:
        if problem.status >= 500 or isinstance(problem, Throttling):
            raise
        return problem.message
    return ""


def finish(
    request: Request, made: dict[str, str], refused: Refused, draft_id: str = ""
) -> HttpResponse:
    """To the group, or to what of it was refused; `made` is its `name` and `id`, and the draft of
    the create-user wizard that goes `on`."""
    if any(refused.values()):
        return see_other("create-group-rest", drafts.keep(request, {**made, **refused}, draft_id))
    messages.success(request, _("Group %(name)s was created.") % {"name": made["name"]})
    if made["on"]:
        return see_other("create-user-permissions", made["on"])
    return see_other("group-permissions", user_segment(made["name"], made["id"]))


def rest(request: Request, draft_id: str) -> HttpResponse:
    """What was refused and why, until all of it is done or left."""
    draft = drafts.find(request, draft_id)
    if draft is None or "id" not in draft:
        return errors.gone(request)
    form = Form(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _again(request, draft, draft_id))):
        return done
    segment = user_segment(draft["name"], draft["id"])
    return responses.page(
        request,
        "console/groups/rest.html",
        form=form,
        name=draft["name"],
        rows=[(kind, *row) for kind in ("user", "arn") for row in draft[kind]],
        group_url=address("group-permissions", segment),
        wizard=draft["on"],
    )


def _again(request: Request, draft: dict[str, Any], draft_id: str) -> HttpResponse:
    users, arns = ([part for part, _reason in draft[kind]] for kind in ("user", "arn"))
    made = {key: draft[key] for key in ("name", "id", "on")}
    return finish(request, made, give(request, draft["name"], users, arns), draft_id)

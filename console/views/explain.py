"""Explain access: a call that was made, by its request ID, and a question that anybody may pose."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import event_log, explain_rights, explained, responses
from console.explained import Explained
from console.forms.explain import ExplainForm
from console.http import Request
from console.permissions import Rights
from identity import authorization_messages, questions, replays
from identity.errors import NoSuchEntity


@require_safe
def call(request: Request, call_id: uuid.UUID) -> HttpResponse:
    """A call by its request ID or event ID; others of the same request are linked."""
    event, *others = explain_rights.calls(request, call_id)
    explain_rights.record(request, event)
    rights = Rights(request)
    simulates = explain_rights.may_simulate(rights, event)
    found = replays.replay(event)
    return render(
        request,
        "console/explain/call.html",
        {
            "event": event,
            "others": others,
            "sentence": event_log.sentence(event),
            "found": found,
            "shown": _shown(request, found, may_simulate=simulates),
            "encoded": authorization_messages.encoded(event.decision) if event.decision else "",
        },
    )


def _shown(request: Request, found: replays.Replay, *, may_simulate: bool) -> Explained | None:
    """By the policies of now, whose texts are there; by what was kept where that alone is exact."""
    if found.now is not None and (found.exact or found.then is None):
        return explained.of_now(request, found.now, may_simulate=may_simulate)
    if found.then is not None:
        return explained.of_then(request, found.then, may_simulate=may_simulate)
    return None


@require_safe
def question(request: Request) -> HttpResponse:
    """Can WHO do ACTION on RESOURCE? With no query the form alone, about oneself."""
    own = request.caller.principal.arn
    initial = {"who": own, "resource": "*"}
    form = ExplainForm({**initial, **request.GET.dict()} if "action" in request.GET else None)
    form.initial.update({**initial, **request.GET.dict()})
    shown = _answer(request, form) if form.is_bound and form.is_valid() else None
    return responses.page(request, "console/explain/form.html", form=form, shown=shown)


def _answer(request: Request, form: ExplainForm) -> Explained | None:
    wanted: dict[str, Any] = form.cleaned_data
    try:
        who = explain_rights.subject(request, wanted["who"])
    except NoSuchEntity as problem:
        form.add_error("who", problem.message)
        return None
    simulates = Rights(request).allow(f"iam:{explain_rights.SIMULATE}", who.arn)
    own = who == request.caller.principal
    if wanted["context"] and not simulates:
        form.add_error(
            "context",
            _("To try other facts than those of your session you need %(action)s.")
            % {"action": f"iam:{explain_rights.SIMULATE}"},
        )
        return None
    if own and not wanted["context"]:
        found = questions.as_now(
            request.caller, request.facts, wanted["action"], wanted["resource"]
        )
    else:
        found = questions.posed(who, wanted["action"], wanted["resource"], wanted["context"])
    return explained.of_now(request, found, may_simulate=simulates)

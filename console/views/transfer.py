"""Taking an account out as a file, and bringing one in."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from console import responses
from console.forms.base import Form, send
from console.forms.transfer import ExportForm, ImportForm
from console.http import Request
from console.jobs import exports, files, imports, starting, tables
from console.jobs.rows import Job, State
from console.permissions import Rights
from identity.errors import NoSuchEntity

DETAILS = "GetAccountAuthorizationDetails"


def export(request: Request) -> HttpResponse:
    """The file is written by a job, which asks for every page that it reads."""
    form = ExportForm(request.POST or None)
    rights = Rights(request)
    if form.is_valid():
        rights.require(DETAILS, "*")
        wanted = form.cleaned_data["format"]
        done = send(request, form, lambda: starting.start(request, exports.KIND, format=wanted))
        if done:
            return done
    return responses.page(request, "console/export.html", form=form, denied=rights.denied("*"))


_OUTCOMES = {
    imports.CHECK: {
        "create": ("ok", gettext_lazy("Create")),
        "change": ("info", gettext_lazy("Change")),
        "skip": ("off", gettext_lazy("Skip")),
        "conflict": ("warn", gettext_lazy("Conflict")),
    },
    imports.IMPORT: {
        "created": ("ok", gettext_lazy("Created")),
        "changed": ("ok", gettext_lazy("Changed")),
        "skipped": ("off", gettext_lazy("Skipped")),
        "conflict": ("warn", gettext_lazy("Conflict")),
        "failed": ("err", gettext_lazy("Failed")),
    },
}


def import_(request: Request) -> HttpResponse:
    """The file is checked by a job; what it would do stands on that job's page."""
    form = ImportForm(request.POST or None, request.FILES or None)
    rights = Rights(request)
    if form.is_valid():
        rights.require(DETAILS, "*")
        params = {"form": form.form, "move": form.cleaned_data["move"]}
        done = send(
            request,
            form,
            lambda: starting.start(request, imports.CHECK, form.content, **params),
        )
        if done:
            return done
    return responses.page(request, "console/import.html", form=form, denied=rights.denied("*"))


def import_result(request: Request, job_id: uuid.UUID) -> HttpResponse:
    """What a check found, or what became of each row; POST imports what was checked."""
    job = _done(request, job_id)
    form = Form(request.POST or None)
    checked = job.kind == imports.CHECK
    if checked and form.is_valid():
        done = send(
            request,
            form,
            lambda: starting.start(request, imports.IMPORT, job.document, **job.params),
        )
        if done:
            return done
    outcomes = _OUTCOMES[job.kind]
    asked = request.GET.get("show", "")
    mark = asked if asked in outcomes else ""
    page = tables.page(job, request.GET, mark, imports.marks)
    counts = tables.counts(job, "", *outcomes)
    return responses.page(
        request,
        "console/import_result.html",
        form=form,
        job=job,
        checked=checked,
        page=page,
        rows=[(*row, *outcomes[row[2]]) for row in page.rows],
        filters=_filters(job, counts),
        mark=mark,
        to_do=checked and counts["create"] + counts["change"],
        left=counts["conflict"] + counts.get("failed", 0),
    )


def _filters(job: Job, counts: dict[str, int]) -> list[dict[str, object]]:
    labels = {"": _("All")} | {
        key: str(words) for key, (_kind, words) in _OUTCOMES[job.kind].items()
    }
    return [
        {"key": key, "label": label, "count": counts[key], "url": f"?show={key}" if key else "?"}
        for key, label in labels.items()
    ]


@require_safe
def failures(request: Request, job_id: uuid.UUID) -> HttpResponseBase:
    """The rows with which nothing was done, and why."""
    job = _done(request, job_id)
    name = f"failures-{request.caller.account_id}.csv"
    return files.table(job, imports.FAILURES, imports.marks, spreadsheet=True, name=name)


def _done(request: Request, job_id: uuid.UUID) -> Job:
    jobs = Job.objects.visible_to(request.caller).filter(kind__in=_OUTCOMES, state=State.DONE)
    found = jobs.filter(pk=job_id).first()
    if found is None:
        raise NoSuchEntity(_("There is no finished import with this ID that you may see."))
    return found

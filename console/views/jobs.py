"""Jobs: the list, how far one is, its end and its file."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from console import responses
from console.http import Request
from console.jobs import exports, files
from console.jobs.kinds import KINDS
from console.jobs.rows import Job, State
from console.responses import see_other
from identity.errors import NoSuchEntity

LISTED = 50

_WORDS = {
    State.WAITING: ("info", gettext_lazy("Waiting")),
    State.RUNNING: ("busy", gettext_lazy("Running")),
    State.DONE: ("ok", gettext_lazy("Done")),
    State.FAILED: ("err", gettext_lazy("Failed")),
    State.CANCELLED: ("off", gettext_lazy("Cancelled")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as its pages show it: what it is called, and how it stands in a kind and a word."""

    job: Job
    label: str
    kind: str
    word: str
    page: str

    @property
    def log(self) -> list[tuple[datetime, str]]:
        """In the reader's language, whatever the job's worker speaks."""
        return [
            (datetime.fromisoformat(moment), _(message) % values if values else _(message))
            for moment, message, values in ((*line, {})[:3] for line in self.job.log)
        ]

    @property
    def problem(self) -> str:
        return _(self.job.problem) if self.job.problem else ""

    @property
    def progress(self) -> str:
        """What the page says while it lasts, and afterwards."""
        if self.job.total:
            counts = {"done": f"{self.job.done:,}", "total": f"{self.job.total:,}"}
            return _("%(done)s of %(total)s") % counts
        return _("%s so far") % f"{self.job.done:,}" if self.job.done else ""


def shown(job: Job) -> Shown:
    kind, said = _WORDS[State(job.state)]
    word = _("Being cancelled") if job.is_unfinished and job.cancelling else str(said)
    known = KINDS[job.kind]
    return Shown(job, str(known.label), kind, word, known.address(job) if job.is_done else "")


@require_safe
def job_list_page(request: Request) -> HttpResponse:
    """The newest ones; a job is kept for a week only."""
    found = Job.objects.visible_to(request.caller).defer("given", "log").order_by("-created_at")
    rows = [shown(job) for job in found[:LISTED]]
    return responses.page(request, "console/jobs/list.html", rows=rows, listed=LISTED)


@require_safe
def job(request: Request, job_id: uuid.UUID) -> HttpResponse:
    return responses.page(request, "console/jobs/job.html", one=shown(_job(request, job_id)))


@require_safe
def state(request: Request, job_id: uuid.UUID) -> HttpResponse:
    """What the page's script asks for every two seconds."""
    found = _job(request, job_id)
    one = shown(found)
    answer: dict[str, Any] = {"unfinished": found.is_unfinished, "percent": found.percent}
    return JsonResponse(answer | {"state": one.word, "text": one.progress})


@require_POST
def cancel(request: Request, job_id: uuid.UUID) -> HttpResponse:
    """At once while it waits; what runs ends at its next step."""
    found = _job(request, job_id)
    found.cancel()
    return see_other("job", str(found.pk))


@require_safe
def file(request: Request, job_id: uuid.UUID) -> HttpResponseBase:
    found = _job(request, job_id)
    if not found.is_done or not found.file_name:
        raise NoSuchEntity(_("This job has no file."))
    if request.GET.get("form") == "spreadsheet" and found.is_table:
        return files.table(found, "", exports.no_marks, spreadsheet=True, name=found.file_name)
    return files.exact(request, found)


def _job(request: Request, job_id: uuid.UUID) -> Job:
    """One that may not be seen is not there."""
    found = Job.objects.visible_to(request.caller).filter(pk=job_id).first()
    if found is None:
        raise NoSuchEntity(_("There is no job with this ID that you may see."))
    return found

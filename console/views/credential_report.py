"""The credential report as a table, its filters, and the files to take along."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from console import responses
from console.forms.base import Form, send
from console.http import Request
from console.jobs import files, reports, starting, tables
from console.jobs.rows import Job, JobQuerySet, State
from console.jobs.work import Marks
from console.permissions import Rights
from identity.errors import NoSuchEntity

FILTERS = {
    "": gettext_lazy("All"),
    reports.NO_MFA: gettext_lazy("Password without MFA"),
    reports.OLD_KEYS: gettext_lazy("Active keys older than 90 days"),
    reports.UNUSED: gettext_lazy("Unused for 90 days"),
}

# The columns in their groups, in words; the file has AWS's names.
_KEY = (
    gettext_lazy("Active"),
    gettext_lazy("Last rotated"),
    gettext_lazy("Last used"),
    gettext_lazy("Region"),
    gettext_lazy("Service"),
)
GROUPS = (
    (gettext_lazy("User"), (gettext_lazy("Name"), gettext_lazy("ARN"), gettext_lazy("Created"))),
    (
        gettext_lazy("Password"),
        (
            gettext_lazy("Enabled"),
            gettext_lazy("Last used"),
            gettext_lazy("Last changed"),
            gettext_lazy("Next rotation"),
            gettext_lazy("MFA"),
        ),
    ),
    (gettext_lazy("Access key 1"), _KEY),
    (gettext_lazy("Access key 2"), _KEY),
    (
        gettext_lazy("Signing certificates"),
        (
            gettext_lazy("1 active"),
            gettext_lazy("1 last rotated"),
            gettext_lazy("2 active"),
            gettext_lazy("2 last rotated"),
        ),
    ),
)


def report(request: Request) -> HttpResponse:
    """The newest report of the account; POST makes a new one, as a job."""
    rights = Rights(request)
    form = Form(request.POST or None)
    if form.is_valid():
        rights.require("GenerateCredentialReport", "*")
        if done := send(request, form, lambda: starting.start(request, reports.KIND)):
            return done
    rights.require("GetCredentialReport", "*")
    job, mark = _newest(request), _mark(request)
    return responses.page(
        request,
        "console/credential_report.html",
        form=form,
        job=job,
        being_made=_own(request).unfinished().first(),
        page=tables.page(job, request.GET, mark, _marks(job)) if job else None,
        filters=_filters(job) if job else [],
        mark=mark,
        groups=GROUPS,
        denied=rights.denied("*"),
    )


def _own(request: Request) -> JobQuerySet:
    visible = Job.objects.visible_to(request.caller)
    return visible.filter(kind=reports.KIND).defer("given", "log")


def _newest(request: Request) -> Job | None:
    """Whoever of the account made it: what it says is the same for all who may read it."""
    made = Job.objects.filter(account=request.caller.account, kind=reports.KIND, state=State.DONE)
    return made.defer("given", "log").order_by("-created_at").first()


def _mark(request: Request) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in FILTERS else ""


def _marks(job: Job) -> Marks:
    made_at = job.started_at or job.created_at
    return lambda row: reports.marks(row, made_at)


def _filters(job: Job) -> list[dict[str, object]]:
    counts = tables.counts(job, *FILTERS)
    return [
        {"key": key, "label": label, "count": counts[key], "url": f"?show={key}" if key else "?"}
        for key, label in FILTERS.items()
    ]


@require_safe
def download(request: Request) -> HttpResponseBase:
    """Exact, as the API gives it and resumable; or for spreadsheets, and then with a filter."""
    Rights(request).require("GetCredentialReport", "*")
    job = _newest(request)
    if job is None:
        raise NoSuchEntity(_("There is no credential report yet."))
    mark = _mark(request)
    spreadsheet = request.GET.get("form") == "spreadsheet"
    if not mark and not spreadsheet:
        return files.exact(request, job)
    name = job.file_name.replace("status_reports", mark or "status_reports")
    return files.table(job, mark, _marks(job), spreadsheet=spreadsheet, name=name)

"""The kinds of jobs there are: what each is called, what does it, and where its result is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.jobs import exports, finding_job, imports, reports, who_can_job
from console.jobs.rows import Job
from console.jobs.work import Work


@dataclass(frozen=True, slots=True)
class Kind:
    """`page` is the name of the page that shows the result; "" when there is only a file.

    It is about a single job when `of_job` says so.
    """

    label: Promise
    run: Callable[[Work], None]
    page: str = ""
    of_job: bool = False

    def address(self, job: Job) -> str:
        """Where the job's result is shown, or ""."""
        return reverse(self.page, args=[job.pk] if self.of_job else []) if self.page else ""


KINDS = {
    reports.KIND: Kind(_("Credential report"), reports.make, "credential-report"),
    exports.KIND: Kind(_("Export"), exports.write),
    imports.CHECK: Kind(_("Check of an import"), imports.check, "import-result", of_job=True),
    imports.IMPORT: Kind(_("Import"), imports.bring_in, "import-result", of_job=True),
    who_can_job.KIND: Kind(_("Who can…?"), who_can_job.run),
    finding_job.KIND: Kind(_("Access findings"), finding_job.run, "findings"),
}

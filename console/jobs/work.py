"""What a job has while it runs: who acts, the door, where it stands, and where its result goes."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from console.jobs.rows import Job, JobPart, State, size_of
from console.jobs.starting import caller_of
from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

LINES = 500
"""Of a table, in one part: what a page of the table has to read at least."""

_LOG_LINES = 200

Row = Sequence[str]
Marks = Callable[[Row], Iterable[str]]


class CancelledError(Exception):
    """Somebody pressed Cancel."""


class LostError(Exception):
    """Another took the job over; what this one still does must not be kept."""


class Work:
    """A job that is run. `step` belongs before everything that takes up to a second."""

    caller: Caller
    facts: Facts
    iam: IAMClient

    def __init__(self, job: Job) -> None:
        self.job = job
        self._held: list[Row] = []
        self._parts = job.parts.count()
        self._size = size_of(job)
        self._refresh()

    def step(self, done: int = 0, total: int | None = None) -> None:
        """Say how far it is, and go on. Raises CancelledError, LostError, or AccessDenied."""
        now = timezone.now()
        own = Job.objects.filter(pk=self.job.pk, runner=self.job.runner, state=State.RUNNING)
        if not own.update(beat_at=now, done=done, total=total):
            raise LostError
        self.job.done, self.job.total = done, total
        if own.filter(cancelling=True).exists():
            raise CancelledError
        self._refresh()

    def _refresh(self) -> None:
        """Who acts, as they are now; whatever took away a right or a session counts at once."""
        self.facts = Facts(source_ip=self.job.source_ip, user_agent=self.job.user_agent)
        self.caller = caller_of(self.job, self.facts.at)
        self.iam = Client(self.caller, self.facts, "iam")  # type: ignore[assignment]  # its verbs

    def say(self, message: str, **values: object) -> None:
        """A line of the log; the newest two hundred stay.

        The message is marked by `gettext_noop` and translated for whoever reads it.
        """
        line = [timezone.now().isoformat(timespec="seconds"), message, values]
        self.job.log = [*self.job.log, line][-_LOG_LINES:]
        Job.objects.filter(pk=self.job.pk, runner=self.job.runner).update(log=self.job.log)

    # --- the result --------------------------------------------------------------------------

    def begin(self, file_name: str, content_type: str) -> None:
        """A result from its beginning; what a killed process had written goes."""
        self.job.parts.all().delete()
        self._parts = self._size = 0
        self.job.file_name, self.job.content_type = file_name, content_type
        Job.objects.filter(pk=self.job.pk, runner=self.job.runner).update(
            file_name=file_name, content_type=content_type
        )

    def write(self, content: bytes, hits: dict[str, int] | None = None) -> None:
        """A part, which is kept at once."""
        JobPart.objects.create(
            job=self.job,
            number=self._parts,
            start=self._size,
            size=len(content),
            packed=zlib.compress(content, level=1),
            hits=hits or {},
        )
        self._parts += 1
        self._size += len(content)

    def write_rows(self, rows: Iterable[Row], marks: Marks) -> None:
        """Lines of a table, as CSV; each begins with a line feed, for the head came before them."""
        self._held += rows
        while len(self._held) >= LINES:
            self._write_held(marks)

    def finish_rows(self, marks: Marks) -> None:
        """What is left of the table."""
        if self._held:
            self._write_held(marks)

    def _write_held(self, marks: Marks) -> None:
        rows, self._held = self._held[:LINES], self._held[LINES:]
        hits = {"": len(rows)}
        for row in rows:
            for mark in marks(row):
                hits[mark] = hits.get(mark, 0) + 1
        self.write(b"\n" + as_csv(rows), hits)


def as_csv(rows: Iterable[Row]) -> bytes:
    """RFC 4180 with line feeds, as AWS writes its report; no line feed ends the last line."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().removesuffix("\n").encode()

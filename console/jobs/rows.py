"""Jobs as rows, and what comes of them in parts: one database is all that the nodes share."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from identity.callers import Caller
from identity.models import Account, User

DEAD_AFTER = timedelta(seconds=30)
"""Who runs a job says so at every step; another takes over from who was silent for so long."""

KEPT = timedelta(days=7)
"""How long a job and what came of it can be read."""


class State(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (State.WAITING, State.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, caller: Caller) -> Self:
        """Of the account: to root all, to others what they started themselves."""
        own = self.filter(account_id=caller.account_id)
        return own if caller.is_root else own.filter(starter_id=caller.user_id)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def runnable(self, now: datetime) -> Self:
        """Those that nobody runs, the oldest first."""
        left = Q(state=State.RUNNING, beat_at__lt=now - DEAD_AFTER)
        return self.filter(Q(state=State.WAITING) | left).order_by("created_at")

    def over(self, now: datetime) -> Self:
        return self.filter(ended_at__lte=now - KEPT).order_by("ended_at")


class Job(models.Model):
    """What is done for somebody in the background.

    `starter_id` is `aws:userid` of who started it. Who acts is read anew at each step: the
    temporary credentials `key_id`, or the user as long as `proof`, made from the password, is the
    same. `params` say what to do, `given` is a file that was handed in (compressed).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=32)
    params = models.JSONField(default=dict)
    given = models.BinaryField(default=b"")

    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    starter_id = models.CharField(max_length=128)
    starter_name = models.CharField(max_length=128)
    key_id = models.CharField(max_length=128, default="")
    proof = models.CharField(max_length=128, default="")
    session = models.JSONField(default=dict)
    source_ip = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=512, default="")

    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    cancelling = models.BooleanField(default=False)
    runner = models.CharField(max_length=32, default="")
    beat_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    problem = models.TextField(default="")
    log = models.JSONField(default=list)  # each the time, the message in English, and its values

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=128, default="")
    content_type = models.CharField(max_length=64, default="")

    objects = JobQuerySet.as_manager()

    if TYPE_CHECKING:
        account_id: str
        user_id: int | None

    class Meta:
        indexes = [
            models.Index(fields=["account", "created_at"], name="job_by_account"),
            models.Index(fields=["state", "created_at"], name="job_by_state"),
            models.Index(fields=["ended_at"], name="job_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE

    @property
    def is_table(self) -> bool:
        return self.content_type.startswith("text/csv")

    @property
    def percent(self) -> int | None:
        """None while nobody knows how much there is to do."""
        if self.is_done:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else None

    def cancel(self) -> None:
        """At once while it waits; who runs it stops at the next step."""
        now, waiting = timezone.now(), Job.objects.filter(pk=self.pk, state=State.WAITING)
        if not waiting.update(state=State.CANCELLED, cancelling=True, ended_at=now):
            Job.objects.filter(pk=self.pk, state=State.RUNNING).update(cancelling=True)

    @property
    def document(self) -> bytes:
        """The file that was handed in."""
        return zlib.decompress(self.given) if self.given else b""


class JobPart(models.Model):
    """A piece of a job's result: `size` bytes from `start`, compressed.

    `hits` counts the lines of a table that have each mark, "" all of them.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    start = models.BigIntegerField()
    size = models.IntegerField()
    packed = models.BinaryField()
    hits: Any = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_part_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.packed)


def size_of(job: Job) -> int:
    """The bytes of what a job has written so far."""
    return job.parts.aggregate(total=Sum("size"))["total"] or 0


def bytes_of(job: Job, first: int, end: int) -> Iterator[bytes]:
    """The bytes from `first` up to, and without, `end`; a part at a time is in memory."""
    for part in job.parts.filter(start__lt=end).order_by("number").iterator(chunk_size=1):
        if part.start + part.size > first:
            yield part.content[max(0, first - part.start) : end - part.start]

"""Who runs jobs: a thread in each worker of the server, one job at a time."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from console import threads
from console.jobs.kinds import KINDS
from console.jobs.rows import Job, State
from console.jobs.work import CancelledError, LostError, Work
from identity.errors import AwsError
from identity.models import TemporarySession

logger = logging.getLogger(__name__)


def start() -> None:
    """The thread of this process; it ends with it, and another takes its job over."""
    threads.start("jobs", run_all)


def run_all() -> int:
    """Run what waits until nothing does; returns how many jobs that were."""
    count = 0
    while job := _claimed(timezone.now()):
        _run(job)
        count += 1
    return count


def _claimed(now: datetime) -> Job | None:
    """The next job, ours from now on; None when there is none that another did not take."""
    for job in Job.objects.runnable(now)[:5]:
        runner = uuid.uuid4().hex
        seen = Job.objects.filter(pk=job.pk, state=job.state, runner=job.runner)
        if seen.update(
            state=State.RUNNING, runner=runner, beat_at=now, started_at=job.started_at or now
        ):
            return Job.objects.select_related("account").get(pk=job.pk)
    return None


def _run(job: Job) -> None:
    try:
        work = Work(job)
        work.step()
        KINDS[job.kind].run(work)
        _end(job, State.DONE)
    except CancelledError:
        _end(job, State.CANCELLED)
    except LostError:
        logger.info("job %s was taken over", job.pk)
    except AwsError as problem:
        _end(job, State.FAILED, problem.message)
    except Exception:
        logger.exception("job %s failed", job.pk)
        _end(job, State.FAILED, _("Something broke on our side. What the log says was done."))


def _end(job: Job, state: State, problem: str = "") -> None:
    """Its own session goes with it."""
    Job.objects.filter(pk=job.pk, runner=job.runner).update(
        state=state, problem=problem, ended_at=timezone.now()
    )
    if job.key_id:
        TemporarySession.objects.filter(pk=job.key_id).delete()

"""The job that looks through a large account for access findings."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from console.jobs.work import Work
from identity import findings
from identity.models.finding import Finding

KIND = "access-findings"
_EVERY = 200


def run(work: Work) -> None:
    """The right to it was asked for when it was started, and is recorded there."""
    account = work.caller.account
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if done % _EVERY == 0:
            work.step(done)

    findings.scan(account, work.facts, step)
    open_ones = Finding.objects.filter(account=account).active().count()
    work.say(_("Active findings: %(count)d."), count=open_ones)

"""The job that asks every user and role of a large account whether they can do something."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from console.jobs.work import Work, as_csv
from console.permissions import Rights
from console.who_can import COLUMNS, line
from identity.who_can import find

KIND = "who-can"
_EVERY = 200


def run(work: Work) -> None:
    """A line for each way; the right is asked for again when the job begins."""
    Rights(work).require("GetAccountAuthorizationDetails", "*")
    account, asked = work.caller.account, work.job.params
    total, done = account.user_count + account.role_count, 0

    def step() -> None:
        nonlocal done
        done += 1
        if done % _EVERY == 0:
            work.step(done, max(done, total))

    work.begin("who-can.csv", "text/csv; charset=utf-8")
    work.write(as_csv([COLUMNS]))
    count = 0
    for way in find(account, work.facts, asked["action"], asked["resource"], step):
        work.write_rows([line(way)], lambda row: ())
        count += 1
    work.finish_rows(lambda row: ())
    work.step(total, total)
    work.say(_("%(count)d ways were found."), count=count)

"""Jobs on both databases: one of many takes each, and files travel through the tables."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from console.jobs import runner
from console.jobs.rows import Job, State
from identity.models import Account, User
from tests.console.conftest import sign_in
from tests.console.pages import submit
from tests.databases.racing import race
from tests.one_of_each import fill


def _job(answer: Any) -> Job:
    return Job.objects.get(pk=answer.headers["Location"].rpartition("/")[2])


def test_each_job_is_run_by_one_of_all_who_look_for_one(ana: User) -> None:
    browser = sign_in(ana)
    jobs = [_job(submit(browser, "/iam/export", format="users")) for _ in range(3)]
    ran: list[int] = []
    race(lambda _number: ran.append(runner.run_all()))
    assert sum(ran) == 3
    assert set(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("state")) == {
        (State.DONE,)
    }


def test_an_account_goes_out_and_comes_back_with_nothing_to_do(ana: User, account: Account) -> None:
    fill(account)
    browser = sign_in(ana)
    exported = _job(submit(browser, "/iam/export", format="json"))
    assert runner.run_all()
    file: Any = browser.get(f"/jobs/{exported.pk}/file")
    content = b"".join(file.streaming_content)
    assert len(json.loads(content)["UserDetailList"]) == 2
    upload = SimpleUploadedFile("account.json", content)
    checked = _job(submit(browser, "/iam/import", file=upload, move="on"))
    assert runner.run_all()
    page: Any = browser.get(f"/iam/import/{checked.pk}")
    assert {row[2] for row in page.context["page"].rows} == {"skip"}

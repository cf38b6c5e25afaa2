"""Jobs: who they act as, who sees them, how they end, and what outlives a killed process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.jobs import kinds, runner
from console.jobs.kinds import Kind
from console.jobs.rows import DEAD_AFTER, Job, State
from console.jobs.work import LINES, CancelledError, LostError, Work, as_csv
from identity.models import Account, TemporarySession, User
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import ADMINISTRATOR, make_user

SignedIn = Callable[[User], Client]
REPORT = "/iam/credential-report"


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Work], None]], None]:
    """`does(function)`: what the next job does."""

    def replace(function: Callable[[Work], None]) -> None:
        known = kinds.KINDS["credential-report"]
        monkeypatch.setitem(kinds.KINDS, "credential-report", Kind(known.label, function))

    return replace


def begin(browser: Client) -> Job:
    """A job that waits."""
    answer = submit(browser, REPORT)
    assert answer.status_code == 303, text(answer)
    return Job.objects.get(pk=answer.headers["Location"].rpartition("/")[2])


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def run(job: Job) -> Job:
    assert runner.run_all() == 1
    job.refresh_from_db()
    return job


def test_a_job_acts_as_who_started_it_and_is_in_the_audit_log(
    ana: User, signed_in: SignedIn, does: Any, own_journal: Any
) -> None:
    does(lambda work: work.iam.create_user(UserName="made-by-a-job"))
    job = run(begin(signed_in(ana)))
    own_journal.drain()
    event = logged().get(name="CreateUser", user_name="ana")
    assert (job.state, job.percent) == (State.DONE, 100)
    assert event.request_parameters == {"userName": "made-by-a-job"}


def test_what_the_starter_may_not_do_the_job_may_not(
    account: Account, signed_in: SignedIn, does: Any
) -> None:
    mia = make_user(account, "mia", allow=["iam:*Report"])
    does(lambda work: work.iam.create_user(UserName="never"))
    job = run(begin(signed_in(mia)))
    assert job.state == State.FAILED
    assert "not authorized to perform: iam:CreateUser" in job.problem
    assert not User.objects.filter(name="never").exists()


def test_a_right_that_is_taken_away_counts_at_once(
    ana: User, signed_in: SignedIn, does: Any
) -> None:
    def lose_it(work: Work) -> None:
        work.iam.create_user(UserName="first")
        ana.policies.all().delete()
        work.iam.create_user(UserName="second")

    does(lose_it)
    assert run(begin(signed_in(ana))).state == State.FAILED
    assert list(User.objects.filter(name__in=("first", "second")).values_list("name")) == [
        ("first",)
    ]


def _is_deleted(ana: User) -> None:
    ana.policies.all().delete()
    ana.delete()


def _has_a_new_password(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(password="argon2$another")


def _is_past_the_end_of_the_session(ana: User) -> None:
    job = Job.objects.get()
    job.session["expires_at"] = timezone.now().isoformat()
    job.save()


@pytest.mark.parametrize("who", [_is_deleted, _has_a_new_password, _is_past_the_end_of_the_session])
def test_who_could_not_go_on_in_the_browser_cannot_go_on_in_a_job(
    ana: User, signed_in: SignedIn, who: Callable[[User], None]
) -> None:
    job = begin(signed_in(ana))
    who(ana)
    assert run(job).state == State.FAILED
    assert job.problem == "The session of who started the job is over."


def test_credentials_that_are_ended_end_the_job_and_a_finished_job_leaves_none(
    account: Account, signed_in: SignedIn, root: User
) -> None:
    job = begin(signed_in(root))
    assert job.key_id == ""  # a password's session has none
    run(job)
    assert not TemporarySession.objects.exists()


def test_a_waiting_job_is_cancelled_at_once(ana: User, signed_in: SignedIn) -> None:
    browser = signed_in(ana)
    job = begin(browser)
    assert browser.post(f"/jobs/{job.pk}/cancel").status_code == 303
    assert runner.run_all() == 0
    job.refresh_from_db()
    assert (job.state, job.ended_at is None) == (State.CANCELLED, False)


def test_a_running_job_is_cancelled_at_its_next_step(
    ana: User, signed_in: SignedIn, does: Any
) -> None:
    def cancelled_on_the_way(work: Work) -> None:
        Job.objects.get(pk=work.job.pk).cancel()
        with pytest.raises(CancelledError):
            work.step(1, 2)
        raise CancelledError

    does(cancelled_on_the_way)
    assert run(begin(signed_in(ana))).state == State.CANCELLED


def test_a_job_whose_process_was_killed_is_run_again_from_its_beginning(
    ana: User, signed_in: SignedIn
) -> None:
    job = begin(signed_in(ana))
    dead = runner._claimed(timezone.now())
    assert dead is not None
    Work(dead).begin("half.csv", "text/csv")
    Work(dead).write(b"half")
    assert runner.run_all() == 0  # it may still live
    Job.objects.update(beat_at=timezone.now() - DEAD_AFTER - timedelta(seconds=1))
    assert run(job).state == State.DONE
    assert b"half" not in job.parts.order_by("number")[0].content


def test_who_was_thought_dead_notices_that_the_job_is_anothers(
    ana: User, signed_in: SignedIn
) -> None:
    begin(signed_in(ana))
    slow = runner._claimed(timezone.now())
    assert slow is not None
    work = Work(slow)
    Job.objects.update(runner="another")
    with pytest.raises(LostError):
        work.step(1, 2)


def test_what_breaks_inside_is_no_traceback(ana: User, signed_in: SignedIn, does: Any) -> None:
    def broken(work: Work) -> None:
        raise ZeroDivisionError("secret")

    does(broken)
    browser = signed_in(ana)
    job = run(begin(browser))
    page = text(browser.get(f"/jobs/{job.pk}"))
    assert "The job failed." in page
    assert "secret" not in page


def test_ten_unfinished_jobs_are_enough(ana: User, signed_in: SignedIn) -> None:
    browser = signed_in(ana)
    job = begin(browser)
    for _ in range(9):
        Job.objects.create(account=job.account, kind=job.kind, starter_id=job.starter_id)
    Job.objects.filter(pk=job.pk).update(kind="other")
    answer = submit(browser, REPORT, form_token="x" * 43)
    assert answer.status_code == 422
    assert "You have 10 unfinished jobs." in text(answer)


# --- who sees what -----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "/state", "/file", "/cancel"])
def test_others_see_nothing_of_a_job(
    account: Account, ana: User, cleo: User, signed_in: SignedIn, end: str
) -> None:
    job = run(begin(signed_in(ana)))
    eve = make_user(account, "eve", allow=ADMINISTRATOR)
    for other in (eve, cleo, cleo.account.root):
        browser = signed_in(other)
        send = browser.post if end == "/cancel" else browser.get
        assert send(f"/jobs/{job.pk}{end}").status_code == 404
        assert str(job.pk) not in browser.get("/jobs").content.decode()


def test_root_sees_the_jobs_of_the_account(ana: User, root: User, signed_in: SignedIn) -> None:
    job = run(begin(signed_in(ana)))
    browser = signed_in(root)
    assert f"/jobs/{job.pk}" in browser.get("/jobs").content.decode()
    assert browser.get(f"/jobs/{job.pk}").status_code == 200


def test_the_page_of_an_unfinished_job_refreshes_itself_with_and_without_scripts(
    ana: User, signed_in: SignedIn
) -> None:
    browser = signed_in(ana)
    job = begin(browser)
    unfinished = browser.get(f"/jobs/{job.pk}").content.decode()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in unfinished
    assert f'data-poll="/jobs/{job.pk}/state"' in unfinished
    assert browser.get(f"/jobs/{job.pk}/state").json() == {
        "unfinished": True,
        "percent": None,
        "state": "Waiting",
        "text": "",
    }
    run(job)
    finished = browser.get(f"/jobs/{job.pk}").content.decode()
    assert "http-equiv" not in finished
    assert "data-poll" not in finished
    assert browser.get(f"/jobs/{job.pk}/state").json()["unfinished"] is False


def test_the_next_page_says_once_that_the_job_is_over(ana: User, signed_in: SignedIn) -> None:
    browser = signed_in(ana)
    run(begin(browser))
    assert "Credential report: the job is done." in text(browser.get("/me"))
    assert "the job is done" not in text(browser.get("/me"))


def test_pages_of_jobs_ask_the_same_few_queries_however_many_there_are(
    ana: User, signed_in: SignedIn
) -> None:
    browser = signed_in(ana)
    job = run(begin(browser))
    browser.get("/jobs")  # which says that it is over
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get("/jobs")
        counts.append(len(queries))
        for _ in range(20):
            Job.objects.create(
                account=job.account, kind=job.kind, starter_id=job.starter_id, starter_name="ana"
            )
    assert counts[0] == counts[1] <= 12


# --- results -----------------------------------------------------------------------------------


@pytest.fixture
def made(ana: User, signed_in: SignedIn, does: Any) -> tuple[Client, Job, bytes]:
    """A job with a file of several parts."""
    rows = [[f"name{number}", "=1+1"] for number in range(2 * LINES + 7)]

    def write(work: Work) -> None:
        work.begin("rows.csv", "text/csv")
        work.write(as_csv([["name", "formula"]]))
        work.write_rows(iter(rows), _no_marks)
        work.finish_rows(_no_marks)

    does(write)
    browser = signed_in(ana)
    return browser, run(begin(browser)), as_csv([["name", "formula"], *rows])


def _no_marks(row: Any) -> Iterator[str]:
    return iter(())


def test_a_file_is_the_parts_one_after_another(made: tuple[Client, Job, bytes]) -> None:
    browser, job, content = made
    answer = browser.get(f"/jobs/{job.pk}/file")
    assert bytes_of(answer) == content
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rows.csv"'
    assert job.parts.count() == 4


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=5000-9000", 5000, 9001),
        ("bytes=-5", -5, None),
        ("bytes=3-99999999", 3, None),
    ],
)
def test_a_download_can_be_resumed(
    made: tuple[Client, Job, bytes], asked: str, first: int, end: int | None
) -> None:
    browser, job, content = made
    answer = browser.get(f"/jobs/{job.pk}/file", headers={"range": asked})
    assert answer.status_code == 206
    assert bytes_of(answer) == content[first:end]
    assert answer.headers["Content-Range"].endswith(f"/{len(content)}")


@pytest.mark.parametrize(
    ("asked", "status"),
    [("bytes=99999999-", 416), ("bytes=-", 200), ("lines=1-2", 200), ("bytes=1-2,4-5", 200)],
)
def test_ranges_that_make_no_sense(
    made: tuple[Client, Job, bytes], asked: str, status: int
) -> None:
    browser, job, _content = made
    assert browser.get(f"/jobs/{job.pk}/file", headers={"range": asked}).status_code == status


def test_a_range_of_another_file_is_not_glued_to_this_one(made: tuple[Client, Job, bytes]) -> None:
    browser, job, content = made
    answer = browser.get(
        f"/jobs/{job.pk}/file", headers={"range": "bytes=5-", "if-range": '"another"'}
    )
    assert (answer.status_code, bytes_of(answer)) == (200, content)

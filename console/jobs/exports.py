"""The job that writes an account to a file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from console.exporting import cloudformation, terraform, users
from console.exporting.snapshot import LISTS, Snapshot, details, snapshot
from console.jobs.work import Row, Work, as_csv

KIND = "export"
DETAILS, TERRAFORM, CLOUDFORMATION, USERS = "json", "terraform", "cloudformation", "users"

_PIECE = 64 * 1024


def write(work: Work) -> None:
    """In the format that the job's parameters name."""
    _FORMATS[str(work.job.params["format"])](work)


class _Count:
    """How far it is; who knows how many inline policies there are, but users are counted."""

    def __init__(self, work: Work) -> None:
        account = work.caller.account
        self._work, self._done = work, 0
        counters = ("user_count", "group_count", "role_count", "policy_count")
        self._total = sum(int(getattr(account, name)) for name in counters)

    def __call__(self, more: int) -> None:
        self._done += more
        self._work.step(self._done, max(self._total, self._done))


def _details(work: Work) -> None:
    """As `aws iam get-account-authorization-details` prints it, all pages in one."""
    work.begin(f"account-{work.caller.account_id}.json", "application/json")
    count = _Count(work)
    for number, (name, kinds) in enumerate(LISTS.items()):
        work.write(f'{"," if number else "{"}\n  "{name}": ['.encode())
        between = ""
        for page in details(work.iam, *kinds):
            for piece in _pieces(between, page):
                work.write(piece)
            between = "," if page or between else ""
            count(len(page))
        work.write(b"\n  ]")
    work.write(b"\n}\n")
    work.say(_("The account was written."))


def _pieces(between: str, page: list[Any]) -> Iterator[bytes]:
    texts = [json.dumps(one, indent=2, ensure_ascii=False, default=_moment) for one in page]
    if texts:
        yield (f"{between}\n" + ",\n".join(texts)).encode()


def _moment(one: object) -> str:
    if isinstance(one, datetime):
        return one.isoformat(timespec="seconds")
    raise TypeError(type(one).__name__)


def _terraform(work: Work) -> None:
    whole = _snapshot(work)
    work.begin(f"account-{whole.account_id}.tf", "text/plain; charset=utf-8")
    held = ""
    for block in terraform.configuration(whole):
        held += block
        if len(held) > _PIECE:
            work.write(held.encode())
            held = ""
    work.write(held.encode())
    work.say(_("The configuration was written."))


def _cloudformation(work: Work) -> None:
    """One template, or a ZIP archive of several where one is not enough for AWS."""
    whole = _snapshot(work)
    made = cloudformation.templates(whole)
    name = f"account-{whole.account_id}"
    if len(made) == 1:
        work.begin(f"{name}.template.json", "application/json")
        work.write(made[0].encode())
    else:
        work.begin(f"{name}.templates.zip", "application/zip")
        work.write(_archive(made))
    if whole.password_policy:
        work.say(_("Left out: the password policy, which CloudFormation has no resource for."))
    work.say(_("Templates written: %(count)d."), count=len(made))


def _archive(made: list[str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, template in enumerate(made, 1):
            archive.writestr(f"{number:02}.template.json", template)
    return written.getvalue()


def _snapshot(work: Work) -> Snapshot:
    """The client is taken anew at each step, as who acts may have changed."""
    return snapshot(work.iam, work.caller.account_id, _Count(work))


def _users(work: Work) -> None:
    work.begin(f"users-{work.caller.account_id}.csv", "text/csv; charset=utf-8")
    work.write(as_csv([users.COLUMNS]))
    count = _Count(work)
    for page in details(work.iam, "User"):
        work.write_rows(map(users.row, page), no_marks)
        count(len(page))
    work.finish_rows(no_marks)
    work.say(_("The users were written; inline policies have no place in a table."))


def no_marks(row: Row) -> tuple[str, ...]:
    """For tables without filters."""
    return ()


_FORMATS: dict[str, Callable[[Work], None]] = {
    DETAILS: _details,
    TERRAFORM: _terraform,
    CLOUDFORMATION: _cloudformation,
    USERS: _users,
}

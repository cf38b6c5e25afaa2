"""The job that makes a credential report, and what its filters look for.

The API hands out its own report for four hours; this one is as fresh as somebody wants it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from console.jobs.work import Row, Work, as_csv
from console.permissions import Rights
from identity import credential_report
from identity.credential_report import COLUMNS

KIND = "credential-report"
NO_MFA, OLD_KEYS, UNUSED = "no-mfa", "old-keys", "unused"
LONG = timedelta(days=90)
"""How old a key may be, and how long a password or a key may lie about unused."""

_AT = {name: number for number, name in enumerate(COLUMNS)}


def make(work: Work) -> None:
    """As GenerateCredentialReport, by whose permission it is made and as which it is recorded."""
    Rights(work).require("GenerateCredentialReport", "*")
    account, made_at = work.caller.account, work.facts.at
    name = f"status_reports_{made_at:%Y-%m-%dT%H-%M-%S}.csv"
    work.begin(name, "text/csv; charset=utf-8")
    work.write(as_csv([COLUMNS]))
    done, total = 0, account.user_count + 1
    for lines in credential_report.batches(account):
        work.write_rows(lines, lambda row: marks(row, made_at))
        done += len(lines)
        work.step(done, max(done, total))
    work.finish_rows(lambda row: marks(row, made_at))
    work.say(_("%(count)d lines were written."), count=done)


def marks(row: Row, made_at: datetime) -> Iterator[str]:
    """Which filters show this line, by what was true when the report was made."""
    has_password = row[_AT["password_enabled"]] != "false"
    if has_password and row[_AT["mfa_active"]] == "false":
        yield NO_MFA
    keys = [
        _key(row, number) for number in (1, 2) if row[_AT[f"access_key_{number}_active"]] == "true"
    ]
    if any(_moment(rotated, made_at) < made_at - LONG for rotated, _used in keys):
        yield OLD_KEYS
    if any(_is_unused(used, since, made_at) for since, used in [*keys, *_password(row)]):
        yield UNUSED


def _key(row: Row, number: int) -> tuple[str, str]:
    """When the key was made or its status changed, and when it was used last."""
    start = f"access_key_{number}_last_"
    return row[_AT[f"{start}rotated"]], row[_AT[f"{start}used_date"]]


def _password(row: Row) -> Iterator[tuple[str, str]]:
    """The same of the password; root's is meant to lie unused."""
    if row[_AT["password_enabled"]] == "true":
        yield row[_AT["password_last_changed"]], row[_AT["password_last_used"]]


def _is_unused(used: str, since: str, made_at: datetime) -> bool:
    """Never used counts from when it was made."""
    last = used if used[:1].isdigit() else since
    return _moment(last, made_at) < made_at - LONG


def _moment(text: str, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text) if text[:1].isdigit() else otherwise

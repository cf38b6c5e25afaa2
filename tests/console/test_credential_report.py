"""The page of the credential report: making it, its table, its filters, its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.jobs import runner, tables
from identity import credential_report
from identity.models import AccessKey, Account, User
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import make_key, make_login_profile, make_user

SignedIn = Callable[[User], Client]
REPORT, FILE = "/iam/credential-report", "/iam/credential-report/csv"
LONG_AGO = timezone.now() - timedelta(days=100)


def make(browser: Client) -> None:
    assert submit(browser, REPORT).status_code == 303
    assert runner.run_all() == 1


def names(answer: Any) -> list[str]:
    return [row[0] for row in answer.context["page"].rows]


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def read(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(bytes_of(answer).decode())))


def test_without_a_report_the_page_offers_to_make_one(ana: User, signed_in: SignedIn) -> None:
    page = text(signed_in(ana).get(REPORT))
    assert "No report yet" in page
    assert "Make a report" in page


def test_the_file_is_what_the_api_gives(account: Account, ana: User, signed_in: SignedIn) -> None:
    make_key(make_login_profile(make_user(account, "a,b=c")))
    browser = signed_in(ana)
    make(browser)
    assert bytes_of(browser.get(FILE)) == credential_report.content(account)


def test_a_new_report_does_not_wait_for_the_four_hours_of_the_api(
    account: Account, ana: User, signed_in: SignedIn, iam: Any
) -> None:
    browser, client = signed_in(ana), iam(ana)
    client.generate_credential_report()
    before = client.get_credential_report()
    make_user(account, "newcomer")
    make(browser)
    assert "newcomer" in names(browser.get(REPORT))
    assert client.get_credential_report()["Content"] == before["Content"]


def test_all_22_columns_are_on_the_page_in_five_groups(ana: User, signed_in: SignedIn) -> None:
    browser = signed_in(ana)
    make(browser)
    html = browser.get(REPORT).content.decode()
    assert html.count('scope="colgroup"') == 5
    assert html.count('<th scope="col">') == len(credential_report.COLUMNS) == 22
    assert '<td class="why">N/A</td>' in html


def test_each_filter_shows_its_own(account: Account, ana: User, signed_in: SignedIn) -> None:
    make_login_profile(make_user(account, "no-mfa"))
    for name in ("old-key", "busy-key"):
        key = make_key(make_user(account, name))
        AccessKey.objects.filter(pk=key.id).update(status_changed_at=LONG_AGO)
    AccessKey.objects.filter(pk=key.id).update(last_used_at=timezone.now())
    off = make_key(make_user(account, "key-that-is-off"))
    AccessKey.objects.filter(pk=off.id).update(status_changed_at=LONG_AGO, active=False)
    browser = signed_in(ana)
    make(browser)
    shown = {
        mark: names(browser.get(REPORT, {"show": mark}))
        for mark in ("no-mfa", "old-keys", "unused")
    }
    assert "no-mfa" in shown["no-mfa"]
    assert shown["old-keys"] == ["busy-key", "old-key"]
    assert shown["unused"] == ["old-key"]
    rows = read(browser.get(FILE, {"show": "old-keys"}))
    assert [row[0] for row in rows] == ["user", "busy-key", "old-key"]


def test_pages_of_a_long_report(account: Account, ana: User, signed_in: SignedIn) -> None:
    for number in range(tables.SIZE + 3):
        make_user(account, f"user{number:03}")
    browser = signed_in(ana)
    make(browser)
    first = browser.get(REPORT)
    second = browser.get(REPORT + first.context["page"].next_url)
    assert names(first)[0] == "<root_account>"
    assert len(names(first)) == tables.SIZE
    assert names(second)[-1] == f"user{tables.SIZE + 2:03}"
    assert not set(names(first)) & set(names(second))
    assert names(browser.get(REPORT + second.context["page"].previous_url)) == names(first)


@pytest.mark.parametrize("start", ["0", "-1", "999999", "x", "٣", "9" * 5000])
def test_a_page_that_is_none_is_the_first(ana: User, signed_in: SignedIn, start: str) -> None:
    browser = signed_in(ana)
    make(browser)
    assert names(browser.get(REPORT, {"from": start}))[0] == "<root_account>"


def test_formulas_stay_text_in_a_spreadsheet_and_exact_in_the_other_file(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    make_user(account, "=1+1")
    browser = signed_in(ana)
    make(browser)
    assert "'=1+1" in [row[0] for row in read(browser.get(FILE, {"form": "spreadsheet"}))]
    assert "=1+1" in [row[0] for row in read(browser.get(FILE))]


def test_each_action_of_the_api_is_needed(account: Account, ana: User, signed_in: SignedIn) -> None:
    reader = make_user(
        account,
        "reader",
        allow=["iam:GetCredentialReport"],
    )
    browser = signed_in(reader)
    assert browser.get(REPORT).status_code == 200
    assert submit(browser, REPORT).status_code == 403
    make(signed_in(ana))
    assert "ana" in names(browser.get(REPORT))
    nobody = signed_in(make_user(account, "nobody"))
    assert nobody.get(REPORT).status_code == nobody.get(FILE).status_code == 403


def test_making_and_reading_it_are_recorded(
    ana: User, signed_in: SignedIn, own_journal: Any
) -> None:
    browser = signed_in(ana)
    make(browser)
    browser.get(FILE)
    own_journal.drain()
    recorded = set(logged().filter(user_name="ana").values_list("name", flat=True))
    assert {"GenerateCredentialReport", "GetCredentialReport"} <= recorded


def test_the_page_asks_the_same_few_queries_however_long_the_report(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    browser, counts = signed_in(ana), []
    for number in range(2):
        for other in range(30):
            make_user(account, f"user{number}-{other}")
        make(browser)
        browser.get(REPORT)
        with CaptureQueriesContext(connection) as queries:
            browser.get(REPORT)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12

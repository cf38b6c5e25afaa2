"""The activity log: who sees what, its filters, its pages, one event, the download."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from console import event_log
from console.views import events as views
from identity import journal
from identity.models import Account, Event, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.events import logged
from tests.factories import make_user


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def record(user: User, name: str = "CreateUser", **more: Any) -> Event:
    """An event of this user's; `age` is how many seconds ago it was."""
    age = more.pop("age", 60)
    identity = {"type": "Root" if user.is_root else "IAMUser", "arn": user.arn}
    values = {
        "account": user.account,
        "time": timezone.now() - timedelta(seconds=age),
        "source": "iam.amazonaws.com",
        "name": name,
        "user_name": user.name,
        "principal_id": user.unique_id,
        "user_identity": identity,
    }
    return Event.objects.create(**{**values, **more})


def names(page: Any) -> list[str]:
    return [event.name for event in page.context["page"].rows]


def search(browser: Client, **query: str) -> Any:
    return browser.get("/activity", query)


# --- who sees what ---------------------------------------------------------------------------


def test_what_was_done_a_moment_ago_is_there(browser: Client) -> None:
    browser.get("/iam/users")
    assert "ListUsers" in names(search(browser))


def test_who_may_not_look_up_events_sees_only_the_own_ones(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    own, other = record(ben, "GetUser"), record(ana, "DeleteUser")
    browser = signed_in(ben)
    page = search(browser)
    assert "You see only what you did yourself." in text(page)
    assert "cloudtrail:LookupEvents" in text(page)
    assert names(page) == ["GetUser"]
    assert browser.get(f"/activity/{own.id}").status_code == 200
    assert browser.get(f"/activity/{other.id}").status_code == 404
    assert names(search(browser, user="ana")) == []
    assert "DeleteUser" not in _downloaded(browser)


def test_the_permission_opens_the_accounts_events(
    signed_in: SignedIn, account: Account, ana: User
) -> None:
    record(ana, "DeleteUser")
    reader = make_user(account, "rea", allow=["cloudtrail:LookupEvents"])
    assert names(search(signed_in(reader))) == ["DeleteUser"]


def test_another_accounts_events_are_invisible(
    browser: Client, signed_in: SignedIn, ana: User, root: User, cleo: User
) -> None:
    theirs = record(cleo, "DeleteUser", access_key_id="AKIACLEO")
    assert browser.get(f"/activity/{theirs.id}").status_code == 404
    for query in ({}, {"name": "DeleteUser"}, {"user": "cleo"}, {"key": "AKIACLEO"}):
        assert names(search(browser, **query)) == []
        assert names(search(signed_in(root), **query)) == []
    assert "DeleteUser" not in _downloaded(browser)
    ours = record(ana)
    assert signed_in(cleo).get(f"/activity/{ours.id}").status_code == 404


def test_a_user_made_again_under_the_same_name_does_not_see_the_first_ones_events(
    signed_in: SignedIn, account: Account
) -> None:
    first = make_user(account, "dan")
    record(first, "DeleteUser")
    first.delete()
    assert names(search(signed_in(make_user(account, "dan")))) == []


@pytest.mark.parametrize("address", ["/activity", "/activity/download"])
def test_the_log_asks_for_a_session(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", ["/activity", "/activity/download"])
def test_the_log_is_only_read(browser: Client, address: str) -> None:
    assert browser.post(address).status_code == 405


# --- filters ---------------------------------------------------------------------------------


@pytest.fixture
def some(ana: User, ben: User, root: User) -> None:
    record(ana, "CreateUser", access_key_id="AKIAANA")
    record(ben, "GetUser", error_code="AccessDenied", error_message="no")
    record(ben, "ConsoleLogin", error_message="Failed authentication", type="AwsConsoleSignIn")
    record(root, "DeleteUser", age=2 * 3600)
    record(ana, "ListUsers", age=40 * 24 * 3600)
    record(ana, "TagUser", age=100 * 24 * 3600)


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"CreateUser", "GetUser", "ConsoleLogin", "DeleteUser", "ListUsers"}),
        ({"name": "GetUser"}, {"GetUser"}),
        ({"name": "getuser"}, set()),
        ({"user": "ben"}, {"GetUser", "ConsoleLogin"}),
        ({"user": "root"}, {"DeleteUser"}),
        ({"key": "AKIAANA"}, {"CreateUser"}),
        ({"errors_only": "on"}, {"GetUser", "ConsoleLogin"}),
        ({"errors_only": "on", "name": "GetUser"}, {"GetUser"}),
        ({"period": "hour"}, {"CreateUser", "GetUser", "ConsoleLogin"}),
        ({"period": "day", "user": "root"}, {"DeleteUser"}),
        ({"period": "all", "user": "ana"}, {"CreateUser", "ListUsers", "TagUser"}),
        ({"period": "all", "until": "2000-01-01T00:00"}, set()),
        ({"since": "2000-01-01 00:00", "user": "root"}, {"DeleteUser"}),
    ],
)
def test_filters_narrow_the_list(browser: Client, query: dict[str, str], found: set[str]) -> None:
    page = search(browser, **query)
    assert page.status_code == 200
    assert set(names(page)) == found


def test_the_form_says_which_range_is_shown(browser: Client) -> None:
    page = search(browser).content.decode()
    assert '<option value="quarter" selected>' in page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "century"}, "period"),
        ({"since": "yesterday"}, "since"),
        ({"until": "9999-99-99T00:00"}, "until"),
        ({"name": "x\x00y"}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"user": "\x00"}, "user"),
        ({"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}, "__all__"),
    ],
)
def test_a_filter_that_cannot_be_read_is_an_error_and_not_an_empty_list(
    browser: Client, ana: User, query: dict[str, str], field: str
) -> None:
    record(ana)
    for address in ("/activity", "/activity/download"):
        page = browser.get(address, query)
        assert page.status_code == 422
        assert page.context["form"].errors[field]
        assert "No events" not in text(page)


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", '"><script>alert(1)</script>', "%", "_reateUser", "*", "{{7*7}}", "\\"]
)
def test_a_hostile_filter_finds_nothing_and_is_shown_as_text(
    browser: Client, ana: User, value: str
) -> None:
    record(ana)
    for field in ("name", "user", "key"):
        page = search(browser, **{field: value})
        assert names(page) == []
        assert "No events match" in text(page)
        assert "<script>alert" not in page.content.decode()


# --- pages -----------------------------------------------------------------------------------


def test_pages_go_forth_and_back_without_losing_a_row(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "SIZE", 3)
    same_moment = timezone.now() - timedelta(minutes=5)
    for number in range(8):
        record(ana, f"Event{number}", time=same_moment)
    query, seen = "?period=all", []
    pages = []
    while query:
        page = browser.get(f"/activity{query}").context["page"]
        pages.append([event.id for event in page.rows])
        seen += pages[-1]
        query = page.next_url
        back = page.previous_url
    assert len(seen) == len(set(seen)) == 8
    assert (page.first, page.last) == (7, 8)
    page = browser.get(f"/activity{back}").context["page"]
    assert [event.id for event in page.rows] == pages[1]
    page = browser.get(f"/activity{page.previous_url}").context["page"]
    assert [event.id for event in page.rows] == pages[0]
    assert page.previous_url == ""


@pytest.mark.parametrize("cursor", ["x", "0:0", '["2026-01-01",1]', "%00", "a" * 5000])
def test_a_made_up_cursor_is_refused(browser: Client, cursor: str) -> None:
    assert search(browser, after=cursor).status_code == 400
    assert search(browser, before=cursor).status_code == 400


def test_a_cursor_of_another_account_is_refused(
    browser: Client, signed_in: SignedIn, cleo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "SIZE", 1)
    record(cleo)
    record(cleo)
    theirs = search(signed_in(cleo)).context["page"].next_url
    assert browser.get(f"/activity{theirs}").status_code == 400


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "event_newest_first"),
        ({"name": "CreateUser"}, "event_by_name"),
        ({"user": "ana"}, "event_by_user_name"),
        ({"user": "root"}, "event_by_principal"),
        ({"key": "AKIA"}, "event_by_access_key"),
        ({"errors_only": "on"}, "event_newest_failures"),
    ],
)
def test_every_filter_has_an_index_that_also_gives_the_order(
    browser: Client, account: Account, query: dict[str, str], index: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the plan's words are SQLite's")
    form = search(browser, **query).context["form"]
    mine = logged().filter(account=account)
    found = event_log.filtered(mine, form.cleaned_data, account.id).order_by("-time", "-id")
    plan = found[:50].explain()
    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN" not in plan


def test_the_list_takes_few_queries_and_counts_nothing(
    browser: Client, ana: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        record(ana, f"Event{number}")
    browser.get("/activity")
    journal.drain()
    with django_assert_max_num_queries(12) as queries:
        browser.get("/activity")
    assert not [one for one in queries if "COUNT(" in one["sql"]]


# --- one event -------------------------------------------------------------------------------


def test_an_event_is_told_in_a_sentence_and_as_cloudtrail_has_it(
    browser: Client, ana: User
) -> None:
    event = record(ana, request_parameters={"userName": "li"}, source_ip="192.0.2.9")
    page = browser.get(f"/activity/{event.id}")
    words = text(page)
    assert "ana called CreateUser." in words
    assert "192.0.2.9" in words
    shown = json.loads(page.context["record"])
    assert shown == event.describe()
    assert (shown["eventVersion"], shown["eventName"]) == ("1.08", "CreateUser")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"error_code": "AccessDenied"}, "ana called CreateUser and was refused: AccessDenied."),
        ({"name": "ConsoleLogin", "type": "AwsConsoleSignIn"}, "ConsoleLogin of ana succeeded."),
        (
            {"name": "ConsoleLogin", "type": "AwsConsoleSignIn", "error_message": "Failed"},
            "ConsoleLogin of ana failed: Failed.",
        ),
        ({"user_name": "", "user_identity": {"type": "Root"}}, "root called CreateUser."),
        ({"user_name": "", "user_identity": {"type": "AWSService"}}, "AWSService called"),
        ({"user_name": "", "user_identity": {}}, "Somebody unknown called CreateUser."),
    ],
)
def test_the_sentence_says_who_what_and_how_it_ended(
    browser: Client, ana: User, more: dict[str, Any], sentence: str
) -> None:
    event = record(ana, more.pop("name", "CreateUser"), **more)
    assert sentence in text(browser.get(f"/activity/{event.id}"))


def test_what_a_client_wrote_into_an_event_is_shown_as_text(browser: Client, ana: User) -> None:
    hostile = "<script>alert(1)</script>"
    event = record(
        ana, hostile, user_agent=hostile, error_message=hostile, request_parameters={"x": hostile}
    )
    for page in (browser.get(f"/activity/{event.id}"), search(browser)):
        assert hostile not in page.content.decode()


@pytest.mark.parametrize("event_id", [uuid.uuid4(), "x", "..", "download/x", "0" * 32])
def test_an_event_that_is_not_there_is_a_404(browser: Client, event_id: object) -> None:
    assert browser.get(f"/activity/{event_id}").status_code == 404


# --- the download ----------------------------------------------------------------------------


def _downloaded(browser: Client, **query: str) -> str:
    address = "/activity/download?" + urlencode(query)
    return b"".join(browser.get(address).streaming_content).decode()  # type: ignore[attr-defined]


def test_the_download_has_one_record_a_line_and_keeps_the_filters(
    browser: Client, ana: User, ben: User
) -> None:
    record(ana, "CreateUser")
    record(ben, "GetUser", request_parameters={"x": "line\nbreak"})
    lines = _downloaded(browser, user="ben").splitlines()
    assert [json.loads(line)["eventName"] for line in lines] == ["GetUser"]
    answer = browser.get("/activity/download")
    assert re.search(r'attachment; filename="activity-\d{12}.jsonl"', str(answer.headers))
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_download_is_bounded(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "DOWNLOAD_LIMIT", 2)
    for number in range(4):
        record(ana, f"Event{number}", age=100 - number)
    lines = _downloaded(browser).splitlines()
    assert [json.loads(line)["eventName"] for line in lines] == ["Event3", "Event2"]

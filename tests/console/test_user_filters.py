"""What the list of users is narrowed by, in which order it then stands, and at what price."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from console.forms.user_list import ORDERS, UserFilterForm
from identity.models import AccessKey, Account, PasswordPolicy, User, UserTag
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.factories import make_group, make_key, make_login_profile, make_user

LONG_AGO = timezone.now() - timedelta(days=400)


@pytest.fixture
def browser(signed_in: SignedIn, root: User) -> Client:
    return signed_in(root)


@pytest.fixture
def people(account: Account) -> None:
    """dana signs in, with a device; eve never did; finn must change; robot has an old key."""
    dana = make_login_profile(make_user(account, "dana"))
    dana.path = "/staff/berlin/"
    dana.password_last_used_at = timezone.now()
    dana.mfa_enabled = dana.console_enabled = True
    dana.save()
    UserTag.objects.create(user=dana, key="Team", value="red")
    make_login_profile(make_user(account, "eve", path="/staff/"))
    make_login_profile(make_user(account, "finn"), reset=True)
    robot = make_user(account, "robot")
    AccessKey.objects.filter(pk=make_key(robot).id).update(created_at=LONG_AGO)
    User.objects.filter(pk=robot.pk).update(idle_since=LONG_AGO, oldest_active_key_at=LONG_AGO)


def names(answer: Any) -> list[str]:
    return [row.user.name for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"access": "on"}, ["dana", "eve", "finn"]),
        ({"access": "off"}, ["robot"]),
        ({"access": "never"}, ["eve", "finn"]),
        ({"access": "must"}, ["finn"]),
        ({"access": "expired"}, []),
        ({"mfa": "some"}, ["dana"]),
        ({"mfa": "none"}, ["eve", "finn", "robot"]),
        ({"access": "on", "mfa": "none"}, ["eve", "finn"]),
        ({"keys": "90"}, ["robot"]),
        ({"keys": "500"}, []),
        ({"unused": "90"}, ["robot"]),
        ({"tag": "team=red"}, ["dana"]),
        ({"tag": "team=RED"}, []),
        ({"tag": "team="}, []),
        ({"path": "/staff/"}, ["eve", "dana"]),
        ({"path": "/STAFF/"}, []),
        ({"sort": "-created"}, ["robot", "finn", "eve", "dana"]),
        ({"sort": "key_age"}, ["robot"]),
        ({"q": "d", "mfa": "some"}, ["dana"]),
        ({"q": "d", "mfa": "none"}, []),
    ],
)
def test_each_filter_finds_its_users(
    browser: Client, people: None, asked: dict[str, str], found: list[str]
) -> None:
    assert names(browser.get("/iam/users", asked)) == found


def test_passwords_are_expired_by_the_accounts_own_rule(
    browser: Client, people: None, account: Account
) -> None:
    PasswordPolicy.objects.create(account=account, max_password_age=30)
    User.objects.filter(name="eve").update(password_changed_at=LONG_AGO)
    assert names(browser.get("/iam/users?access=expired")) == ["eve"]


@pytest.mark.parametrize(
    "wrong", ["keys=0", "keys=x", "unused=-1", "tag==red", "path=staff", "mfa=maybe", "sort=evil"]
)
def test_a_filter_that_cannot_be_read_is_said_to_be_wrong_and_lists_nobody(
    browser: Client, people: None, wrong: str
) -> None:
    answer = browser.get(f"/iam/users?{wrong}")
    assert "There is" in text(answer) or answer.context["form"].errors
    assert names(answer) == []


def test_every_saved_view_is_a_link_and_marks_itself(browser: Client, people: None) -> None:
    for view in browser.get("/iam/users").context["views"]:
        shown = browser.get(view["url"])
        (current,) = [one for one in shown.context["views"] if one["current"]]
        assert current["label"] == view["label"]


@pytest.mark.parametrize("sort", ["created", "-created", "activity"])
def test_sorted_pages_lead_there_and_back(browser: Client, account: Account, sort: str) -> None:
    same = timezone.now()
    for number in range(25):
        make_user(account, f"u{number:02}")
    account.iam_users.filter(name__gt="u05").update(created_at=same, idle_since=same)
    first = browser.get(f"/iam/users?size=10&sort={sort}")
    second = browser.get("/iam/users" + first.context["page"].next_url)
    third = browser.get("/iam/users" + second.context["page"].next_url)
    seen = names(first) + names(second) + names(third)
    assert sorted(seen) == [f"u{number:02}" for number in range(25)]
    assert names(browser.get("/iam/users" + third.context["page"].previous_url)) == names(second)
    other = first.context["page"].next_url.replace(f"sort={sort}", "sort=name")
    assert browser.get("/iam/users" + other).status_code == 400


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
@pytest.mark.parametrize(
    "query",
    [
        *("", "access=on", "access=off", "access=never", "access=must", "access=expired"),
        *("mfa=none", "mfa=some", "access=on&mfa=none", "keys=90", "unused=90", "tag=team%3Dred"),
        *("path=%2Fstaff%2F", "sort=-created", "sort=activity", "sort=key_age"),
    ],
)
def test_every_filter_reads_its_page_from_one_index_without_sorting(
    account: Account, query: str
) -> None:
    form = UserFilterForm(QueryDict(query))
    assert form.is_valid()
    key, then, descending = ORDERS[form.order()]
    order = [("-" if descending else "") + one for one in (key, then) if one]
    found = form.narrowed(account.iam_users, 30).order_by(*order)[:26]
    plan = found.explain()
    print(plan)
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def test_groups_stand_in_the_list_two_and_how_many_more(
    browser: Client, people: None, account: Account
) -> None:
    robot = account.iam_users.named("robot").get()
    for name in ("ops", "Audit", "dev"):
        make_group(account, name, robot)
    assert "Audit, dev and 1 more" in text(browser.get("/iam/users?q=robot"))


def test_the_file_holds_what_the_filter_finds(browser: Client, people: None) -> None:
    answer = browser.get("/iam/list-users/csv?access=on")
    lines = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))  # type: ignore[attr-defined]
    assert [line[0] for line in lines] == ["User name", "dana", "eve", "finn"]
    assert lines[1][6:8] == ["Enabled", "None"]


def test_names_that_begin_like_formulas_are_text_for_spreadsheets_only(
    browser: Client, account: Account
) -> None:
    make_user(account, "=cmd")
    exact = b"".join(browser.get("/iam/list-users/csv").streaming_content)  # type: ignore[attr-defined]
    safe = b"".join(browser.get("/iam/list-users/csv?for=spreadsheets").streaming_content)  # type: ignore[attr-defined]
    assert b"\r\n=cmd," in exact
    assert b"\r\n'=cmd," in safe


def test_who_may_not_list_users_gets_no_file(signed_in: SignedIn, ben: User) -> None:
    assert signed_in(ben).get("/iam/list-users/csv").status_code == 403

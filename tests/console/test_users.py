"""The list of users: its pages, its filter, its columns and its price."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.factories import make_key, make_policy, make_user


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def names(response: Any) -> list[str]:
    """The names in the first column, in their order."""
    return [row.user.name for row in response.context["rows"]]


def queries(browser: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


# --- the list --------------------------------------------------------------------------------


def test_ben_may_not_list_users_and_is_told_who_what_and_on_which_resource(
    signed_in: SignedIn, ben: User
) -> None:
    answer = signed_in(ben).get("/iam/users")
    assert answer.status_code == 403
    words = text(answer)
    assert f"ben (user in {ben.account_id}) may not list users" in words
    assert "iam:ListUsers" in words
    assert f"arn:aws:iam::{ben.account_id}:user/" in words


def test_the_list_shows_the_accounts_own_users_only(
    browser: Client, ana: User, ben: User, cleo: User, root: User
) -> None:
    assert names(browser.get("/iam/users")) == ["ana", "ben"]


def test_the_list_costs_as_much_for_60_users_as_for_10(browser: Client, account: Account) -> None:
    for number in range(10):
        make_key(make_user(account, f"user{number:02}"))
    few = queries(browser, "/iam/users?size=100")
    for number in range(10, 60):
        make_key(make_user(account, f"user{number:02}"))
    assert queries(browser, "/iam/users?size=100") == few
    assert few <= 12


def test_pages_lead_forward_and_back_to_the_same_rows(browser: Client, account: Account) -> None:
    for number in range(25):
        make_user(account, f"user{number:02}")
    first = browser.get("/iam/users?size=10")
    second = browser.get("/iam/users" + first.context["page"].next_url)
    third = browser.get("/iam/users" + second.context["page"].next_url)
    assert names(first)[:2] == ["ana", "user00"]
    assert names(third) == [f"user{number:02}" for number in range(19, 25)]
    assert (second.context["page"].first, second.context["page"].last) == (11, 20)
    assert third.context["page"].next_url == ""
    back = browser.get("/iam/users" + third.context["page"].previous_url)
    assert names(back) == names(second)
    start = browser.get("/iam/users" + back.context["page"].previous_url)
    assert names(start) == names(first)
    assert start.context["page"].previous_url == ""


def test_a_page_still_works_when_the_user_it_begins_after_is_gone(
    browser: Client, account: Account
) -> None:
    for number in range(12):
        make_user(account, f"user{number:02}")
    following = browser.get("/iam/users?size=10").context["page"].next_url
    account.iam_users.named("user08").delete()
    assert names(browser.get("/iam/users" + following)) == ["user09", "user10", "user11"]


def test_a_cursor_of_another_list_is_refused(
    browser: Client, signed_in: SignedIn, account: Account, cleo: User
) -> None:
    for number in range(12):
        make_user(cleo.account, f"user{number:02}")
    foreign = signed_in(cleo).get("/iam/users?size=10").context["page"].next_url
    assert browser.get("/iam/users" + foreign).status_code == 400
    assert browser.get("/iam/users?after=rubbish").status_code == 400


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("be", ["ben"]),
        ("BE", ["ben"]),
        (" be ", ["ben"]),
        ("en", []),
        ("", ["ana", "ben"]),
        ("%", []),
        ("b_n", []),
        ("ü", []),
        ("'; drop table", []),
    ],
)
def test_names_are_found_from_their_start_in_any_case(
    browser: Client, ben: User, typed: str, found: list[str]
) -> None:
    assert names(browser.get("/iam/users", {"q": typed})) == found


def test_a_key_an_id_and_an_arn_find_their_user(browser: Client, ben: User, cleo: User) -> None:
    for exact in (make_key(ben).id, ben.unique_id, ben.arn):
        assert names(browser.get("/iam/users", {"q": exact})) == ["ben"]
    for foreign in (make_key(cleo).id, cleo.unique_id, cleo.arn):
        assert names(browser.get("/iam/users", {"q": foreign})) == []


def test_nothing_found_and_nobody_there_say_different_things(
    browser: Client, signed_in: SignedIn, root: User
) -> None:
    assert "No users match" in text(browser.get("/iam/users?q=zzz"))
    User.objects.filter(is_root=False).delete()
    assert "People who already have a company sign-in" in text(signed_in(root).get("/iam/users"))


def test_columns_that_may_not_be_read_say_what_is_needed(
    signed_in: SignedIn, account: Account
) -> None:
    lister = make_user(account, "lister", allow=["iam:ListUsers"])
    make_key(lister)
    words = text(signed_in(lister).get("/iam/users"))
    for action in ("iam:GetLoginProfile", "iam:ListMFADevices", "iam:ListAccessKeys"):
        assert f"not shown, needs {action}" in words


def test_who_may_not_create_users_sees_why(signed_in: SignedIn, account: Account) -> None:
    lister = make_user(account, "lister", allow=["iam:ListUsers"])
    page = signed_in(lister).get("/iam/users").content.decode()
    assert 'aria-disabled="true">Create user' in page
    assert "Needs iam:CreateUser." in page


def test_rights_on_a_path_show_the_columns_of_its_users_only(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    lead = make_user(account, "lead", allow=["iam:ListUsers"])
    make_user(account, "staff1", path="/staff/")
    staff = f"arn:aws:iam::{account.id}:user/staff/*"
    make_policy(lead, "staff", [{"Effect": "Allow", "Action": "iam:List*", "Resource": staff}])
    rows = {row.user.name: row for row in signed_in(lead).get("/iam/users").context["rows"]}
    assert rows["staff1"].mfa == "None"
    assert rows["ben"].mfa is None

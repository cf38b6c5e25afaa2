"""The list of users, and finding one user by any of its names."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import make_key, make_policy, make_user

HOSTILE = ("=cmd", "@import", "+1", "-x", "a..b", "x=y,z")


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


# --- one user --------------------------------------------------------------------------------


def test_the_address_of_a_user_leads_to_its_permissions(browser: Client, ben: User) -> None:
    answer = browser.get("/iam/users/ben")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/iam/users/ben/permissions")


def test_another_spelling_goes_to_the_users_own_for_good(browser: Client, ben: User) -> None:
    answer = browser.get("/iam/users/BEN/tags?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/iam/users/ben/tags?x=1")


def test_the_unique_id_works_as_a_name(browser: Client, ben: User) -> None:
    assert "ben" in text(browser.get(f"/iam/users/~{ben.unique_id}/permissions"))


@pytest.mark.parametrize("name", [".", "..", "...", *HOSTILE, "create", "built-in", "-", "done"])
@pytest.mark.parametrize("tab", ["permissions", "tags", "security-credentials"])
def test_a_user_of_any_legal_name_has_its_pages(
    browser: Client, account: Account, name: str, tab: str
) -> None:
    user = make_user(account, name)
    link = browser.get("/iam/users", {"q": user.unique_id}).context["rows"][0].segment
    assert not set(link) <= {"."}
    answer = browser.get(f"/iam/users/{link}/{tab}")
    assert answer.status_code == 200
    assert answer.context["user"]["UserId"] == user.unique_id


def test_a_user_of_another_account_is_not_there(browser: Client, cleo: User) -> None:
    for name in ("cleo", f"~{cleo.unique_id}"):
        assert browser.get(f"/iam/users/{name}/permissions").status_code == 404
    assert browser.get(f"/iam/by-id/{cleo.unique_id}").status_code == 404


def test_who_may_not_know_sees_no_difference_between_there_and_not_there(
    signed_in: SignedIn, ben: User, ana: User
) -> None:
    browser = signed_in(ben)
    for name in ("ana", "nobody", f"~{ana.unique_id}", "~AIDAAAAAAAAAAAAAAAAAA"):
        assert browser.get(f"/iam/users/{name}/permissions").status_code == 403


@pytest.mark.parametrize("kind", ["key", "id", "arn"])
def test_look_ups_lead_to_the_user(browser: Client, ben: User, kind: str) -> None:
    url = {
        "key": f"/iam/by-key/{make_key(ben).id}",
        "id": f"/iam/by-id/{ben.unique_id}",
        "arn": f"/iam/by-arn?arn={ben.arn}",
    }[kind]
    answer = browser.get(url)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/iam/users/ben")


@pytest.mark.parametrize(
    "url",
    ["/iam/by-key/AKIAAAAAAAAAAAAAAAAA", "/iam/by-id/AIDAAAAAAAAAAAAAAAAAA", "/iam/by-arn?arn=x"],
)
def test_look_ups_of_nothing_are_not_there(browser: Client, url: str) -> None:
    assert browser.get(url).status_code in (403, 404)


def test_renaming_and_moving_is_one_form(browser: Client, ben: User) -> None:
    answer = submit(browser, "/iam/users/ben/edit", name="Benno", path="/staff/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/iam/users/Benno")
    ben.refresh_from_db()
    assert (ben.name, ben.path) == ("Benno", "/staff/")


def test_a_taken_name_is_told_at_its_field(browser: Client, ben: User) -> None:
    answer = submit(browser, "/iam/users/ben/edit", name="ANA", path="/")
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == [
        "A user of this name already exists. Names ignore upper and lower case."
    ]
    assert "<title>Error: " in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "path"), [("a b", "/"), ("", "/"), ("x" * 65, "/"), ("ben", "staff"), ("ben", "/a b/")]
)
def test_names_and_paths_that_aws_refuses_are_refused_in_words(
    browser: Client, ben: User, name: str, path: str
) -> None:
    answer = submit(browser, "/iam/users/ben/edit", name=name, path=path)
    assert answer.status_code == 422
    ben.refresh_from_db()
    assert (ben.name, ben.path) == ("ben", "/")


def test_what_somebody_wrote_into_a_tag_stays_text(browser: Client, ben: User) -> None:
    evil = '"><script>alert(1)</script>'
    ben.tags.create(key="note", value=evil)
    page = browser.get("/iam/users/ben/tags").content.decode()
    assert evil not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- tags ------------------------------------------------------------------------------------


def test_tags_are_added_changed_and_removed_in_one_save(browser: Client, ben: User) -> None:
    ben.tags.create(key="team", value="red")
    ben.tags.create(key="old", value="x")
    fields = {"key_1": "", "value_1": "", "key_2": "team", "value_2": "blue"}
    answer = submit(browser, "/iam/users/ben/tags", **fields, key_3="new", value_3="")
    assert answer.status_code == 303
    assert dict(ben.tags.values_list("key", "value")) == {"team": "blue", "new": ""}


def test_tags_that_somebody_else_changed_meanwhile_are_not_overwritten(
    browser: Client, ben: User
) -> None:
    url = "/iam/users/ben/tags"
    form = browser.get(url)
    ben.tags.create(key="theirs", value="1")
    answer = browser.post(url, {**hidden(form), "key_1": "mine", "value_1": "2"})
    assert answer.status_code == 422
    assert dict(ben.tags.values_list("key", "value")) == {"theirs": "1"}


@pytest.mark.parametrize(
    "fields",
    [
        {"key_1": "a", "value_1": "1", "key_2": "A", "value_2": "2"},
        {"key_1": "", "value_1": "alone"},
        {"key_1": "aws:x", "value_1": "1"},
        {"key_1": "k" * 129, "value_1": "1"},
    ],
)
def test_tags_that_cannot_be_are_refused_as_a_whole(
    browser: Client, ben: User, fields: dict[str, str]
) -> None:
    assert submit(browser, "/iam/users/ben/tags", **fields).status_code == 422
    assert not ben.tags.exists()


def test_who_may_not_read_tags_sees_a_notice_and_the_rest_of_the_page(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    reader = make_user(account, "reader", allow=["iam:GetUser"])
    answer = signed_in(reader).get("/iam/users/ben/tags")
    assert answer.status_code == 200
    assert "You may not list user tags. Needs iam:ListUserTags." in text(answer)
    assert ben.arn in text(answer)


def test_a_denied_panel_does_not_take_the_page_with_it(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    reader = make_user(account, "reader", allow=["iam:GetUser", "iam:ListAccessKeys"])
    words = text(signed_in(reader).get("/iam/users/ben/security-credentials"))
    assert "You may not list MFA devices. Needs iam:ListMFADevices." in words
    assert "No access keys" in words


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


def test_a_hostile_path_stays_text_wherever_it_stands(browser: Client, account: Account) -> None:
    evil = '/"><script>alert(1)</script>/'
    make_user(account, "eve", path=evil)
    urls = ("", "/eve/permissions", "/eve/edit", "/eve/delete", "/eve/tags")
    for url in urls:
        assert "<script>alert" not in browser.get(f"/iam/users{url}").content.decode(), url


def test_the_activity_of_a_user_is_theirs_alone_and_newest_first(
    browser: Client, signed_in: SignedIn, ben: User
) -> None:
    signed_in(ben).get("/iam/users")
    words = text(browser.get("/iam/users/ben/activity"))
    assert "ListUsers ben AccessDenied just now" in words
    assert "GetUser ana" not in words


def test_the_activity_of_others_is_for_those_who_may_look_it_up(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    reader = make_user(account, "reader", allow=["iam:GetUser"])
    words = text(signed_in(reader).get("/iam/users/ben/activity"))
    assert "Needs cloudtrail:LookupEvents." in words

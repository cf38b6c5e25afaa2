"""The pages of one user: its addresses, its name and path, its tags."""

from __future__ import annotations

import pytest
from django.test import Client

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.events import logged
from tests.factories import make_key, make_user

HOSTILE = ("=cmd", "@import", "+1", "-x", "a..b", "x=y,z")


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


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


@pytest.mark.parametrize("url", ["/iam/by-id/{}", "/iam/users/~{}/tags", "/iam/by-arn?arn={}"])
def test_no_look_up_tells_the_name_to_who_may_not_know_it(
    signed_in: SignedIn, account: Account, ben: User, url: str
) -> None:
    hidden = make_user(account, "Quasimodo", path="/belfry/")
    browser = signed_in(ben)
    for part in (hidden.unique_id, "Quasi"):
        answer = browser.get(url.format(part))
        assert answer.status_code == 403
        assert "Quasimodo" not in answer.content.decode()
        assert "belfry" not in answer.content.decode()


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
    assert answer.status_code == 409
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


# --- former names ----------------------------------------------------------------------------


def test_the_former_name_leads_to_the_new_one(browser: Client, ben: User) -> None:
    submit(browser, "/iam/users/ben/edit", name="benno", path="/")
    submit(browser, "/iam/users/benno/edit", name="Bo", path="/")
    answer = browser.get("/iam/users/BEN/tags", follow=True)
    assert answer.redirect_chain == [("/iam/users/Bo/tags", 301)]


def test_names_that_were_swapped_back_and_forth_lead_nowhere_twice(
    browser: Client, ben: User
) -> None:
    submit(browser, "/iam/users/ben/edit", name="benno", path="/")
    submit(browser, "/iam/users/benno/edit", name="ben", path="/")
    submit(browser, "/iam/users/ben/delete", confirm="ben")
    assert browser.get("/iam/users/benno/tags").status_code == 404
    assert browser.get("/iam/users/ben/tags").status_code == 410


def test_a_former_name_that_somebody_else_has_is_theirs(
    browser: Client, account: Account, ben: User
) -> None:
    submit(browser, "/iam/users/ben/edit", name="benno", path="/")
    new = make_user(account, "ben")
    assert browser.get("/iam/users/ben/tags").context["user"]["UserId"] == new.unique_id


def test_a_deleted_user_is_gone_with_date_and_name_of_who_did_it(
    browser: Client, ben: User
) -> None:
    submit(browser, "/iam/users/ben/delete", confirm="ben")
    answer = browser.get("/iam/users/Ben/permissions")
    assert answer.status_code == 410
    assert "User Ben was deleted" in text(answer)
    assert "By ana" in text(answer)


def test_who_may_not_read_the_log_is_not_told_that_there_was_a_user(
    browser: Client, signed_in: SignedIn, account: Account, ben: User
) -> None:
    submit(browser, "/iam/users/ben/delete", confirm="ben")
    reader = make_user(account, "reader", allow=["iam:GetUser"])
    assert signed_in(reader).get("/iam/users/ben/permissions").status_code == 404


def test_a_refused_deletion_is_none(browser: Client, ben: User) -> None:
    submit(browser, "/iam/users/ben/delete", confirm="ben")
    logged().filter(name="DeleteUser").update(error_code="AccessDenied")
    assert browser.get("/iam/users/ben/permissions").status_code == 404

"""The sign-in pages: what they show, where they lead, and where they never lead."""

from __future__ import annotations

import pytest
from django.test import Client

from identity.local_path import local_path
from identity.models import User
from tests.console.pages import inputs, text, title
from tests.entrance import WRONG, send_password
from tests.factories import PASSWORD, make_login_profile


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


# --- the chooser -------------------------------------------------------------------------------


def test_the_chooser_has_one_field(browser: Client, ana: User) -> None:
    answer = browser.get("/sign-in")
    (field,) = inputs(answer)
    assert title(answer) == "Sign in – Bartizan"
    assert (field["name"], field["autocomplete"]) == ("account", "on")
    assert (field["autocapitalize"], field["spellcheck"]) == ("none", "false")
    assert "autofocus" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("example", "/sign-in/example"),
        (" EXAMPLE ", "/sign-in/example"),
        ("no-such-alias", "/sign-in/no-such-alias"),
        ("111122223333", "/sign-in/111122223333"),
        ("1111-2222-3333", "/sign-in/111122223333"),
        ("root@example.test", "/sign-in/root/password"),
        ("nobody@example.test", "/sign-in/root/password"),
    ],
)
def test_the_chooser_leads_on_whether_or_not_there_is_such_an_account(
    browser: Client, ana: User, typed: str, leads_to: str
) -> None:
    answer = browser.post("/sign-in", {"account": typed})
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)


@pytest.mark.parametrize(
    "typed", ["", "  ", "a", "-x-", "a/b", "../x", "٣٣٣٣٣٣٣٣٣٣٣٣", "mfa", "a" * 64]
)
def test_what_can_be_no_account_is_said_at_once(browser: Client, ana: User, typed: str) -> None:
    answer = browser.post("/sign-in", {"account": typed})
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")


def test_the_page_that_was_asked_for_is_kept_all_the_way(browser: Client, ana: User) -> None:
    answer = browser.get("/iam/users?q=b")
    assert answer.headers["Location"] == "/sign-in?next=%2Fiam%2Fusers%3Fq%3Db"
    answer = browser.post(answer.headers["Location"], {"account": "example"})
    assert answer.headers["Location"] == "/sign-in/example?next=%2Fiam%2Fusers%3Fq%3Db"
    answer = browser.post(answer.headers["Location"], {"username": "ana", "password": PASSWORD})
    assert answer.headers["Location"] == "/iam/users?q=b"


HOSTILE = [
    *("//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test"),
    *("https://evil.test", "https:evil.test", "http:///evil.test", "javascript:alert(1)"),
    *("/ok\r\nSet-Cookie: a=b", "/\n/evil.test", " //evil.test", "evil.test", "data:text/html,x"),
    *("/\x00", "/ä", "/sign-in", "/sign-out?x", "/session-expired", "", "/" + "a" * 3000),
    *("/\\/evil.test", "\t//evil.test", "@evil.test", "/\u2028/evil.test", "//evil.test\\@x"),
]


@pytest.mark.parametrize("target", HOSTILE)
def test_signing_in_leads_to_no_other_place(browser: Client, ana: User, target: str) -> None:
    answer = browser.post(
        "/sign-in/example", {"username": "ana", "password": PASSWORD}, query_params={"next": target}
    )
    assert answer.headers["Location"] == "/home"


@pytest.mark.parametrize("target", ["/%0d%0aSet-Cookie:a=b", "/%2f%2fevil.test", "/%5cevil.test"])
def test_what_is_percent_encoded_stays_a_path(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize("target", ["/", "/iam/users?q=a%20b&size=10", "/sign-inside", "/a#b"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_path(target) == target


# --- an account's users ------------------------------------------------------------------------


def test_the_users_page_has_two_inputs_as_password_managers_want_them(
    browser: Client, ana: User
) -> None:
    answer = browser.get("/sign-in/example")
    name, password = inputs(answer)
    assert title(answer) == "Sign in to example – Bartizan"
    assert (name["id"], name["name"], name["autocomplete"]) == ("username",) * 3
    assert (password["id"], password["name"], password["autocomplete"]) == (
        "password",
        "password",
        "current-password",
    )
    assert password["type"] == "password"


def test_a_wrong_password_keeps_the_name_and_clears_the_password(
    browser: Client, ana: User
) -> None:
    answer = send_password(browser, "ana", WRONG)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert "The user name or password is not right for this account." in text(answer)
    name, password = inputs(answer)
    assert name["value"] == "ana"
    assert "value" not in password
    assert WRONG not in answer.content.decode()


def test_a_hostile_user_name_stays_text(browser: Client, ana: User) -> None:
    answer = send_password(browser, '"><script>alert(1)</script>', WRONG)
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"username": "ana"}, {"password": "x"}, {"username": "\x00"}])
def test_an_incomplete_form_is_refused_in_words(
    browser: Client, ana: User, data: dict[str, str]
) -> None:
    answer = browser.post("/sign-in/example", data)
    assert answer.status_code == 422
    assert "flash-err" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [("EXAMPLE", "/sign-in/example"), ("1111-2222-3333", "/sign-in/111122223333")],
)
def test_an_account_has_one_address(browser: Client, ana: User, typed: str, leads_to: str) -> None:
    answer = browser.get(f"/sign-in/{typed}?next=/iam")
    assert answer.headers["Location"] == f"{leads_to}?next=%2Fiam"


@pytest.mark.parametrize("typed", ["-x", "a", "a@b.test", "%2e%2e"])
def test_what_can_be_no_account_has_no_page(browser: Client, ana: User, typed: str) -> None:
    assert browser.get(f"/sign-in/{typed}").status_code == 404


def test_user_names_ignore_case_and_accounts_are_reached_by_id_and_alias(ana: User) -> None:
    for account, name in (("example", "ANA"), (ana.account_id, "ana")):
        assert send_password(Client(), name, account=account).headers["Location"] == "/home"


def test_recent_accounts_are_offered_on_this_device_and_can_be_forgotten(
    browser: Client, ana: User
) -> None:
    send_password(browser, "ana")
    browser.post("/sign-out")
    page = text(browser.get("/sign-in"))
    digits = ana.account_id
    assert f"example, {digits[:4]}-{digits[4:8]}-{digits[8:]}" in page
    assert digits[:4] in text(browser.get("/sign-in/example")), "this device knows the number"
    assert browser.post("/sign-in", {"forget": digits}).headers["Location"] == "/sign-in"
    assert "example" not in text(browser.get("/sign-in"))


@pytest.mark.parametrize("cookie", ["x", "[]", "WzFd:1:x", ""])
def test_a_changed_cookie_of_recent_accounts_is_ignored(
    browser: Client, ana: User, cookie: str
) -> None:
    browser.cookies["recent"] = cookie
    browser.cookies["device"] = cookie
    assert browser.get("/sign-in").status_code == 200
    assert send_password(browser, "ana").status_code == 303


def test_sign_in_cookies_are_not_for_scripts(browser: Client, ana: User) -> None:
    answer = send_password(browser, "ana")
    for name in ("sid", "device", "recent"):
        assert answer.cookies[name]["httponly"]
        assert answer.cookies[name]["samesite"] == "Lax"


def test_forms_need_their_csrf_token(ana: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    for page in ("/sign-in", "/sign-in/example", "/sign-in/root", "/sign-out"):
        assert strict.post(page, {"username": "ana", "password": PASSWORD}).status_code == 400

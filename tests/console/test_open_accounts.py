"""Several accounts open in one browser, each in a session of its own, and none in another's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from identity.models import Account, TemporarySession, User
from tests.console.conftest import SignedIn
from tests.entrance import give_device, later, send_password
from tests.events import logged
from tests.factories import (
    PASSWORD,
    make_account,
    make_login_profile,
    make_role,
    make_user,
    trusting,
)


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


@pytest.fixture
def cleo(cleo: User) -> User:
    return make_login_profile(cleo)


@pytest.fixture
def a(account: Account) -> str:
    return account.id


@pytest.fixture
def b(cleo: User) -> str:
    return cleo.account_id


@pytest.fixture
def both(ana: User, cleo: User) -> Client:
    """A browser in which ana signed in to Example and then cleo to Partner."""
    browser = Client(enforce_csrf_checks=False)
    send_password(browser, "ana")
    answer = send_password(browser, "cleo", account="partner", query="?next=/iam/users")
    assert answer.headers["Location"] == f"/c/{cleo.account_id}/iam/users"
    return browser


def who(browser: Client, address: str) -> str:
    """Name and account of whose page the address shows, from the account menu."""
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers)
    found = re.search(r"<summary>([^<@]*@ [\w-]+)<", answer.content.decode())
    return found.group(1) if found else ""


def token(browser: Client, address: str) -> str:
    page = browser.get(address).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found.group(1)


# --- side by side --------------------------------------------------------------------------------


def test_a_second_sign_in_leaves_the_first_where_it_was(both: Client, a: str, b: str) -> None:
    assert who(both, "/home") == "ana @ example"
    assert who(both, f"/c/{b}/home") == "cleo @ partner"
    assert who(both, f"/c/{a}/iam/users") == "ana @ example"


@pytest.mark.parametrize("page", ["home", "iam/users", "me", "iam/create-user", "open-accounts"])
def test_whatever_a_page_leads_to_stays_under_its_account(both: Client, b: str, page: str) -> None:
    html = both.get(f"/c/{b}/{page}").content.decode()
    main = re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)
    leads = set(re.findall(r'(?:href|action)="(/[^"]*)"', main))
    out = {path for path in leads if not path.startswith((f"/c/{b}/", "/static/"))}
    assert out <= ({"/home", "/sign-out", "/sign-in"} if page == "open-accounts" else set())
    assert f'href="/c/{b}/iam/users"' in html


def test_the_menu_marks_the_page_under_an_account_too(both: Client, b: str) -> None:
    html = both.get(f"/c/{b}/iam/users").content.decode()
    assert re.search(rf'href="/c/{b}/iam/users"[^>]* aria-current="page"', html)


def test_a_form_acts_in_the_account_of_its_address(both: Client, ana: User, cleo: User) -> None:
    b = cleo.account_id
    answer = both.post(f"/c/{b}/iam/create-group", {"name": "ops", "form_token": "x" * 43})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"/c/{b}/iam/groups/ops")
    assert cleo.account.groups.filter(name="ops").exists()
    assert not ana.account.groups.filter(name="ops").exists()
    event = logged().get(name="CreateGroup")
    assert (event.account_id, event.user_name) == (b, "cleo")


def test_messages_stay_with_their_account(both: Client, cleo: User) -> None:
    b = cleo.account_id
    both.post(f"/c/{b}/iam/create-group", {"name": "ops", "form_token": "x" * 43})
    assert "ops" not in both.get("/home").content.decode()
    assert (
        "Group ops was created" in both.get(f"/c/{b}/iam/groups/ops/permissions").content.decode()
    )


def test_secrets_shown_once_open_under_their_account_only(both: Client, a: str, cleo: User) -> None:
    b = cleo.account_id
    answer = both.post(f"/c/{b}/me/keys/create", {"form_token": "y" * 43, "description": ""})
    place = answer.headers["Location"]
    assert place.startswith(f"/c/{b}/me/keys/done/")
    secret = "Secret access key"
    assert secret in both.get(place).content.decode()
    bare = place.removeprefix(f"/c/{b}")
    for elsewhere in (bare, f"/c/{a}{bare}"):
        assert both.get(elsewhere).status_code in (404, 410)


def test_a_page_costs_no_query_more_in_a_second_account(
    both: Client, b: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12) as alone:
        both.get("/preferences")
    with django_assert_max_num_queries(len(alone)):
        both.get(f"/c/{b}/preferences")


def test_signing_in_to_an_account_again_replaces_that_session_and_no_other(
    both: Client, account: Account, cleo: User
) -> None:
    make_login_profile(make_user(account, "ann"))
    make_login_profile(make_user(cleo.account, "cy"))
    before = {name: both.cookies[name].value for name in ("sid", f"sid-{cleo.account_id}")}
    assert send_password(both, "ann").headers["Location"] == "/home"
    assert who(both, "/home") == "ann @ example"
    assert who(both, f"/c/{cleo.account_id}/home") == "cleo @ partner"
    send_password(both, "cy", account="partner")
    assert who(both, f"/c/{cleo.account_id}/home") == "cy @ partner"
    copied = Client()
    for name, value in before.items():
        copied.cookies[name] = value
    assert copied.get("/home").status_code == 302
    assert copied.get(f"/c/{cleo.account_id}/home").status_code == 302


def test_a_sign_in_under_way_leaves_the_open_session_alone(both: Client, account: Account) -> None:
    elsewhere = make_account("Third", "root@third.test", alias="third")
    third = make_login_profile(make_user(elsewhere, "dan"))
    phone = give_device(third)
    send_password(both, "dan", account="third")
    assert who(both, "/home") == "ana @ example"
    assert "Code" in both.get("/sign-in/mfa/app").content.decode()
    answer = both.post("/sign-in/mfa/app", {"code": phone.code()})
    assert answer.headers["Location"] == f"/c/{third.account_id}/home"
    assert who(both, f"/c/{third.account_id}/home") == "dan @ third"
    assert "sid-in" not in {name for name, cookie in both.cookies.items() if cookie.value}


def test_five_accounts_are_open_at_most_and_the_one_used_longest_ago_goes(
    both: Client, cleo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        later(monkeypatch, timedelta(minutes=2 * (number + 1)))
        other = make_account(f"More {number}", f"root@more{number}.test", alias=f"more-{number}")
        make_login_profile(make_user(other, "dan"))
        send_password(both, "dan", account=f"more-{number}")
    page = both.get("/open-accounts").content.decode()
    assert "(5)" in page
    assert "cleo" not in page
    assert "ana" in page
    assert cleo.console_sessions.count() == 0


def test_what_is_handed_to_others_names_no_session_of_ours(both: Client, cleo: User) -> None:
    """Sign-in links, links to switch roles and our metadata are the same for everybody."""
    make_role(cleo.account, "deploy")
    for page, named in (
        ("iam/roles/deploy", f"/switchrole?account={cleo.account_id}"),
        ("iam/account-settings", "/sign-in/partner"),
        ("about", "/static/saml-metadata.xml"),
    ):
        html = both.get(f"/c/{cleo.account_id}/{page}", follow=True).content.decode()
        assert f"{settings.BASE_URL}{named}" in html
        assert f"{settings.BASE_URL}/c/{cleo.account_id}{named}" not in html


# --- the wrong account ---------------------------------------------------------------------------


def test_a_link_for_another_account_says_so_and_offers_the_ways(
    signed_in: SignedIn, ana: User, b: str
) -> None:
    browser = signed_in(ana)
    answer = browser.get(f"/c/{b}/iam/users?q=x", follow=True)
    html = answer.content.decode()
    number = f"{b[:4]}-{b[4:8]}-{b[8:]}"
    assert f"This link is for account {number}" in html
    assert "as ana" in html
    assert f'href="/sign-in/{b}?next=%2Fc%2F{b}%2Fiam%2Fusers%3Fq%3Dx"' in html
    assert f'href="/switch-role?account={b}"' in html
    assert '<a href="/home">Cancel</a>' in html


def test_signing_in_from_there_opens_the_page_that_was_asked_for(
    signed_in: SignedIn, ana: User, cleo: User
) -> None:
    browser, b = signed_in(ana), cleo.account_id
    query = f"?next=/c/{b}/iam/users"
    answer = send_password(browser, "cleo", account=b, query=query)
    assert answer.headers["Location"] == f"/c/{b}/iam/users"
    assert who(browser, answer.headers["Location"]) == "cleo @ partner"


def test_without_any_session_the_link_leads_to_the_sign_in_page_of_its_account(
    client: Client, b: str
) -> None:
    answer = client.get(f"/c/{b}/iam/users")
    assert answer.headers["Location"] == f"/sign-in/{b}?next=%2Fc%2F{b}%2Fiam%2Fusers"


def test_root_is_not_told_to_switch_roles(signed_in: SignedIn, root: User, b: str) -> None:
    html = signed_in(root).get(f"/c/{b}/home", follow=True).content.decode()
    assert "as root" in html
    assert "/switch-role" not in html


@pytest.mark.parametrize("page", ["iam/create-group", "sign-out", "open-accounts/sign-out"])
def test_a_form_for_another_account_does_nothing_in_this_one(
    signed_in: SignedIn, ana: User, b: str, page: str
) -> None:
    browser = signed_in(ana)
    browser.post(f"/c/{b}/{page}", {"name": "ops", "form_token": "x" * 43})
    assert not ana.account.groups.exists()
    assert who(browser, "/home") == "ana @ example"


def test_a_cookie_named_after_an_account_opens_nothing_in_it(ana: User, b: str) -> None:
    """Names of cookies are no proof: a session is of the account of its user."""
    browser = Client()
    send_password(browser, "ana")
    browser.cookies[f"sid-{b}"] = browser.cookies["sid"].value
    assert browser.get(f"/c/{b}/home").headers["Location"].startswith(f"/c/{b}/other-account")
    browser.post(f"/c/{b}/iam/create-group", {"name": "ops", "form_token": "x" * 43})
    assert not ana.account.groups.exists()
    assert who(browser, "/home") == "ana @ example"


def test_a_session_key_that_somebody_chose_opens_nothing_and_is_not_kept(
    client: Client, cleo: User
) -> None:
    chosen = "chosenbysomebodyelse0123456789ab"
    for name in ("sid", f"sid-{cleo.account_id}"):
        client.cookies[name] = chosen
    send_password(client, "cleo", account="partner")
    assert chosen not in {cookie.value for cookie in client.cookies.values()}
    assert who(client, "/home") == "cleo @ partner"


@pytest.mark.parametrize(
    "path",
    ["/c/1/home", "/c/12345678901/home", "/c/１２３４５６７８９０１２/home", "/c//home", "/c/abc"],
)
def test_what_is_no_account_number_is_no_page(signed_in: SignedIn, ana: User, path: str) -> None:
    assert signed_in(ana).get(path).status_code == 404


@pytest.mark.parametrize(
    "rest", ["//evil.example/", "/%2F/evil.example", "/\\evil.example", "/c/{a}/c/{a}/home"]
)
def test_no_address_under_an_account_leads_to_another_site(
    signed_in: SignedIn, ana: User, a: str, rest: str
) -> None:
    answer = signed_in(ana).get(f"/c/{a}" + rest.format(a=a))
    assert answer.status_code == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_page_of_another_account_leads_to_no_other_site(
    both: Client, a: str, b: str, after: str
) -> None:
    answer = both.get(f"/c/{b}/other-account", {"next": after})
    assert answer.headers["Location"] == f"/c/{b}/home"
    html = Client().get(f"/c/{b}/other-account", {"next": after}).content.decode()
    assert "evil" not in html


def test_what_belongs_to_no_account_is_found_where_it_always_is(client: Client, b: str) -> None:
    assert client.get(f"/c/{b}/sign-in/root").headers["Location"] == "/sign-in/root"
    answer = client.get(f"/c/{b}/sign-in/example", {"next": "/home"})
    assert answer.headers["Location"] == "/sign-in/example?next=%2Fhome"
    assert client.get(f"/c/{b}/healthz").headers["Location"] == "/healthz"
    assert client.post(f"/c/{b}/sign-in/example", {"username": "x"}).status_code == 404
    assert client.post(f"/c/{b}/saml", {"SAMLResponse": "x"}).status_code == 404


def test_the_endpoint_of_sdks_is_not_there(client: Client, b: str) -> None:
    answer = client.post(f"/c/{b}/", {"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    assert "xml" not in answer.headers["Content-Type"]


# --- forms of one account sent in another --------------------------------------------------------


def test_a_token_of_one_account_sends_no_form_of_another(
    both: Client, a: str, b: str, account: Account
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = both.cookies
    tokens = {at: token(strict, f"{at}/iam/create-group") for at in ("", f"/c/{a}", f"/c/{b}")}
    for sent_to in tokens:
        for given_for, value in tokens.items():
            name = f"g-{len(sent_to)}-{given_for[-3:]}"
            sent = {"name": name, "csrfmiddlewaretoken": value, "form_token": name.ljust(43, "x")}
            answer = strict.post(f"{sent_to}/iam/create-group", sent)
            assert answer.status_code == (303 if sent_to == given_for else 400), (
                sent_to,
                given_for,
            )


def test_a_form_that_was_open_before_a_second_sign_in_can_still_be_sent(
    ana: User, cleo: User
) -> None:
    browser = Client(enforce_csrf_checks=True)
    for name, account in (("ana", "example"), ("cleo", "partner")):
        page = f"/sign-in/{account}"
        sent = {"username": name, "password": PASSWORD}
        sent["csrfmiddlewaretoken"] = token(browser, page)
        if name == "cleo":
            open_form = token(browser, "/iam/create-group")
        assert browser.post(page, sent).status_code == 303
    sent = {"name": "ops", "form_token": "x" * 43, "csrfmiddlewaretoken": open_form}
    assert browser.post("/iam/create-group", sent).status_code == 303
    assert ana.account.groups.filter(name="ops").exists()


def test_signing_in_again_makes_the_forms_of_before_worthless(both: Client, cleo: User) -> None:
    b = cleo.account_id
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = both.cookies
    old = token(strict, f"/c/{b}/iam/create-group")
    sent = {"username": "cleo", "password": PASSWORD}
    sent["csrfmiddlewaretoken"] = token(strict, "/sign-in/partner")
    assert strict.post("/sign-in/partner", sent).status_code == 303
    sent = {"name": "ops", "form_token": "x" * 43, "csrfmiddlewaretoken": old}
    assert strict.post(f"/c/{b}/iam/create-group", sent).status_code == 400


# --- signing out ---------------------------------------------------------------------------------


def test_signing_out_of_one_leaves_the_other_and_says_so(both: Client, ana: User, b: str) -> None:
    answer = both.post(f"/c/{b}/sign-out")
    assert answer.headers["Location"] == f"/c/{b}/signed-out"
    html = both.get(answer.headers["Location"]).content.decode()
    assert "You are signed out of partner" in html
    assert "Still open in this browser" in html
    assert '<a href="/home">ana, ' in html
    assert who(both, "/home") == "ana @ example"
    assert both.get(f"/c/{b}/home").headers["Location"].startswith(f"/c/{b}/other-account")


def test_signing_out_of_the_first_leaves_the_second(both: Client, b: str) -> None:
    assert both.post("/sign-out").headers["Location"] == "/signed-out"
    html = both.get("/signed-out").content.decode()
    assert f'<a href="/c/{b}/home">cleo, ' in html
    assert both.get("/home").headers["Location"] == "/sign-in?next=%2Fhome"
    assert who(both, f"/c/{b}/home") == "cleo @ partner"


def test_signed_out_of_the_only_account_the_page_names_no_other(
    signed_in: SignedIn, ana: User
) -> None:
    browser = signed_in(ana)
    browser.post("/sign-out")
    assert "Still open" not in browser.get("/signed-out").content.decode()


def test_all_accounts_can_be_left_at_once(both: Client, ana: User, cleo: User, b: str) -> None:
    assert both.post(f"/c/{b}/open-accounts/sign-out").headers["Location"] == "/signed-out"
    assert ana.console_sessions.count() == cleo.console_sessions.count() == 0
    assert both.get("/home").status_code == both.get(f"/c/{b}/home").status_code == 302


def test_a_session_that_ended_by_the_clock_is_told_under_its_account(
    both: Client, ana: User, b: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, timedelta(minutes=61))
    answer = both.get(f"/c/{b}/iam/users")
    assert answer.headers["Location"].startswith(f"/c/{b}/session-expired?next=")
    html = both.get(answer.headers["Location"]).content.decode()
    assert "after 1 hour without a request" in html
    assert f"/sign-in/partner?next=%2Fc%2F{b}%2Fiam%2Fusers" in html


# --- roles ---------------------------------------------------------------------------------------


def _visitor(account: Account, user: User) -> None:
    """A role in the account that this user of another one may switch to, and does not."""
    make_role(account, "Visitor", trust=trusting(user.arn))


def _switch(browser: Client, at: str, account: Account) -> Any:
    sent = {"account": account.id, "role": "Visitor", "colour": "teal"}
    return browser.post(f"{at}/switch-role", sent)


@pytest.fixture
def third(db: None) -> Account:
    return make_account("Third", "root@third.test", alias="third")


def test_a_role_of_a_second_session_is_used_under_its_own_account(
    both: Client, cleo: User, third: Account
) -> None:
    b, c = cleo.account_id, third.id
    _visitor(third, cleo)
    assert _switch(both, f"/c/{b}", third).headers["Location"] == f"/c/{c}/home"
    assert "Visitor" in who(both, f"/c/{c}/home")
    assert who(both, "/home") == "ana @ example"
    at_home = both.get(f"/c/{b}/home", follow=True).content.decode()
    assert "use the role Visitor" in at_home
    assert f'href="/c/{c}/home"' in at_home
    back = both.post(f"/c/{c}/switch-role/exit")
    assert back.headers["Location"] == f"/c/{b}/home"
    assert who(both, f"/c/{b}/home") == "cleo @ partner"
    assert both.get(f"/c/{c}/home").status_code == 302


def test_a_role_in_an_account_that_is_open_is_not_switched_to_beside_it(
    both: Client, ana: User, cleo: User
) -> None:
    """Two sessions of one account could not be told apart under its addresses."""
    _visitor(ana.account, cleo)
    answer = _switch(both, f"/c/{cleo.account_id}", ana.account)
    assert answer.status_code == 422
    assert "has a session in that account" in answer.content.decode()
    assert not TemporarySession.objects.exists()


def test_a_role_of_the_plain_session_is_found_under_its_account_too(
    both: Client, ana: User, third: Account
) -> None:
    _visitor(third, ana)
    assert _switch(both, "", third).headers["Location"] == "/home"
    assert "Visitor" in who(both, "/home")
    assert "Visitor" in who(both, f"/c/{third.id}/home")
    assert both.get(f"/c/{ana.account_id}/home").status_code == 302


def test_a_role_that_is_over_leads_home_to_its_own_account(
    both: Client, cleo: User, third: Account
) -> None:
    b, c = cleo.account_id, third.id
    _visitor(third, cleo)
    _switch(both, f"/c/{b}", third)
    TemporarySession.objects.all().delete()
    answer = both.post(f"/c/{c}/iam/create-group", {"name": "ops", "form_token": "x" * 43})
    assert answer.headers["Location"] == f"/c/{b}/home"
    assert "is over" in both.get(f"/c/{b}/home").content.decode()
    assert not cleo.account.groups.exists()
    assert not third.groups.exists()


def test_signing_out_of_a_role_of_a_second_session_ends_its_credentials(
    both: Client, cleo: User, third: Account
) -> None:
    _visitor(third, cleo)
    _switch(both, f"/c/{cleo.account_id}", third)
    answer = both.post(f"/c/{third.id}/sign-out")
    assert answer.headers["Location"] == f"/c/{cleo.account_id}/signed-out"
    assert not TemporarySession.objects.exists()
    assert who(both, "/home") == "ana @ example"

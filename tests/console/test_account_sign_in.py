"""What an account asks of console sessions holds, for everybody whom it is meant for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity.models import Account, ConsoleSettings, Group, LoginProfile, User
from tests.console.conftest import SignedIn, sign_in
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import PASSWORD, make_login_profile, make_user

PAGE = "/iam/account-settings/sign-in"
VALUES = {"session_minutes": "720", "idle_minutes": "60", "networks": "", "message": ""}


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def save(browser: Client, **changed: str) -> None:
    answer = submit(browser, PAGE, **(VALUES | changed))
    assert answer.status_code == 303, text(answer)


def began(browser: Client, minutes: int) -> None:
    session = browser.session
    session["started_at"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    session.save()


def test_sessions_end_at_the_accounts_own_limit_open_ones_too(browser: Client, ana: User) -> None:
    began(browser, 31)
    assert browser.get("/home").status_code == 200
    save(browser, session_minutes="30")
    answer = browser.get("/home", follow=True)
    assert "at its limit of 30 minutes" in text(answer)


def test_sessions_end_when_idle_for_as_long_as_the_account_says(browser: Client) -> None:
    save(browser, idle_minutes="5")
    session = browser.session
    session["seen_at"] = (timezone.now() - timedelta(minutes=6)).isoformat()
    session.save()
    assert "after 5 minutes without a request" in text(browser.get("/home", follow=True))


def test_other_accounts_keep_their_own(browser: Client, cleo: User) -> None:
    save(browser, session_minutes="15")
    neighbour = sign_in(cleo)
    began(neighbour, 60)
    assert neighbour.get("/home").status_code == 200


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"session_minutes": "14"}, "The least is 15."),
        ({"session_minutes": "721"}, "The most is 720."),
        ({"idle_minutes": "x"}, "Enter a whole number."),
        ({"networks": "10.0.0.0/8\nnonsense"}, "“nonsense” is no address and no network."),
        ({"networks": "203.0.113.0/24"}, "you would be out"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    browser: Client, changed: dict[str, str], word: str
) -> None:
    answer = submit(browser, PAGE, **(VALUES | changed))
    assert answer.status_code == 422
    assert word in text(answer)
    assert not ConsoleSettings.objects.exists()


def test_users_are_let_in_from_the_allowed_addresses_only(
    browser: Client, ana: User, root: User
) -> None:
    save(browser, networks="127.0.0.1\n203.0.113.7/24")
    assert ConsoleSettings.objects.get().networks == ["127.0.0.1/32", "203.0.113.0/24"]
    assert browser.get("/home").status_code == 200
    assert browser.get("/home", REMOTE_ADDR="203.0.113.99").status_code == 200
    gone = browser.get("/home", REMOTE_ADDR="198.51.100.1", follow=True)
    assert "does not let its users in from your address" in text(gone)
    assert browser.get("/home").status_code == 302
    assert sign_in(root).get("/home", REMOTE_ADDR="198.51.100.1").status_code == 200


def test_the_right_password_from_elsewhere_opens_nothing(account: Account, ana: User) -> None:
    make_login_profile(ana)
    ConsoleSettings.objects.create(account=account, networks=["203.0.113.0/24"])
    elsewhere = Client(REMOTE_ADDR="198.51.100.1")
    typed = {"username": "ana", "password": PASSWORD}
    answer = elsewhere.post("/sign-in/example", typed)
    assert answer.status_code == 403
    assert "from certain addresses only" in answer.content.decode()
    wrong = elsewhere.post("/sign-in/example", typed | {"password": "wrong"})
    assert (wrong.status_code, "certain addresses" in wrong.content.decode()) == (422, False)
    assert elsewhere.get("/home").status_code == 302


def test_without_mfa_nothing_opens_but_the_way_to_it(
    browser: Client, account: Account, ben: User, ana: User
) -> None:
    save(browser, require_mfa="on")
    for address in ("/home", "/iam", "/iam/users", "/preferences"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/me/mfa")
    assert browser.post("/iam/create-group", {"name": "x"}).status_code == 303
    assert not Group.objects.filter(account=account).exists()
    assert "This account asks for MFA" in text(browser.get("/me/mfa"))
    assert browser.get("/me/mfa/add/app").status_code == 200
    session = browser.session
    session["mfa_at"] = timezone.now().isoformat()
    session.save()
    assert browser.get("/home").status_code == 200


def test_the_message_stands_on_the_sign_in_page_of_that_account_alone(
    browser: Client, cleo: User, client: Client
) -> None:
    save(browser, message="Staff of <Example> only")
    assert "Staff of &lt;Example&gt; only" in client.get("/sign-in/example").content.decode()
    assert "Staff" not in client.get("/sign-in/partner").content.decode()
    assert "Staff" not in client.get("/sign-in/nobody-at-all").content.decode()


def test_people_without_permissions_are_sent_to_the_accounts_contact(
    browser: Client, signed_in: SignedIn, ben: User
) -> None:
    save(browser, contact="Fred, room 12")
    assert "Ask Fred, room 12." in text(signed_in(ben).get("/home"))


def test_reading_and_changing_need_rights_of_their_own_and_leave_an_event(
    browser: Client, account: Account, ben: User
) -> None:
    assert sign_in(ben).get(PAGE).status_code == 403
    reader = sign_in(make_user(account, "reader", allow=["bartizan:GetSignInSettings"]))
    assert submit(reader, PAGE, **VALUES).status_code == 403
    assert "Needs bartizan:UpdateSignInSettings." in text(reader.get("/iam/account-settings"))
    save(browser, idle_minutes="20")
    event = logged().get(name="UpdateSignInSettings")
    assert event.request_parameters is not None
    assert event.request_parameters["idleMinutes"] == 20


# --- the rest of the account's settings ------------------------------------------------------


def test_the_password_policy_says_who_is_affected_before_it_is_saved(
    browser: Client, account: Account, ben: User
) -> None:
    LoginProfile.objects.create(user=ben)
    User.objects.filter(pk=ben.pk).update(password_changed_at=timezone.now() - timedelta(days=100))
    page = "/iam/account-settings/password-policy"
    typed = {"preset": "custom", "minimum_length": "8", "max_age": "90"}
    answer = submit(browser, page, **typed, check="1")
    assert answer.status_code == 200
    assert "1 user has a password that has expired by these rules" in text(answer)
    assert not hasattr(Account.objects.get(pk=account.pk), "password_policy")
    again = submit(browser, page, **(typed | {"max_age": "120"}), check="1")
    assert "No password has expired by these rules." in text(again)


def test_the_version_of_tokens_is_changed(browser: Client, account: Account) -> None:
    assert browser.post("/iam/account-settings/token-version", {"version": "2"}).status_code == 303
    account.refresh_from_db()
    assert account.global_endpoint_token_version == 2


def test_only_root_closes_the_account_by_typing_its_id(
    browser: Client, account: Account, root: User, cleo: User
) -> None:
    page = "/iam/account-settings/close"
    assert browser.get(page).status_code == 403
    assert browser.post(page, {"confirm": account.id}).status_code == 403
    owner = sign_in(root)
    assert submit(owner, page, confirm="123").status_code == 422
    assert Account.objects.filter(pk=account.pk).exists()
    answer = submit(owner, page, confirm=account.id)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert not Account.objects.filter(pk=account.pk).exists()
    assert Account.objects.filter(pk=cleo.account_id).exists()
    assert owner.get("/home").status_code == 302
    assert browser.get("/home").status_code == 302

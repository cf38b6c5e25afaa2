"""The custom broker's endpoint: credentials for a token, a token for a console session."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from federation.broker import LIFETIME
from federation.models import SigninToken
from identity import throttle, tokens
from identity.journal import Journal
from identity.models import Account, Role, TemporarySession, User
from tests.console.conftest import sign_in
from tests.console.pages import text
from tests.entrance import later
from tests.events import logged
from tests.factories import Key, make_key, make_policy, make_role
from tests.refusals import refused
from tests.sdk_in_process import sdk

BROKER = "https://portal.example.test/sign-in?from=console"
ORIGIN = "https://portal.example.test"
USERS = "/iam/users"


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "support", allow=["iam:ListUsers", "iam:GetUser", "iam:CreateUser"])


def key_of(answer: dict[str, Any]) -> Key:
    given = answer["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def assumed(caller: User | Key, role: Role, **more: Any) -> Key:
    key = caller if isinstance(caller, Key) else make_key(caller)
    answer = sdk("sts", key).assume_role(RoleArn=role.arn, RoleSessionName="jo", **more)
    return key_of(answer)


def federated(caller: User, actions: str | None = "iam:ListUsers", **more: Any) -> Key:
    if actions:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        more["Policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return key_of(sdk("sts", make_key(caller)).get_federation_token(Name="jo", **more))


def session_of(key: Key, **changed: Any) -> str:
    members = {"sessionId": key.id, "sessionKey": key.secret, "sessionToken": key.token}
    return json.dumps(members | changed)


def ask(session: str, **more: str) -> Any:
    fields = {"Action": "getSigninToken", "Session": session, **more}
    return Client().get("/federation", fields)


def token_of(key: Key, **more: str) -> str:
    answer = ask(session_of(key), **more)
    assert answer.status_code == 200, answer.content
    token: str = answer.json()["SigninToken"]
    return token


def log_in(browser: Client, token: str, destination: str = USERS, issuer: str = BROKER) -> Any:
    fields = {"Action": "login", "Issuer": issuer, "Destination": destination}
    return browser.get("/federation", {**fields, "SigninToken": token})


def opened(key: Key, **more: str) -> Client:
    browser = Client()
    answer = log_in(browser, token_of(key, **more))
    assert (answer.status_code, answer.headers["Location"]) == (302, USERS)
    return browser


# --- getSigninToken -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("more", [{}, {"SessionDuration": "43200"}, {"SessionType": "json"}])
def test_credentials_of_a_role_buy_a_token(
    ana: User, role: Role, method: str, more: dict[str, str]
) -> None:
    fields = {"Action": "getSigninToken", "Session": session_of(assumed(ana, role)), **more}
    answer = getattr(Client(enforce_csrf_checks=True), method)("/federation", fields)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(answer.json()) == ["SigninToken"]


def test_neither_token_nor_credentials_are_kept_in_the_clear(ana: User, role: Role) -> None:
    key = assumed(ana, role)
    token = token_of(key)
    rows = [*SigninToken.objects.values(), *logged().values()]
    for secret in (token, key.secret, str(key.token)):
        assert secret not in repr(rows)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ("899", "SessionDuration must be 900 to 43200 seconds."),
        ("43201", "SessionDuration must be 900 to 43200 seconds."),
        ("-900", "SessionDuration must be 900 to 43200 seconds."),
        ("3600.0", "SessionDuration must be 900 to 43200 seconds."),
        ("٣٦٠٠", "SessionDuration must be 900 to 43200 seconds."),
        ("9" * 400, "SessionDuration must be 900 to 43200 seconds."),
        ("", "SessionDuration must be 900 to 43200 seconds."),
    ],
)
def test_a_duration_out_of_bounds_is_told_them(
    ana: User, role: Role, seconds: str, told: str, own_journal: Journal
) -> None:
    answer = ask(session_of(assumed(ana, role)), SessionDuration=seconds)
    assert (answer.status_code, answer.content.decode()) == (400, told + "\n")
    assert not SigninToken.objects.exists()
    own_journal.drain()
    assert logged().get(name="GetSigninToken").error_message == told


def test_a_chained_role_opens_the_console_for_an_hour_at_most(ana: User, role: Role) -> None:
    make_policy(role, "more", [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}])
    chained = session_of(assumed(assumed(ana, role), make_role(role.account, "second")))
    assert ask(chained, SessionDuration="3601").status_code == 400
    assert ask(chained, SessionDuration="3600").status_code == 200
    assert ask(chained).status_code == 200


def test_a_federation_token_takes_no_duration(ana: User) -> None:
    key = federated(ana)
    answer = ask(session_of(key), SessionDuration="3600")
    assert answer.status_code == 400
    assert b"SessionDuration cannot be given" in answer.content
    assert token_of(key)


def test_credentials_of_get_session_token_open_no_console(
    ana: User, sts: Any, own_journal: Journal
) -> None:
    answer = ask(session_of(key_of(sts(ana).get_session_token())))
    assert answer.status_code == 403
    own_journal.drain()
    event = logged().get(name="GetSigninToken")
    assert (event.response_elements, event.user_name) == ({"GetSigninToken": "Failure"}, "")


def test_long_term_keys_open_no_console(ana: User) -> None:
    key = make_key(ana)
    assert ask(session_of(Key(key.id, key.secret, "x"))).status_code == 400


def test_expired_credentials_open_no_console(ana: User, role: Role) -> None:
    key = assumed(ana, role)
    TemporarySession.objects.update(expires_at=timezone.now())
    answer = ask(session_of(key))
    assert (answer.status_code, b"expired" in answer.content) == (403, True)


def test_every_member_must_be_that_of_the_same_credentials(ana: User, role: Role) -> None:
    one, other = assumed(ana, role), assumed(ana, role)
    for changed in (
        {"sessionId": other.id},
        {"sessionKey": other.secret},
        {"sessionToken": other.token},
        {"sessionToken": str(one.token)[:-1]},
        {"sessionToken": ""},
        {"sessionId": "ASIA" + "A" * 16},
        {"sessionId": "ASIA' OR 1=1"},
        {"sessionKey": ""},
    ):
        assert ask(session_of(one, **changed)).status_code == 403
    assert not SigninToken.objects.exists()


@pytest.mark.parametrize(
    "session",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "[" * 5000,
        '{"sessionId":"a","sessionKey":"b"}',
        '{"sessionid":"a","sessionkey":"b","sessiontoken":"c"}',
        '{"sessionId":"a","sessionKey":"b","sessionToken":"c","more":"d"}',
        '{"sessionId":"a","sessionId":"a","sessionKey":"b","sessionToken":"c"}',
        '{"sessionId":1,"sessionKey":"b","sessionToken":"c"}',
        '{"sessionId":"é","sessionKey":"b","sessionToken":"c"}',
        '{"sessionId":"\\u0000","sessionKey":"b","sessionToken":["c"]}',
        '[["sessionId","a"],["sessionKey","b"],["sessionToken","c"]]',
        "x" * 20_000,
    ],
)
@pytest.mark.django_db
def test_what_is_no_session_is_refused(session: str) -> None:
    fields = {"Action": "getSigninToken", "Session": session}
    assert Client().post("/federation", fields).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "",
        "Action=",
        "Action=GetSigninToken",
        "Action=getSigninToken",
        "Action=getSigninToken&Action=login",
        "Action=getSigninToken&Session={}&Session={}",
        "Action=getSigninToken&Session={}&Issuer=x",
        "Action=getSigninToken&Session={}&SessionType=xml",
        "Action=login&SessionDuration=3600",
        "Action=logout&redirect_uri=/&redirect_uri=/",
        "Action=logout&Destination=/home",
    ],
)
@pytest.mark.django_db
def test_other_parameters_are_refused_in_plain_text(query: str) -> None:
    answer = Client().get(f"/federation?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.django_db
def test_guesses_are_slowed_down_by_network() -> None:
    for _ in range(100):
        throttle.attempt_from("federation endpoint", "127.0.0.1")
    answer = ask(session_of(Key("ASIA" + "A" * 16, "s", "t")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (400, "1")
    assert log_in(Client(), "guess").status_code == 429


# --- login --------------------------------------------------------------------------------------


def test_the_browser_becomes_the_role_and_shows_it(ana: User, role: Role) -> None:
    page = opened(assumed(ana, role)).get(USERS)
    assert page.status_code == 200
    assert "support/jo @ example" in page.content.decode()


def test_a_token_works_once(ana: User, role: Role) -> None:
    token = token_of(assumed(ana, role))
    assert log_in(Client(), token).status_code == 302
    again = log_in(Client(), token)
    assert (again.status_code, BROKER in again.content.decode()) == (400, True)


def test_after_15_minutes_the_page_leads_back_to_the_broker(ana: User, role: Role) -> None:
    late, in_time = token_of(assumed(ana, role)), token_of(assumed(ana, role))
    minutes = [row.expires_at - timezone.now() for row in SigninToken.objects.all()]
    assert timedelta(minutes=14, seconds=55) < min(minutes) <= max(minutes) <= LIFETIME
    _set_back(in_time, timedelta(minutes=14, seconds=50))
    assert log_in(Client(), in_time).status_code == 302
    _set_back(late, LIFETIME)
    browser = Client()
    answer = log_in(browser, late)
    assert answer.status_code == 400
    assert "expired or was used before" in text(answer)
    assert f'href="{BROKER}"' in answer.content.decode()
    assert browser.get(USERS).status_code == 302


def _set_back(token: str, by: timedelta) -> None:
    """As if the token had been made so much earlier."""
    row = SigninToken.objects.filter(pk=tokens.hashed(token))
    row.update(expires_at=F("expires_at") - by)


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\0", "é", "' OR 1=1 --"])
@pytest.mark.django_db
def test_no_other_token_opens(token: str) -> None:
    assert log_in(Client(), token).status_code == 400


@pytest.mark.parametrize(
    "issuer",
    [
        "Example.org",
        "javascript:alert(1)",
        "https://user@evil.test/",
        "https://[",
        "https:///x",
        "data:text/html,x",
        "https://x.test/" + "x" * 2000,
        "",
    ],
)
@pytest.mark.django_db
def test_an_issuer_that_is_no_web_address_is_not_linked(issuer: str) -> None:
    page = log_in(Client(), "x", issuer=issuer).content.decode()
    assert "Start again where you came from." in page
    assert "evil.test" not in page


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "https://evil.test/",
        "https://testserver.evil.test/",
        "http://testserver@evil.test/",
        "http://testserver:81/",
        "//evil.test",
        "/\\evil.test",
        "http://testserver//evil.test",
        "https://testserver/iam/users",
        "/\t/evil.test",
        "javascript:alert(1)",
        "/sign-out",
    ],
)
def test_a_destination_elsewhere_is_refused_and_the_token_stays(
    ana: User, role: Role, destination: str
) -> None:
    token, browser = token_of(assumed(ana, role)), Client()
    answer = log_in(browser, token, destination)
    assert answer.status_code == 400
    assert "not a page of this console" in text(answer)
    assert browser.get(USERS).status_code == 302
    assert log_in(browser, token).status_code == 302


@pytest.mark.parametrize(
    "destination", ["http://testserver/iam/users", "http://testserver", "/iam"]
)
def test_a_destination_may_be_a_whole_address_of_this_console(
    ana: User, role: Role, destination: str
) -> None:
    answer = log_in(Client(), token_of(assumed(ana, role)), destination)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")


def test_login_is_a_link_and_takes_no_form(ana: User, role: Role) -> None:
    token = token_of(assumed(ana, role))
    fields = {"Action": "login", "Destination": USERS, "SigninToken": token}
    assert Client().post("/federation", fields).status_code == 400
    assert Client().head("/federation?" + urlencode(fields)).status_code == 405
    assert SigninToken.objects.exists()


def test_the_session_that_the_browser_had_is_replaced(ana: User, role: Role) -> None:
    browser = opened(assumed(ana, role), SessionDuration="900")
    copy = TemporarySession.objects.order_by("expires_at")[0]
    cookie = browser.cookies["session"].value if "session" in browser.cookies else ""
    log_in(browser, token_of(federated(ana)))
    assert "jo @ example" in browser.get(USERS).content.decode()
    assert "support/jo" not in browser.get(USERS).content.decode()
    assert not TemporarySession.objects.filter(pk=copy.pk).exists()
    assert all(morsel.value != cookie for morsel in browser.cookies.values())


def test_a_session_of_another_account_stays_beside_it(ana: User, cleo: User, role: Role) -> None:
    """What a broker sends opens under its own account, whoever is signed in to another one."""
    browser = opened(federated(cleo))
    answer = log_in(browser, token_of(assumed(ana, role), SessionDuration="900"))
    assert answer.headers["Location"] == f"/c/{ana.account_id}{USERS}"
    assert "support/jo @ example" in browser.get(answer.headers["Location"]).content.decode()
    assert "jo @ partner" in browser.get(USERS).content.decode()
    whole = f"http://testserver/c/{cleo.account_id}{USERS}"
    answer = log_in(browser, token_of(federated(cleo)), whole)
    assert answer.headers["Location"] == f"/c/{cleo.account_id}{USERS}"
    assert "jo @ partner" in browser.get(USERS).content.decode()


def test_credentials_that_expired_meanwhile_open_nothing(
    ana: User, role: Role, monkeypatch: pytest.MonkeyPatch, own_journal: Journal
) -> None:
    token = token_of(assumed(ana, role))
    TemporarySession.objects.update(expires_at=timezone.now())
    assert log_in(Client(), token).status_code == 400
    own_journal.drain()
    event = logged().get(name="ConsoleLogin")
    assert event.response_elements == {"ConsoleLogin": "Failure"}


def test_both_steps_are_recorded_with_who_it_is(ana: User, role: Role) -> None:
    key = assumed(ana, role)
    opened(key)
    for name in ("GetSigninToken", "ConsoleLogin"):
        event = logged().get(name=name)
        identity = event.user_identity
        assert (identity["type"], event.source) == ("AssumedRole", "signin.amazonaws.com")
        assert identity["arn"].endswith(":assumed-role/support/jo")
        assert (event.access_key_id, event.response_elements) == (key.id, {name: "Success"})
    used = {"LoginTo": USERS, "MobileVersion": "No", "MFAUsed": "No"}
    assert event.additional_event_data == used


# --- the console session ------------------------------------------------------------------------


def lasts(browser: Client, monkeypatch: pytest.MonkeyPatch, seconds: int) -> bool:
    """Whether the session, used all the time, is still open so much later."""
    session = browser.session
    session["seen_at"] = (timezone.now() + timedelta(seconds=seconds)).isoformat()
    session.save()
    with monkeypatch.context() as clock:
        later(clock, timedelta(seconds=seconds))
        return bool(browser.get(USERS).status_code == 200)


@pytest.mark.parametrize(
    ("more", "seconds"),
    [({}, 3600), ({"SessionDuration": "43200"}, 43_200), ({"SessionDuration": "900"}, 900)],
)
def test_it_lasts_as_long_as_was_wished_or_as_the_credentials(
    ana: User, role: Role, monkeypatch: pytest.MonkeyPatch, more: dict[str, str], seconds: int
) -> None:
    browser = opened(assumed(ana, role), **more)
    assert lasts(browser, monkeypatch, seconds - 5)
    assert not lasts(browser, monkeypatch, seconds + 1)


@pytest.mark.parametrize(("who", "seconds"), [("ana", 129_600), ("root", 3600)])
def test_a_federated_users_session_lasts_as_long_as_the_credentials(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, who: str, seconds: int
) -> None:
    browser = opened(federated(request.getfixturevalue(who), DurationSeconds=129_600))
    assert lasts(browser, monkeypatch, seconds - 5)
    assert not lasts(browser, monkeypatch, seconds + 1)


def test_its_end_leads_back_to_the_broker(
    ana: User, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = opened(assumed(ana, role))
    TemporarySession.objects.update(expires_at=timezone.now())
    page = browser.get(USERS, follow=True)
    assert "Your session ended" in text(page)
    assert f'href="{BROKER}"' in page.content.decode()


def test_it_may_what_the_role_and_the_session_policy_both_allow(ana: User, role: Role) -> None:
    listing = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"},
                {"Effect": "Allow", "Action": "iam:ListGroups", "Resource": "*"},
            ],
        }
    )
    browser = opened(assumed(ana, role, Policy=listing))
    assert browser.get(USERS).status_code == 200
    assert browser.get("/iam/groups").status_code == 403
    browser.post("/iam/create-user", {"name": "dora"}, follow=True)
    assert not User.objects.filter(name="dora").exists()


def test_a_permission_taken_away_is_gone_at_the_next_request(ana: User, role: Role) -> None:
    browser = opened(assumed(ana, role), SessionDuration="43200")
    assert browser.get(USERS).status_code == 200
    role.policies.all().delete()
    assert browser.get(USERS).status_code == 403


@pytest.mark.parametrize("more", [{}, {"SessionDuration": "43200"}])
def test_revoking_older_sessions_closes_it(ana: User, role: Role, more: dict[str, str]) -> None:
    browser = opened(assumed(ana, role), **more)
    make_policy(role, "AWSRevokeOlderSessions", [_older_than_now()])
    assert browser.get(USERS).status_code == 403


def test_revoking_older_sessions_of_the_user_closes_the_federated_ones(ana: User) -> None:
    browser = opened(federated(ana))
    key = make_key(ana)
    make_policy(ana, "AWSRevokeOlderSessions", [_older_than_now()])
    assert browser.get(USERS).status_code == 403
    assert sdk("iam", key).list_users()["Users"], "long-term keys have no time of issue"


def _older_than_now() -> dict[str, Any]:
    now = (timezone.now() + timedelta(seconds=1)).isoformat()
    condition = {"DateLessThan": {"aws:TokenIssueTime": now}}
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


@pytest.mark.parametrize("more", [{}, {"SessionDuration": "43200"}])
def test_it_ends_with_its_role(ana: User, role: Role, more: dict[str, str]) -> None:
    browser = opened(assumed(ana, role), **more)
    token = token_of(assumed(ana, role))
    role.delete()
    assert browser.get(USERS).status_code == 302
    assert log_in(Client(), token).status_code == 400


def test_a_federated_user_uses_iam_in_the_console_only(ana: User) -> None:
    key = federated(ana)
    assert opened(key).get(USERS).status_code == 200
    with refused("InvalidClientTokenId"):
        sdk("iam", key).list_users()


def test_a_federated_user_may_nothing_without_a_session_policy(ana: User) -> None:
    assert opened(federated(ana, None)).get(USERS).status_code == 403


def test_a_federated_user_may_no_more_than_who_federated(account: Account, ana: User) -> None:
    browser = opened(federated(ana, "iam:*"))
    assert browser.get("/iam/groups").status_code == 200
    ana.policies.all().delete()
    assert browser.get("/iam/groups").status_code == 403


@pytest.mark.parametrize("page", ["/home", "/iam", "/me", "/me/keys", "/activity", "/preferences"])
@pytest.mark.parametrize("kind", ["role", "federated"])
def test_every_page_of_the_frame_answers(ana: User, role: Role, kind: str, page: str) -> None:
    browser = opened(assumed(ana, role) if kind == "role" else federated(ana))
    assert browser.get(page, follow=True).status_code in (200, 403)


def test_it_has_no_password_nor_keys_and_says_so(ana: User, role: Role) -> None:
    browser = opened(assumed(ana, role))
    for page in ("/me", "/me/keys", "/me/mfa"):
        assert "has no password, MFA devices or access keys" in text(browser.get(page))
    assert "/me/password" not in browser.get(USERS).content.decode()


def test_signing_out_ends_the_copy_and_leads_back(ana: User, role: Role) -> None:
    browser = opened(assumed(ana, role), SessionDuration="43200")
    page = browser.post("/sign-out", follow=True)
    assert BROKER in page.content.decode()
    assert TemporarySession.objects.count() == 1


# --- logout -------------------------------------------------------------------------------------


def leaving(browser: Client, address: str = "") -> Any:
    fields = {"Action": "logout", **({"redirect_uri": address} if address else {})}
    return browser.get("/federation", fields)


@pytest.mark.parametrize("path", ["", "/bye?from=console"])
def test_the_broker_leads_people_out_and_back_to_its_own_site(
    ana: User, role: Role, path: str
) -> None:
    """The link asks first; who agrees is signed out and goes on by a page of ours."""
    browser, back = opened(assumed(ana, role), SessionDuration="43200"), ORIGIN + path
    asked = leaving(browser, back)
    assert asked.status_code == 302
    page = browser.get(asked.headers["Location"])
    assert "After that your browser goes on to portal.example.test." in text(page)
    assert browser.get(USERS).status_code == 200
    gone = browser.post(asked.headers["Location"], follow=True)
    assert f'content="0; url={back}"' in gone.content.decode()
    assert "sign you out there, too" not in text(gone)
    assert browser.get(USERS).status_code == 302
    again = browser.get(leaving(browser, back).headers["Location"], follow=True)
    assert f'content="0; url={back}"' in again.content.decode()


@pytest.mark.parametrize(
    ("address", "lands"), [("", "/signed-out"), ("/iam/groups", "/iam/groups")]
)
def test_without_a_site_it_ends_on_a_page_of_ours(
    ana: User, role: Role, address: str, lands: str
) -> None:
    browser = opened(assumed(ana, role))
    asked = leaving(browser, address).headers["Location"]
    assert browser.post(asked).headers["Location"] == lands


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/",
        f"{ORIGIN}.evil.test/",
        f"{ORIGIN}@evil.test/",
        f"{ORIGIN}:8443/",
        f"{ORIGIN.replace('https', 'http')}/",
        "//evil.test",
        "javascript:alert(1)",
        "/\\evil.test",
    ],
)
def test_no_link_leads_out_to_anybody_else(ana: User, role: Role, address: str) -> None:
    browser = opened(assumed(ana, role))
    refused = leaving(browser, address)
    assert refused.status_code == 400
    assert "neither a page of this console" in text(refused)
    gone = browser.post("/sign-out", query_params={"redirect_uri": address})
    assert gone.headers["Location"] == "/signed-out"


def test_who_came_with_a_password_is_led_to_no_other_site(ana: User) -> None:
    browser = sign_in(ana)
    assert leaving(browser, ORIGIN).status_code == 400
    assert leaving(browser).headers["Location"] == "/sign-out"
    assert Client().post("/federation", {"Action": "logout"}).status_code == 400


def test_tokens_that_are_over_are_pruned_and_so_are_credentials_with_one(
    ana: User, role: Role
) -> None:
    key = make_key(ana)
    kept, over, old = (assumed(key, role) for _ in range(3))
    tokens_of = [token_of(key) for key in (kept, over, old)]
    _set_back(tokens_of[1], LIFETIME)
    TemporarySession.objects.filter(pk=old.id).update(expires_at=timezone.now())
    call_command("prune", stdout=StringIO())
    assert SigninToken.objects.get().credentials_id == kept.id
    assert {row.pk for row in TemporarySession.objects.all()} == {kept.id, over.id}

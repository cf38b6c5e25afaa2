"""Live sessions are listed and ended, and those issued before now are denied by a policy."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from identity import revocation
from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client as Sdk
from identity.models import Account, ConsoleSession, Role, TemporarySession, User
from tests.entrance import is_signed_in, send_password
from tests.events import logged
from tests.factories import Key, make_key, make_login_profile, make_policy, make_role, make_user
from tests.refusals import refused
from tests.sdk_in_process import sdk

ALL = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def key_of(answer: dict[str, Any]) -> Key:
    given = answer["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def assumed(user: User, role: Role) -> Key:
    asked = {"RoleArn": role.arn, "RoleSessionName": "work"}
    return key_of(sdk("sts", make_key(user)).assume_role(**asked))


def temporary(user: User) -> Key:
    return key_of(sdk("sts", make_key(user)).get_session_token())


def signed_in(user: User) -> Client:
    browser = Client()
    browser.get("/sign-in/example")
    send_password(browser, user.name)
    assert is_signed_in(browser)
    return browser


def listed(account: Account, principal: User | Role | None = None) -> list[str]:
    """The sessions' principals, as the command line shows them."""
    of_each_kind = revocation.live(account, principal)
    return sorted(
        f"{shown['Kind']} {shown['Principal'].rpartition(':')[2]}"
        for rows in of_each_kind
        for shown in map(revocation.describe, rows)
    )


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "deploy", allow=["*"])


def test_live_sessions_are_those_of_the_account_the_user_or_the_role(
    account: Account, ana: User, cleo: User, role: Role
) -> None:
    make_login_profile(ana)
    signed_in(ana)
    temporary(ana)
    temporary(cleo)
    assumed(ana, role)
    own = ["Console user/ana", "GetSessionToken user/ana"]
    assert listed(account, ana) == own
    assert listed(account, role) == ["AssumeRole assumed-role/deploy/work"]
    assert listed(account) == ["AssumeRole assumed-role/deploy/work", *own]
    assert listed(cleo.account) == ["GetSessionToken user/cleo"]


def test_what_is_over_idle_or_nobodys_is_not_live(ana: User) -> None:
    now = timezone.now()
    later, hour = now + timedelta(hours=1), timedelta(minutes=61)
    make_console = ConsoleSession.objects.create
    make_console(session_key="over", user=ana, expire_date=now - hour)
    make_console(session_key="idle", user=ana, expire_date=later, seen_at=now - hour)
    make_console(session_key="nobodys", expire_date=later)
    make_console(session_key="live", user=ana, expire_date=later, seen_at=now)
    temporary(ana)
    TemporarySession.objects.update(expires_at=now)
    console, credentials = revocation.live(ana.account)
    assert [row.pk for row in console] == ["live"]
    assert not credentials.exists()


def test_a_browser_that_is_used_stays_live(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(make_login_profile(ana))
    ConsoleSession.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    later = timezone.now() + timedelta(minutes=30)
    monkeypatch.setattr("identity.sessions.timezone.now", lambda: later)
    assert is_signed_in(browser)
    assert ConsoleSession.objects.get(user=ana).seen_at == later


def test_ended_credentials_are_unknown_to_the_very_next_request(ana: User, role: Role) -> None:
    ended, kept = assumed(ana, role), temporary(ana)
    sessions = revocation.live(ana.account, role)
    assert sum(revocation.end(rows, Facts()) for rows in sessions) == 1
    with refused("InvalidClientTokenId", status=403):
        sdk("sts", ended).get_caller_identity()
    assert sdk("sts", kept).get_caller_identity()


def test_an_ended_browser_has_to_sign_in_again(ana: User) -> None:
    browser, other = signed_in(make_login_profile(ana)), Client()
    console, _ = revocation.live(ana.account, ana)
    assert revocation.end(console, Facts()) == 1
    assert not is_signed_in(browser)
    assert not is_signed_in(other)


def test_each_end_is_an_event_in_the_account_of_the_principal(
    account: Account, ana: User, role: Role
) -> None:
    keys = [assumed(ana, role), temporary(ana)]
    for rows in revocation.live(account):
        revocation.end(rows, Facts(user_agent="manage.py"))
    events = logged().filter(name="EndSession")
    told = {(event.request_parameters or {})["sessionId"]: event for event in events}
    assert set(told) == {key.id for key in keys}
    event = told[keys[0].id]
    assert (event.account, event.read_only) == (account, False)
    assert event.user_identity["invokedBy"] == "operator"
    assert (event.request_parameters or {})["principal"].endswith("assumed-role/deploy/work")
    for secret in (keys[0].secret, keys[0].token or ""):
        assert secret not in json.dumps(event.describe())


def test_who_ends_a_session_in_the_console_is_named(ana: User, ben: User) -> None:
    temporary(ben)
    _, rows = revocation.live(ben.account, ben)
    revocation.end(rows, Facts(), Caller(ana))
    event = logged().get(name="EndSession")
    assert (event.user_identity["arn"], event.user_name) == (ana.arn, "ana")


def test_many_sessions_end_in_batches(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "_BATCH", 2)
    for number in range(5):
        TemporarySession.objects.create(
            id=f"ASIA{number}", user=ana, expires_at=timezone.now() + timedelta(hours=1)
        )
    _, rows = revocation.live(ana.account)
    assert revocation.end(rows, Facts()) == 5
    assert logged().filter(name="EndSession").count() == 5


# --- AWSRevokeOlderSessions -----------------------------------------------------------------------


def iam_of(user: User) -> Any:
    return Sdk(Caller(user), Facts(), "iam")


def test_older_sessions_of_a_role_are_denied_and_later_ones_are_not(ana: User, role: Role) -> None:
    key = assumed(ana, role)
    document = revocation.revoke_older(iam_of(ana), timezone.now(), role_name="deploy")
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": ["*"],
                "Resource": ["*"],
                "Condition": document["Statement"][0]["Condition"],
            }
        ],
    }
    assert json.loads(role.policies.get(name="AWSRevokeOlderSessions").document) == document
    with refused("AccessDenied"):
        sdk("iam", key).list_users()
    later = assumed(ana, role)
    TemporarySession.objects.filter(pk=later.id).update(
        issued_at=timezone.now() + timedelta(seconds=1)
    )
    assert sdk("iam", later).list_users()


def test_pressing_again_denies_what_was_issued_since(ana: User, role: Role) -> None:
    first = timezone.now() - timedelta(hours=1)
    revocation.revoke_older(iam_of(ana), first, role_name="deploy")
    key = assumed(ana, role)
    assert sdk("iam", key).list_users()
    revocation.revoke_older(iam_of(ana), timezone.now(), role_name="deploy")
    with refused("AccessDenied"):
        sdk("iam", key).list_users()
    assert role.policies.filter(name="AWSRevokeOlderSessions").count() == 1


def test_of_a_user_the_sessions_are_denied_and_the_keys_are_not(
    ana: User, account: Account
) -> None:
    dan = make_user(account, "dan", allow=ALL)
    key, session = make_key(dan), temporary(dan)
    TemporarySession.objects.update(mfa_at=timezone.now())
    assert sdk("iam", session).list_users()
    revocation.revoke_older(iam_of(ana), timezone.now(), user_name="dan")
    with refused("AccessDenied"):
        sdk("iam", session).list_users()
    assert sdk("iam", key).list_users()


def test_revoking_needs_the_permission_to_write_the_policy(ben: User, role: Role) -> None:
    with pytest.raises(Exception, match="is not authorized to perform: iam:PutRolePolicy"):
        revocation.revoke_older(iam_of(ben), timezone.now(), role_name="deploy")
    make_policy(ben, "may", ALL)
    revocation.revoke_older(iam_of(ben), timezone.now(), role_name="deploy")

"""Sessions in the console: one's own, a user's, a role's, the account's; who may end which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity import journal
from identity.models import Account, ConsoleSession, Role, TemporarySession, User
from identity.revocation import REVOKING_POLICY
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import make_policy, make_role, make_user

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "deploy")


def temporary(key_id: str, **more: Any) -> TemporarySession:
    """Credentials that were issued, as far as lists look at them."""
    given = {"operation": "AssumeRole" if "role" in more else "GetSessionToken"}
    expires_at = timezone.now() + timedelta(minutes=30)
    return TemporarySession.objects.create(
        id=key_id, expires_at=expires_at, source_ip="198.51.100.9", **(given | more)
    )


def left() -> set[str]:
    return set(TemporarySession.objects.values_list("pk", flat=True))


def ends() -> list[str]:
    """Who ended sessions, as the audit log has it."""
    return list(logged().filter(name="EndSession").values_list("user_name", flat=True))


# --- one's own ---------------------------------------------------------------------------------


def test_ben_sees_his_own_sessions_alone_and_which_one_this_is(
    signed_in: SignedIn, ben: User, ana: User
) -> None:
    browser, elsewhere = signed_in(ben), signed_in(ben)
    session = elsewhere.session
    session.update({"source_ip": "203.0.113.5", "user_agent": FIREFOX})
    session.save()
    temporary("ASIABEN", user=ben)
    temporary("ASIAANA", user=ana)
    shown = text(browser.get("/me/sessions"))
    assert "203.0.113.5 Firefox on Linux" in shown
    assert "ASIABEN" in shown
    assert "ASIAANA" not in shown
    assert shown.count("This session") == 1


def test_ending_all_others_keeps_the_one_that_asks(signed_in: SignedIn, ben: User) -> None:
    browser, elsewhere = signed_in(ben), signed_in(ben)
    temporary("ASIABEN", user=ben)
    assert browser.post("/me/sessions/end").headers["Location"] == "/me/sessions"
    assert elsewhere.get("/home").headers["Location"].startswith("/sign-in")
    assert "2 sessions were ended." in text(browser.get("/me/sessions"))
    assert left() == set()
    assert ends() == ["ben", "ben"]


def test_ones_own_session_of_now_is_ended_by_signing_out(signed_in: SignedIn, ben: User) -> None:
    browser = signed_in(ben)
    (session,) = ConsoleSession.objects.all()
    answer = browser.post("/me/sessions/end", {"session": session.pk})
    assert answer.headers["Location"] == "/sign-out"
    assert browser.get("/me/sessions").status_code == 200


def test_the_session_of_somebody_else_is_not_ended_as_ones_own(
    signed_in: SignedIn, ben: User, ana: User
) -> None:
    temporary("ASIAANA", user=ana)
    signed_in(ben).post("/me/sessions/end", {"session": "ASIAANA"})
    assert left() == {"ASIAANA"}


# --- a user's ----------------------------------------------------------------------------------


def test_an_administrator_ends_one_session_of_a_user(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    browser = signed_in(ana)
    temporary("ASIABEN", user=ben)
    temporary("ASIABEN2", user=ben)
    assert "ASIABEN2" in text(browser.get("/iam/users/ben/security-credentials"))
    assert "End this session of ben?" in text(browser.get("/iam/sessions/ASIABEN/end"))
    answer = submit(browser, "/iam/sessions/ASIABEN/end")
    assert answer.headers["Location"] == "/iam/users/ben/security-credentials"
    assert left() == {"ASIABEN2"}
    (event,) = logged().filter(name="EndSession")
    assert (event.request_parameters or {})["sessionId"] == "ASIABEN"
    assert event.user_identity["arn"] == ana.arn


def test_ben_is_signed_out_everywhere(signed_in: SignedIn, ana: User, ben: User) -> None:
    browser, his = signed_in(ana), signed_in(ben)
    temporary("ASIABEN", user=ben)
    page = "/iam/users/ben/sessions/end"
    assert "2 sessions end now" in text(browser.get(page))
    assert submit(browser, page).status_code == 303
    assert left() == set()
    assert his.get("/home").headers["Location"].startswith("/sign-in")
    assert signed_in(ben).get("/home").status_code == 200


@pytest.mark.parametrize(
    ("allowed", "may_see", "may_end"),
    [
        ([], False, False),
        (["iam:GetUser"], True, False),
        (["iam:PutUserPolicy"], False, False),
        (["iam:GetUser", "iam:PutRolePolicy"], True, False),
        (["iam:GetUser", "iam:PutUserPolicy"], True, True),
    ],
)
def test_who_may_put_a_policy_on_a_user_may_end_the_sessions(
    signed_in: SignedIn,
    account: Account,
    ben: User,
    allowed: list[str],
    may_see: bool,
    may_end: bool,
) -> None:
    helper = make_user(account, "helper", allow=allowed or None)
    browser = signed_in(helper)
    temporary("ASIABEN", user=ben)
    page = "/iam/users/ben/sessions/end"
    assert browser.get(page).status_code == (200 if may_see else 403)
    if may_see:
        submit(browser, page)
    assert left() == (set() if may_end else {"ASIABEN"})


def test_a_refused_end_is_recorded(signed_in: SignedIn, account: Account, ben: User) -> None:
    browser = signed_in(make_user(account, "helper", allow=["iam:GetUser"]))
    temporary("ASIABEN", user=ben)
    assert submit(browser, "/iam/sessions/ASIABEN/end").status_code == 403
    journal.drain()
    (event,) = logged().filter(error_code="AccessDenied")
    assert (event.name, event.user_name) == ("PutUserPolicy", "helper")


def test_the_sessions_of_root_are_roots_alone(signed_in: SignedIn, ana: User, root: User) -> None:
    temporary("ASIAROOT", user=root)
    browser = signed_in(ana)
    assert "ASIAROOT" not in text(browser.get("/iam/sessions"))
    assert browser.get("/iam/sessions/ASIAROOT/end").status_code == 403
    submit(browser, "/iam/sessions/end-all", confirm="example")
    assert left() == {"ASIAROOT"}
    assert "ASIAROOT" in text(signed_in(root).get("/me/sessions"))
    assert "ASIAROOT" in text(signed_in(root).get("/iam/sessions"))


def test_nobody_ends_sessions_of_another_account(
    signed_in: SignedIn, cleo: User, ben: User, role: Role
) -> None:
    temporary("ASIABEN", user=ben)
    browser = signed_in(cleo)
    for page in ("/iam/sessions/ASIABEN/end", "/iam/users/ben/sessions/end"):
        assert browser.get(page).status_code == 404
        assert browser.post(page).status_code == 404
    assert "ASIABEN" not in text(browser.get("/iam/sessions"))
    submit(browser, "/iam/sessions/end-all", confirm="partner")
    assert left() == {"ASIABEN"}


# --- those of the account ----------------------------------------------------------------------


def test_all_of_the_account_end_but_the_one_that_asks(
    signed_in: SignedIn, ana: User, ben: User, role: Role
) -> None:
    browser, his = signed_in(ana), signed_in(ben)
    temporary("ASIABEN", user=ben)
    temporary("ASIAROLE", role=role, name="work")
    assert submit(browser, "/iam/sessions/end-all", confirm="exampel").status_code == 422
    assert left() == {"ASIABEN", "ASIAROLE"}
    assert submit(browser, "/iam/sessions/end-all", confirm="EXAMPLE").status_code == 303
    assert left() == set()
    assert his.get("/home").headers["Location"].startswith("/sign-in")
    assert "3 sessions were ended." in text(browser.get("/iam/sessions"))


def test_ending_all_takes_the_right_over_users_and_over_roles(
    signed_in: SignedIn, account: Account, role: Role
) -> None:
    rights = ["iam:GetAccountAuthorizationDetails", "iam:PutUserPolicy"]
    browser = signed_in(make_user(account, "helper", allow=rights))
    temporary("ASIAROLE", role=role, name="work")
    assert submit(browser, "/iam/sessions/end-all", confirm="example").status_code == 403
    assert left() == {"ASIAROLE"}


def test_the_list_is_found_by_name_and_costs_the_same_for_many(
    signed_in: SignedIn, ana: User, ben: User, role: Role
) -> None:
    browser = signed_in(ana)
    asked = []
    for many in (2, 30):
        for number in range(many):
            temporary(f"ASIABEN{many}{number}", user=ben)
            temporary(f"ASIAROLE{many}{number}", role=role, name=f"work{number}")
        with CaptureQueriesContext(connection) as queries:
            shown = text(browser.get("/iam/sessions"))
        asked.append(len(queries))
        assert "deploy/work1" in shown
    assert asked[0] == asked[1] <= 12
    assert "deploy/work1" not in text(browser.get("/iam/sessions?who=BEN"))
    assert "deploy/work1" in text(browser.get("/iam/sessions?who=deploy"))
    assert "No sessions match" in text(browser.get("/iam/sessions?who=nobody"))


def test_who_may_not_read_the_account_sees_no_list(signed_in: SignedIn, ben: User) -> None:
    assert signed_in(ben).get("/iam/sessions").status_code == 403
    assert signed_in(ben).get("/iam/sessions?who=ben").status_code == 403


# --- a role's ----------------------------------------------------------------------------------


def test_the_sessions_of_a_role_say_by_whom_and_end_one_by_one_or_all(
    signed_in: SignedIn, ana: User, role: Role
) -> None:
    browser = signed_in(ana)
    temporary("ASIAROLE", role=role, name="work", issuer_key_id="AKIAX", source_identity="ana")
    temporary("ASIAROLE2", role=role, name="more")
    shown = text(browser.get("/iam/roles/deploy/sessions"))
    assert "work AssumeRole AKIAX 198.51.100.9" in shown
    answer = submit(browser, "/iam/sessions/ASIAROLE/end")
    assert answer.headers["Location"] == "/iam/roles/deploy/sessions"
    assert left() == {"ASIAROLE2"}
    submit(browser, "/iam/roles/deploy/sessions/end")
    assert left() == set()


def test_older_sessions_are_revoked_by_the_policy_of_aws(
    signed_in: SignedIn, ana: User, role: Role
) -> None:
    browser = signed_in(ana)
    temporary("ASIAROLE", role=role, name="work")
    page = "/iam/roles/deploy/sessions/revoke"
    assert "One session of the role is known and unexpired." in text(browser.get(page))
    answer = submit(browser, page)
    assert answer.headers["Location"] == "/iam/roles/deploy/sessions"
    assert role.policies.filter(name=REVOKING_POLICY).count() == 1
    assert left() == {"ASIAROLE"}
    assert "are denied everything by the inline policy AWSRevokeOlderSessions" in text(
        browser.get("/iam/roles/deploy/sessions")
    )
    submit(browser, page)
    assert role.policies.filter(name=REVOKING_POLICY).count() == 1


@pytest.mark.parametrize("document", ["[]", '{"Statement": [{}]}', '{"Statement": 7}'])
def test_another_policy_of_that_name_does_no_harm(
    signed_in: SignedIn, ana: User, role: Role, document: str
) -> None:
    role.policies.create(name=REVOKING_POLICY, document=document)
    assert signed_in(ana).get("/iam/roles/deploy/sessions").status_code == 200


def test_a_role_in_use_may_end_what_its_policies_let_it(
    signed_in: SignedIn, ana: User, ben: User, account: Account
) -> None:
    helper = make_role(account, "helper", allow=["iam:GetUser", "iam:PutUserPolicy"])
    browser = signed_in(ana)
    browser.post("/switch-role", {"account": "example", "role": "helper"})
    mine = TemporarySession.objects.get().pk
    temporary("ASIABEN", user=ben)
    assert submit(browser, "/iam/users/ben/sessions/end").status_code == 303
    assert left() == {mine}
    deny = [{"Effect": "Deny", "Action": "iam:PutUserPolicy", "Resource": "*"}]
    make_policy(helper, "no more", deny)
    temporary("ASIABEN2", user=ben)
    assert submit(browser, "/iam/sessions/ASIABEN2/end").status_code == 403


def test_as_a_role_there_are_no_sessions_of_ones_own(
    signed_in: SignedIn, ana: User, role: Role
) -> None:
    browser = signed_in(ana)
    browser.post("/switch-role", {"account": "example", "role": "deploy"})
    temporary("ASIAANA", user=ana)
    assert "ASIAANA" not in text(browser.get("/me/sessions"))
    browser.post("/me/sessions/end")
    assert "ASIAANA" in left()


def test_only_what_is_live_is_listed(signed_in: SignedIn, ana: User, role: Role) -> None:
    over = timezone.now() - timedelta(seconds=1)
    row = temporary("ASIAOVER", role=role, name="work")
    TemporarySession.objects.filter(pk=row.pk).update(expires_at=over)
    browser: Client = signed_in(ana)
    assert "ASIAOVER" not in text(browser.get("/iam/sessions"))
    assert browser.get("/iam/sessions/ASIAOVER/end").status_code == 404

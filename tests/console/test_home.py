"""Home and the dashboard: for everybody what they may see, and only ways that lead somewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import Dismissal
from console.recommendations import COUNTED_UP_TO
from identity import outbox
from identity.models import AccessKey, Account, LoginProfile, PasswordPolicy, Role, User
from tests.console.conftest import SignedIn, sign_in
from tests.console.pages import submit, text
from tests.console.test_user_credentials import make_device
from tests.events import logged
from tests.factories import make_key, make_policy, make_user

PAGES = ("/home", "/iam", "/iam/users")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PASS_ANYTHING = (
    '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}'
)


def trusting(who: str) -> str:
    return (
        f'{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{who}"}},'
        '"Action":"sts:AssumeRole"}]}'
    )


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def sentences(response: Any) -> dict[str, str]:
    """The dashboard's recommendations: sentence to the kind of its status."""
    return {row.sentence: row.kind for row in response.context["recommendations"]}


@pytest.mark.parametrize("url", PAGES)
def test_no_link_is_dead(browser: Client, ben: User, url: str) -> None:
    page = browser.get(url)
    for link in re.findall(r'<a[^>]* href="(/[^"#]*)', page.content.decode()):
        assert browser.get(link).status_code in (200, 301, 302, 303), link


@pytest.mark.parametrize("url", PAGES)
def test_signed_out_every_page_leads_to_the_sign_in(client: Client, db: None, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_who_may_nothing_is_told_whom_to_ask(signed_in: SignedIn, ben: User) -> None:
    words = text(signed_in(ben).get("/home"))
    assert "You have no permissions here yet. Ask your administrator." in words
    assert "Recent activity by you" not in words


def test_home_says_who_one_is_and_since_when(browser: Client, ana: User) -> None:
    words = text(browser.get("/home"))
    assert ana.arn in words
    assert "from 192.0.2.7" in words
    assert "You have no permissions" not in words


def test_home_asks_for_what_is_missing_and_only_that(browser: Client, ana: User) -> None:
    assert "No MFA" in text(browser.get("/home"))
    make_device(ana, "phone")
    assert "Nothing to do" in text(browser.get("/home"))
    PasswordPolicy.objects.create(account=ana.account, max_password_age=90)
    User.objects.filter(pk=ana.pk).update(password_changed_at=timezone.now() - timedelta(days=80))
    assert "Password expires soon" in text(browser.get("/home"))


def test_roots_credentials_come_first(browser: Client, root: User) -> None:
    before = browser.get("/iam")
    assert next(row.key for row in before.context["recommendations"]) == "root-mfa"
    make_key(root)
    make_device(root, "root-phone")
    after = sentences(browser.get("/iam"))
    assert after["The root user has MFA."] == "ok"
    assert "err" in after.values()


def test_passwords_without_mfa_and_old_keys_are_counted(
    browser: Client, account: Account, ben: User
) -> None:
    LoginProfile.objects.create(user=ben)
    make_key(ben)
    make_key(ben, active=False)
    AccessKey.objects.update(created_at=timezone.now() - timedelta(days=91))
    shown = sentences(browser.get("/iam"))
    assert shown["1 user has a console password but no MFA."] == "warn"
    assert shown["1 active access key is older than 90 days."] == "warn"
    make_device(ben, "phone")
    assert "Every user with a console password has MFA." in sentences(browser.get("/iam"))


def test_a_large_account_is_not_counted_through(browser: Client, account: Account) -> None:
    Account.objects.update(user_count=COUNTED_UP_TO + 1)
    shown = sentences(browser.get("/iam"))
    assert "The root user has no access keys." in shown
    assert not any(
        "password has MFA" in sentence or "access key is" in sentence for sentence in shown
    )


def test_nothing_is_counted_for_who_may_not_read_it(signed_in: SignedIn, ben: User) -> None:
    answer = signed_in(ben).get("/iam")
    assert answer.status_code == 200
    assert len(sentences(answer)) == 1
    words = text(answer)
    assert "You may not get account summary. Needs iam:GetAccountSummary." in words
    assert "You may not list account aliases. Needs iam:ListAccountAliases." in words
    assert "Recent changes" not in words


def test_the_resources_are_shown_against_their_quota(browser: Client, ben: User) -> None:
    words = text(browser.get("/iam"))
    assert re.search(r"Users 2 of \d+", words)
    assert "SAML providers 0 of 100" in words
    assert "OpenID Connect providers 0 of 100" in words


def test_the_dashboard_makes_the_same_few_queries_however_much_there_is(
    browser: Client, account: Account, iam: Any, ana: User
) -> None:
    client = iam(ana)
    asked = []
    for number in (1, 8):
        for each in range(number):
            client.create_user(UserName=f"u{number}-{each}")
            client.create_policy(PolicyName=f"p{number}-{each}", PolicyDocument=PASS_ANYTHING)
        outbox.move()
        with CaptureQueriesContext(connection) as captured:
            browser.get("/iam")
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 13, [query["sql"][:100] for query in captured]


def test_what_the_account_holds_decides_what_is_recommended(
    browser: Client, iam: Any, ana: User, account: Account, cleo: User
) -> None:
    client = iam(ana)
    client.create_policy(PolicyName="pass", PolicyDocument=PASS_ANYTHING)
    for name, who in (("all", "*"), ("partner", cleo.account_id), ("own", account.id)):
        client.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(who))
    client.create_user(UserName="boss")
    client.attach_user_policy(UserName="boss", PolicyArn=ADMINISTRATOR)
    for _ in range(2):
        client.create_access_key(UserName="boss")
    Role.objects.update(created_at=timezone.now() - timedelta(days=91))
    shown = sentences(browser.get("/iam"))
    assert shown["1 custom policy has security warnings."] == "warn"
    assert shown["1 role can be assumed by everybody whom no condition keeps out."] == "err"
    assert shown["1 role trusts another account. See that it is meant."] == "info"
    assert shown["3 roles were not used for 90 days."] == "info"
    assert any(sentence.startswith("1 user has two active access keys.") for sentence in shown)
    assert any(sentence.startswith("There is a single administrator.") for sentence in shown)
    assert any(sentence.startswith("The password policy is weaker") for sentence in shown)
    client.update_account_password_policy(MinimumPasswordLength=14)
    assert "The password policy asks for 14 characters or more." in sentences(browser.get("/iam"))


def test_a_use_of_root_is_told_to_others_only(browser: Client, root: User) -> None:
    User.objects.filter(pk=root.pk).update(password_last_used_at=timezone.now())
    told = "The root user was used in the last 30 days."
    assert any(sentence.startswith(told) for sentence in sentences(browser.get("/iam")))
    assert not any(one.startswith(told) for one in sentences(sign_in(root).get("/iam")))


def test_a_recommendation_is_dismissed_with_a_reason_for_30_days(
    browser: Client, account: Account
) -> None:
    address = "/iam/recommendations/root-mfa/dismiss"
    assert "Enter a reason." in text(submit(browser, address, reason=" "))
    assert submit(browser, address, reason="Hardware key comes on Monday").status_code == 303
    page = browser.get("/iam")
    assert "root-mfa" not in [row.key for row in page.context["recommendations"]]
    assert "Dismissed (1)" in text(page)
    assert "Hardware key comes on Monday" in text(page)
    event = logged().get(name="DismissRecommendation")
    assert event.request_parameters == {"key": "root-mfa", "reason": "Hardware key comes on Monday"}
    Dismissal.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert "root-mfa" in [row.key for row in browser.get("/iam").context["recommendations"]]


def test_a_dismissed_one_can_be_brought_back(browser: Client) -> None:
    submit(browser, "/iam/recommendations/root-mfa/dismiss", reason="later")
    assert browser.post("/iam/recommendations/root-mfa/restore").status_code == 303
    assert "root-mfa" in [row.key for row in browser.get("/iam").context["recommendations"]]


def test_only_who_may_dismisses_and_only_what_is_recommended(
    browser: Client, signed_in: SignedIn, ben: User
) -> None:
    assert browser.get("/iam/recommendations/nonsense/dismiss").status_code == 404
    answer = submit(signed_in(ben), "/iam/recommendations/own-mfa/dismiss", reason="x")
    assert answer.status_code == 403
    assert not Dismissal.objects.exists()


def test_a_new_account_is_told_where_to_start(signed_in: SignedIn, root: User) -> None:
    assert "Start here" in text(signed_in(root).get("/iam"))
    make_user(root.account, "first")
    Account.objects.update(user_count=1)
    assert "Start here" not in text(signed_in(root).get("/iam"))


def test_home_remembers_what_was_looked_at_last(browser: Client, ben: User, ana: User) -> None:
    for address in ("/iam/users/ben/permissions", "/iam/users/ana/tags", "/iam/users/ben/tags"):
        browser.get(address)
    browser.get("/iam/users/nobody/permissions")
    shown = [visit.path for visit in sign_in(ana).get("/home").context["recent"]]
    assert shown == ["/iam/users/ben", "/iam/users/ana"]
    save = {"zone": "Asia/Tokyo", "next": "/"}
    browser.post("/preferences/zone", save)
    assert len(browser.get("/home").context["recent"]) == 2


def test_the_latest_changes_are_shown_to_who_may_read_the_log(
    browser: Client, signed_in: SignedIn, account: Account
) -> None:
    browser.post("/iam/create-user")
    make_policy(make_user(account, "dana"), "x", [])
    reader = make_user(account, "reader", allow=["cloudtrail:LookupEvents"])
    step2 = submit(
        browser, "/iam/create-user", name="eve", path="/", access="none", password_kind="generated"
    )
    submit(browser, step2.headers["Location"], grant="nothing")
    words = text(signed_in(reader).get("/iam"))
    assert "CreateUser ana Done just now" in words


def test_the_account_is_shown_with_its_sign_in_address(browser: Client, account: Account) -> None:
    words = text(browser.get("/iam"))
    assert account.id in words
    assert "/sign-in/example" in words

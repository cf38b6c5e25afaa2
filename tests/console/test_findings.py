"""Access findings: found, told, archived, resolved; and the page that asks who can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console import scheduled_findings
from identity.models import AccessKey, Account, Role, User
from identity.models.finding import ArchiveRule, Finding, FindingScan
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import make_key, make_login_profile, make_role, make_user, trusting

PAGE, LOOK = "/iam/findings", "/iam/findings/look"
LONG_AGO = timezone.now() - timedelta(days=200)


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def partner(account: Account, cleo: User) -> Role:
    """A role that trusts the neighbours."""
    return make_role(account, "Partner", trust=trusting(cleo.account.root_arn))


def listed(browser: Client, **query: str) -> list[str]:
    return [row.sentence for row in browser.get(PAGE, query).context["rows"]]


def test_a_trust_in_outsiders_is_found_and_resolved_when_it_is_gone(
    browser: Client, partner: Role, account: Account, cleo: User
) -> None:
    assert "Not looked yet" in text(browser.get(PAGE))
    browser.post(LOOK)
    told = f"{cleo.account.root_arn} may assume Partner."
    assert listed(browser) == [told]
    browser.post(LOOK)
    assert listed(browser) == [told]
    Role.objects.filter(pk=partner.pk).update(trust_policy=trusting(account.root_arn))
    browser.post(LOOK)
    assert listed(browser) == []
    assert listed(browser, status="resolved") == [told]
    Role.objects.filter(pk=partner.pk).update(trust_policy=trusting(cleo.account.root_arn))
    browser.post(LOOK)
    assert listed(browser) == [told]


def test_unused_roles_keys_passwords_and_permissions_are_found(
    browser: Client, account: Account
) -> None:
    role = make_role(account, "idle")
    Role.objects.filter(pk=role.pk).update(created_at=LONG_AGO)
    bob = make_login_profile(make_user(account, "bob", allow=["s3:GetObject"]))
    User.objects.filter(pk=bob.pk).update(password_changed_at=LONG_AGO, created_at=LONG_AGO)
    key = make_key(bob).id
    AccessKey.objects.filter(pk=key).update(created_at=LONG_AGO)
    browser.post(LOOK)
    assert set(listed(browser)) == {
        "Nobody used role idle in 90 days.",
        f"Key {key} of bob was not used in 90 days.",
        "bob did not sign in for 90 days.",
        "bob did not use 1 / 1 services in 90 days.",
    }
    assert listed(browser, kind="unused-role") == ["Nobody used role idle in 90 days."]


def test_an_escalation_path_is_a_finding(browser: Client, account: Account) -> None:
    make_user(account, "bob", allow=["iam:PutUserPolicy"])
    browser.post(LOOK)
    assert listed(browser) == ["bob can become more powerful: iam:PutUserPolicy on user/bob."]


def test_one_is_archived_with_an_undo_and_recorded(browser: Client, partner: Role) -> None:
    browser.post(LOOK)
    found = Finding.objects.get()
    browser.post(f"/iam/findings/{found.pk}/status", {"status": "archived"})
    assert "Undo" in text(browser.get(PAGE))
    assert listed(browser) == []
    assert len(listed(browser, status="archived")) == 1
    browser.post(LOOK)
    assert listed(browser) == []
    browser.post(f"/iam/findings/{found.pk}/status", {"status": "active"})
    assert len(listed(browser)) == 1
    names = logged().filter(source="access-analyzer.amazonaws.com").values_list("name")
    assert ("UpdateFindings",) in list(names)


def test_a_rule_archives_what_is_there_and_what_comes(
    browser: Client, partner: Role, account: Account, cleo: User
) -> None:
    browser.post(LOOK)
    wrong = submit(browser, "/iam/archive-rules", name="partners")
    assert wrong.status_code == 422
    submit(browser, "/iam/archive-rules", name="partners", principal=cleo.account.root_arn)
    assert listed(browser) == []
    again = submit(browser, "/iam/archive-rules", name="partners", kind="external")
    assert "already exists" in text(again)
    make_role(account, "Second", trust=trusting(cleo.account.root_arn))
    browser.post(LOOK)
    assert listed(browser) == []
    assert len(listed(browser, status="archived")) == 2
    browser.post(f"/iam/archive-rules/{ArchiveRule.objects.get().pk}/delete")
    assert not ArchiveRule.objects.exists()


def test_each_step_needs_its_own_right(
    signed_in: SignedIn, account: Account, partner: Role, ana: User
) -> None:
    signed_in(ana).post(LOOK)
    found = Finding.objects.get()
    lister: Any = signed_in(make_user(account, "lister", allow=["access-analyzer:List*"]))
    words = text(lister.get(PAGE))
    assert "Needs access-analyzer:UpdateFindings." in words
    for address in (LOOK, f"/iam/findings/{found.pk}/status"):
        assert lister.post(address, {"status": "archived"}).status_code == 403
    assert submit(lister, "/iam/archive-rules", name="x", kind="external").status_code == 403
    assert signed_in(make_user(account, "none")).get(PAGE).status_code == 403
    assert Finding.objects.get().status == "active"


def test_findings_of_the_neighbours_are_not_there(
    browser: Client, signed_in: SignedIn, partner: Role, cleo: User
) -> None:
    browser.post(LOOK)
    found = Finding.objects.get()
    theirs = signed_in(cleo)
    assert listed(theirs) == []
    answer = theirs.post(f"/iam/findings/{found.pk}/status", {"status": "archived"})
    assert answer.status_code == 404


def test_who_can_is_asked_in_an_address(
    browser: Client, account: Account, signed_in: SignedIn, ben: User
) -> None:
    make_user(account, "bob", allow=["s3:GetObject"])
    page = browser.get("/iam/who-can?action=s3:GetObject&resource=*")
    assert {one.name for one in page.context["found"]} == {"ana", "bob"}
    assert browser.get("/iam/who-can?action=rubbish&resource=*").context["found"] is None
    assert signed_in(ben).get("/iam/who-can").status_code == 403


def test_a_large_account_is_asked_by_a_job(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.who_can.AT_ONCE", 0)
    assert "A job asks them all" in text(browser.get("/iam/who-can"))
    sent = browser.post("/iam/who-can/job", {"action": "s3:GetObject", "resource": "*"})
    assert sent.headers["Location"].startswith("/jobs/")
    assert browser.post(LOOK).headers["Location"].startswith("/jobs/")


# --- on schedule -----------------------------------------------------------------------------


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker has waited its minute."""
    monkeypatch.setattr(scheduled_findings, "_next_look", 0.0)


def test_every_account_is_looked_through_once_a_day_by_one_worker(
    browser: Client, partner: Role, cleo: User, due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scheduled_findings.work() == 2
    assert scheduled_findings.work() == 0
    assert listed(browser) == [f"{cleo.account.root_arn} may assume Partner."]
    assert "</span>. It is looked through anew after 1 day." in browser.get(PAGE).content.decode()
    monkeypatch.setattr(scheduled_findings, "_next_look", 0.0)
    assert scheduled_findings.work() == 0
    a_day = timezone.now() - timedelta(hours=25)
    FindingScan.objects.update(finished_at=a_day, begun_at=a_day)
    monkeypatch.setattr(scheduled_findings, "_next_look", 0.0)
    assert scheduled_findings.work() == 2


def test_what_another_worker_has_begun_is_left_to_it_for_some_hours(
    account: Account, due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    FindingScan.objects.create(account=account, begun_at=timezone.now() - timedelta(hours=1))
    assert scheduled_findings.work() == 0
    FindingScan.objects.update(begun_at=timezone.now() - timedelta(hours=7))
    monkeypatch.setattr(scheduled_findings, "_next_look", 0.0)
    assert scheduled_findings.work() == 1


def test_zero_hours_means_never(account: Account, due: None, settings: Any) -> None:
    settings.FINDINGS_EVERY_HOURS = 0
    assert scheduled_findings.work() == 0

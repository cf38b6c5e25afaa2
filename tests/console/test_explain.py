"""Explain access: a refused call by its ID, and a question that anybody may pose."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from identity import journal
from identity.journal import Journal
from identity.models import Account, Event, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, text, title
from tests.events import logged
from tests.factories import (
    make_document,
    make_group,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.refusals import refused

Sdk = Callable[[User], Any]
SEEING_OTHERS = ["cloudtrail:LookupEvents", "iam:SimulatePrincipalPolicy"]
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
_EXPLAIN = re.compile(r'href="(/iam/explain/[0-9a-f-]{36})"[^>]*>Explain this')
MARKUP = "<script>alert(1)</script>"


def refused_page(browser: Client, address: str = "/iam/users") -> Any:
    page = browser.get(address)
    assert page.status_code == 403
    return page


def explain_link(page: Any) -> str:
    """The address that a refusal's page offers as its explanation."""
    found = _EXPLAIN.search(page.content.decode())
    assert found
    return found.group(1)


def newest() -> Event:
    journal.drain()
    return logged().order_by("-time").filter(error_code="AccessDenied")[0]


def refusal_on(role_arn: str) -> Event:
    """Of two refusals within a moment, the one that asked for this role."""
    journal.drain()
    return logged().get(error_code="AccessDenied", request_parameters__roleArn=role_arn)


def allowing(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def denying(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": "*", **more}


# --- one's own refusal -----------------------------------------------------------------------


def test_a_refusal_that_another_worker_still_keeps_is_explained(
    signed_in: SignedIn, ben: User, own_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(ben)
    worker = Journal(own_journal.folder)
    with monkeypatch.context() as there:
        there.setattr(journal, "append", worker.append)
        link = explain_link(refused_page(browser))
    assert browser.get(link).status_code == 200
    worker.close()


def test_who_was_refused_is_told_which_layer_was_silent(signed_in: SignedIn, ben: User) -> None:
    browser = signed_in(ben)
    page = browser.get(explain_link(refused_page(browser)))
    words = text(page)
    assert page.status_code == 200
    assert "ben (user in" in words
    assert "may not list users (iam:ListUsers)" in words
    assert "no identity-based policy allows it" in words
    assert "Policies of the user, groups or role Does not allow it" in words
    assert "Explicit deny None" in words
    assert '"Action": "iam:ListUsers"' in words
    assert title(page).startswith("Why: ListUsers at ")


def test_a_policy_that_one_may_not_read_is_neither_named_nor_shown(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    group = make_group(account, "staff", ben)
    make_policy(group, "Hush", [denying("iam:*", Sid="Whisper", Condition=NEVER_TOLD)])
    browser = signed_in(ben)
    refusal = refused_page(browser)
    page = browser.get(explain_link(refusal))
    for shown in (refusal, page):
        for secret in ("Hush", "Whisper", "203.0.113.77"):
            assert secret not in shown.content.decode()
    words = text(page)
    assert "Explicit deny Denies Denied by a policy that you may not read" in words
    assert "A deny in a policy that you may not read." in words


NEVER_TOLD = {"NotIpAddress": {"aws:SourceIp": "203.0.113.77"}}


def test_what_nearly_applied_is_not_told_of_a_policy_that_one_may_not_read(
    signed_in: SignedIn, ben: User
) -> None:
    make_policy(ben, "Own", [allowing("iam:ListUsers", Condition=OFFICE)])
    browser = signed_in(ben)
    page = browser.get(explain_link(refused_page(browser)))
    assert "203.0.113.0" not in page.content.decode()


def test_who_may_read_the_policy_sees_it_on_both_pages(signed_in: SignedIn, ben: User) -> None:
    make_policy(ben, "Own", [allowing("iam:GetUserPolicy"), denying("iam:ListUsers", Sid="Stop")])
    browser = signed_in(ben)
    refusal = refused_page(browser)
    assert "It is in the policy Own (inline, user ben)" in text(refusal)
    words = text(browser.get(explain_link(refusal)))
    assert "Own (inline, user ben) , statement Stop" in words
    assert '"Sid": "Stop"' in words


def test_the_tags_of_the_resource_are_not_told_to_who_was_refused(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    ana.tags.create(key="salary", value="1234567")
    tagged = {"StringEquals": {"iam:ResourceTag/team": "red"}}
    make_policy(ben, "Own", [allowing("iam:GetUser", Condition=tagged)])
    address = explain_link(refused_page(signed_in(ben), "/iam/users/ana/permissions"))
    assert "1234567" in text(signed_in(ana).get(address))
    assert "1234567" not in text(signed_in(ben).get(address))


def test_of_a_role_one_learns_not_even_whether_it_is_there(
    iam: Sdk, sts: Sdk, signed_in: SignedIn, account: Account, ben: User
) -> None:
    make_role(account, "Deploy", trust=trusting(account.root_arn))
    pages = []
    for name in ("Deploy", "Absent"):
        arn = f"arn:aws:iam::{account.id}:role/{name}"
        with refused("AccessDenied"):
            sts(ben).assume_role(RoleArn=arn, RoleSessionName="xx")
        page = text(signed_in(ben).get(f"/iam/explain/{refusal_on(arn).id}"))
        shown = page[: page.index("Encoded authorization message")]
        pages.append(re.sub(rf"{name}|\d+", "…", shown))
    assert pages[0] == pages[1]
    assert "it is not there, or its own policy" in pages[0]


# --- somebody else's call --------------------------------------------------------------------


@pytest.fixture
def refusal_of_ben(iam: Sdk, ben: User) -> Event:
    make_policy(ben, "Office", [allowing("iam:ListUsers", Sid="FromOffice", Condition=OFFICE)])
    with refused("AccessDenied"):
        iam(ben).list_users()
    return newest()


@pytest.mark.parametrize("of", ["request_id", "id"])
def test_an_administrator_sees_wanted_and_found_by_request_id_and_by_event_id(
    signed_in: SignedIn, ana: User, refusal_of_ben: Event, of: str
) -> None:
    words = text(signed_in(ana).get(f"/iam/explain/{getattr(refusal_of_ben, of)}"))
    assert "Office (inline, user ben) , statement FromOffice, line 1" in words
    assert "IpAddress aws:SourceIp wanted 203.0.113.0/24 found 127.0.0.1" in words
    assert "aws:SourceIp 127.0.0.1" in words
    assert "Encoded authorization message" in words


def test_the_request_id_that_the_sdk_shows_leads_to_the_page(
    iam: Sdk, signed_in: SignedIn, ana: User
) -> None:
    answer = iam(ana).list_users()
    request_id = answer["ResponseMetadata"]["RequestId"]
    words = text(signed_in(ana).get(f"/iam/explain/{request_id}"))
    assert "By the policies of now" in words
    assert "Allowed" in words
    assert "Allowed by test (inline, user ana) , statement 1" in words


def test_the_look_at_somebody_elses_call_is_recorded(
    signed_in: SignedIn, ana: User, refusal_of_ben: Event
) -> None:
    signed_in(ana).get(f"/iam/explain/{refusal_of_ben.id}")
    journal.drain()
    event = logged().get(name="SimulatePrincipalPolicy")
    assert event.request_parameters == {
        "policySourceArn": f"arn:aws:iam::{ana.account_id}:user/ben",
        "actionNames": ["iam:ListUsers"],
    }


def test_who_may_not_ask_is_told_what_is_told_of_nothing(
    signed_in: SignedIn, account: Account, refusal_of_ben: Event
) -> None:
    for name, allowed in (("eva", []), ("eve", SEEING_OTHERS[:1]), ("evi", SEEING_OTHERS[1:])):
        browser = signed_in(make_user(account, name, allow=allowed))
        there = browser.get(f"/iam/explain/{refusal_of_ben.id}")
        nothing = browser.get(f"/iam/explain/{uuid.uuid4()}")
        assert (there.status_code, nothing.status_code) == (404, 404)
        assert _plain(there) == _plain(nothing)


def _plain(page: Any) -> str:
    """The page without its own request ID and tokens."""
    html = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", page.content.decode())
    return re.sub(r'value="\w{64}"', "", html)


def test_with_both_permissions_and_nothing_else_the_text_stays_hidden(
    signed_in: SignedIn, account: Account, refusal_of_ben: Event
) -> None:
    browser = signed_in(make_user(account, "eve", allow=SEEING_OTHERS))
    page = browser.get(f"/iam/explain/{refusal_of_ben.id}")
    assert page.status_code == 200
    assert "FromOffice" not in page.content.decode()
    assert "Add as inline policy" not in text(page)


@pytest.mark.parametrize("who", ["cleo", "root"])
def test_another_accounts_call_is_not_there(
    iam: Sdk, signed_in: SignedIn, cleo: User, refusal_of_ben: Event, who: str
) -> None:
    stranger = cleo if who == "cleo" else cleo.account.root
    for call_id in (refusal_of_ben.id, refusal_of_ben.request_id):
        assert signed_in(stranger).get(f"/iam/explain/{call_id}").status_code == 404


def test_without_a_session_nothing_is_explained(client: Client, refusal_of_ben: Event) -> None:
    assert client.get(f"/iam/explain/{refusal_of_ben.id}").status_code == 302
    assert client.get("/iam/explain").status_code == 302


def test_policies_that_have_changed_since_are_asked_anew_and_the_page_says_so(
    signed_in: SignedIn, ana: User, ben: User, refusal_of_ben: Event
) -> None:
    make_policy(ben, "Now", [allowing("iam:ListUsers")])
    words = text(signed_in(ana).get(f"/iam/explain/{refusal_of_ben.id}"))
    assert "The policies have changed since" in words
    assert "ben (user in" in words
    assert "may list users (iam:ListUsers)" in words


def test_of_somebody_who_is_gone_what_was_kept_is_shown(
    signed_in: SignedIn, ana: User, ben: User, refusal_of_ben: Event
) -> None:
    ben.delete()
    words = text(signed_in(ana).get(f"/iam/explain/{refusal_of_ben.id}"))
    assert "is not there any more" in words
    assert "IpAddress aws:SourceIp wanted 203.0.113.0/24 found 127.0.0.1" in words


def test_a_sign_in_was_not_decided_by_policies(
    signed_in: SignedIn, account: Account, ana: User
) -> None:
    event = Event.objects.create(
        account=account, source="signin.amazonaws.com", name="ConsoleLogin", type="AwsConsoleSignIn"
    )
    assert "Cannot tell" in text(signed_in(ana).get(f"/iam/explain/{event.id}"))


def test_the_event_page_leads_to_the_explanation(
    signed_in: SignedIn, ana: User, refusal_of_ben: Event
) -> None:
    page = signed_in(ana).get(f"/activity/{refusal_of_ben.id}")
    assert explain_link(page) == f"/iam/explain/{refusal_of_ben.id}"


def test_other_calls_of_the_same_request_are_linked(signed_in: SignedIn, ben: User) -> None:
    make_policy(ben, "Some", [allowing("iam:GetUser")])
    browser = signed_in(ben)
    browser.get("/iam/users/ben/permissions")
    journal.drain()
    request_id = logged().filter(name="ListUserPolicies").get().request_id
    assert "Other calls of the same request" in text(browser.get(f"/iam/explain/{request_id}"))


# --- the offer of a policy -------------------------------------------------------------------


def _proposal(page: Any) -> tuple[str, dict[str, str]]:
    """Where the button sends the statement, and what it sends."""
    address = re.search(r'action="(/iam/users/[^"]+/inline/create)"', page.content.decode())
    assert address
    return address.group(1), hidden(page)


def test_the_offered_policy_goes_through_the_form_and_is_not_written_before(
    signed_in: SignedIn, ana: User, ben: User, iam: Sdk
) -> None:
    with refused("AccessDenied"):
        iam(ben).list_users()
    browser = signed_in(ana)
    address, sent = _proposal(browser.get(f"/iam/explain/{newest().id}"))
    form = browser.post(address, sent)
    assert form.status_code == 200
    assert not ben.policies.exists()
    assert "iam:ListUsers" in form.content.decode()
    fields = {**hidden(form), "policy_name": "Listing", "document": sent["proposal"]}
    assert browser.post(address, fields).status_code == 303
    assert ben.policies.get().name == "Listing"
    iam(ben).list_users()


def test_the_offer_is_made_only_to_who_may_write_it(
    signed_in: SignedIn, account: Account, refusal_of_ben: Event
) -> None:
    allow = [*SEEING_OTHERS, "iam:PutUserPolicy"]
    for name, actions in (("eva", allow), ("eve", SEEING_OTHERS)):
        page = signed_in(make_user(account, name, allow=actions)).get(
            f"/iam/explain/{refusal_of_ben.id}"
        )
        assert ("Add as inline policy" in text(page)) == (actions is allow)


def test_a_proposal_writes_nothing_for_who_may_not(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    browser = signed_in(ben)
    answer = browser.post("/iam/users/ana/inline/create", {"proposal": make_document([])})
    assert answer.status_code == 403


# --- hostile texts ---------------------------------------------------------------------------


def test_markup_in_names_sids_values_and_resources_stays_text(
    iam: Sdk, signed_in: SignedIn, ana: User, ben: User
) -> None:
    hostile = {"StringEquals": {f"aws:RequestTag/{MARKUP}": MARKUP}}
    statement = allowing("iam:TagUser", Sid=MARKUP, Condition=hostile)
    make_policy(ben, "P", [statement, denying("iam:TagUser", Sid=f"{MARKUP}2")])
    with refused("AccessDenied"):
        iam(ben).tag_user(UserName="ben", Tags=[{"Key": "a", "Value": "b"}])
    page = signed_in(ana).get(f"/iam/explain/{newest().id}").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page

"""Switching roles: which ones are offered, what it changes, who refuses, and the way back."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.colours import COLOURS
from console.models import UsedRole
from identity import journal
from identity.models import Account, ConsoleSession, Role, TemporarySession, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.entrance import later
from tests.events import logged
from tests.factories import make_document, make_policy, make_role, make_user, trusting

PAGE = "/switch-role"


@pytest.fixture
def audit_role(account: Account, cleo: User) -> Role:
    """A role of `example` for the account next door."""
    return make_role(
        account, "PartnerAudit", trust=trusting(cleo.account.root_arn), allow=["iam:ListUsers"]
    )


@pytest.fixture
def pat(cleo: User) -> User:
    """May assume any role that lets them, and list roles; nothing else."""
    return make_user(cleo.account, "pat", allow=["sts:AssumeRole"])


def switch(
    browser: Client, role: str = "PartnerAudit", account: str = "example", **more: str
) -> Any:
    return browser.post(PAGE, {"account": account, "role": role, **more})


def trust_if(account: Account, condition: dict[str, Any]) -> str:
    return make_document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": account.root_arn},
                "Action": "sts:AssumeRole",
                "Condition": condition,
            }
        ]
    )


def strip(answer: Any) -> str:
    """The words of the strip under the bar."""
    found = re.search(r'<section class="strip".*?</section>', answer.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split()) if found else ""


# --- using a role ------------------------------------------------------------------------------


def test_pat_uses_the_role_of_the_other_account_and_comes_back(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = signed_in(pat)
    assert browser.get("/iam/users").status_code == 403
    answer = switch(browser, label="Audit of Example", colour="teal")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/home")
    home = browser.get("/home")
    assert "Role PartnerAudit via pat" in home.content.decode()
    ends = TemporarySession.objects.get().expires_at
    account = audit_role.account_id
    assert strip(home) == (
        "Audit of Example Using role PartnerAudit in "
        f"{account[:4]}-{account[4:8]}-{account[8:]}. Ends {ends:%H:%M} UTC. Stop using role"
    )
    assert 'class="strip" data-colour="teal"' in home.content.decode()
    assert "img/mark-teal" in home.content.decode()
    assert "– example – Bartizan</title>" in home.content.decode()
    assert "Back to pat" in home.content.decode()
    assert browser.get("/iam/users").status_code == 200
    assert browser.post("/switch-role/exit").headers["Location"] == "/home"
    home = browser.get("/home")
    assert strip(home) == ""
    assert "You stopped using the role PartnerAudit/pat. You are pat again." in text(home)
    assert browser.get("/iam/users").status_code == 403


def test_both_accounts_read_of_the_switch_and_of_the_way_back(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = signed_in(pat)
    switch(browser)
    browser.post("/switch-role/exit")
    for account in (audit_role.account, pat.account):
        events = logged().filter(account=account, source="signin.amazonaws.com")
        assert sorted(events.values_list("name", flat=True)) == ["ExitRole", "SwitchRole"]
        (switched,) = events.filter(name="SwitchRole")
        assert (switched.additional_event_data or {})["SwitchFrom"] == pat.arn


def test_a_role_in_use_gives_its_permissions_in_place_of_ones_own(
    signed_in: SignedIn, ana: User, account: Account
) -> None:
    make_role(account, "nothing")
    browser = signed_in(ana)
    assert browser.get("/iam/groups").status_code == 200
    switch(browser, "nothing")
    assert browser.get("/iam/groups").status_code == 403


def test_each_switch_is_authorised_as_who_signed_in_never_as_the_role_in_use(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = signed_in(pat)
    beyond = make_role(
        audit_role.account, "Beyond", trust=trusting(audit_role.arn), allow=["iam:*"]
    )
    audit_role.policies.create(
        name="chain",
        document=make_document(
            [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": beyond.arn}]
        ),
    )
    switch(browser)
    answer = switch(browser, "Beyond")
    assert answer.status_code == 422
    assert "PartnerAudit" in strip(browser.get("/home"))


def test_a_form_of_before_the_switch_is_refused_after_it(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(pat).cookies
    page = browser.get(PAGE).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    token = {"csrfmiddlewaretoken": found.group(1)}
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert switch(browser, **token).status_code == 303
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != cookie
    assert browser.post("/switch-role/exit", token).status_code == 400


# --- when it is over ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["role deleted", "session ended", "its end", "signed in ended"])
def test_a_role_that_is_over_does_nothing_more_for_anybody(
    signed_in: SignedIn,
    pat: User,
    audit_role: Role,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = signed_in(pat)
    switch(browser)
    if how == "role deleted":
        audit_role.delete()
    elif how == "session ended":
        TemporarySession.objects.all().delete()
    elif how == "its end":
        later(monkeypatch, timedelta(hours=1, seconds=1))
        ConsoleSession.objects.update(seen_at=timezone.now())
        session = browser.session
        session["seen_at"] = timezone.now().isoformat()
        session.save()
    else:
        pat.delete()
        assert browser.get("/iam/users").headers["Location"].startswith("/sign-in")
        return
    answer = browser.post("/iam/create-group", {"name": "wrong"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/home")
    assert "Your session of the role" in text(browser.get("/home"))
    assert strip(browser.get("/home")) == ""


def test_the_role_lasts_no_longer_than_the_sign_in(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    Role.objects.update(max_session_duration=43_200)
    browser = signed_in(pat)
    session = browser.session
    rest = timedelta(minutes=20)
    started = timezone.now() - timedelta(seconds=settings.SESSION_SECONDS) + rest
    session["started_at"] = started.isoformat()
    session.save()
    switch(browser)
    left = TemporarySession.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=19) < left <= rest


# --- refusals ----------------------------------------------------------------------------------


def refusal(answer: Any) -> str:
    assert answer.status_code == 422
    assert TemporarySession.objects.count() == 0
    return text(answer)


def test_it_says_when_ones_own_policies_refuse(
    signed_in: SignedIn, cleo: User, audit_role: Role
) -> None:
    nobody = make_user(cleo.account, "nobody")
    words = refusal(switch(signed_in(nobody)))
    assert "Your policies do not allow sts:AssumeRole on this role." in words


def test_it_says_when_the_role_refuses(signed_in: SignedIn, ana: User, account: Account) -> None:
    make_role(account, "theirs", trust=trusting(ana.account.root_arn.replace(account.id, "1" * 12)))
    words = refusal(switch(signed_in(ana), "theirs"))
    assert "The role's trust policy does not include you." in words
    assert "This account has no such role." in refusal(switch(signed_in(ana), "missing"))


@pytest.mark.parametrize("name", ["secret", "missing"])
def test_of_another_account_nobody_learns_whether_it_has_the_role(
    signed_in: SignedIn, pat: User, account: Account, name: str
) -> None:
    make_role(account, "secret")
    words = refusal(switch(signed_in(pat), name))
    sentence = "The account has no such role, or the role's trust policy does not include you."
    assert sentence in words


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (
            {"StringEquals": {"sts:ExternalId": "4711"}},
            "The role needs an external ID, which the console cannot send.",
        ),
        (
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            "The role needs MFA, and this session has none. Sign in again with MFA.",
        ),
    ],
)
def test_whom_the_role_names_is_told_what_it_asks_for(
    signed_in: SignedIn, pat: User, account: Account, condition: Any, sentence: str
) -> None:
    make_role(account, "PartnerAudit", trust=trust_if(pat.account, condition))
    browser = signed_in(pat)
    assert "PartnerAudit" not in text(browser.get(PAGE))
    assert sentence in refusal(switch(browser))


def test_with_mfa_a_role_that_asks_for_it_lets_in(
    signed_in: SignedIn, pat: User, account: Account
) -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    make_role(account, "PartnerAudit", trust=trust_if(pat.account, mfa))
    browser = signed_in(pat)
    session = browser.session
    session["mfa_at"] = timezone.now().isoformat()
    session.save()
    assert "PartnerAudit @ example" in text(browser.get(PAGE))
    assert switch(browser).status_code == 303


def test_a_refused_switch_is_recorded(signed_in: SignedIn, ben: User, account: Account) -> None:
    make_role(account, "deploy")
    switch(signed_in(ben), "deploy")
    journal.drain()
    (event,) = logged().filter(name="AssumeRole")
    assert event.error_code == "AccessDenied"


def test_root_cannot_switch_and_is_told_why(
    signed_in: SignedIn, root: User, account: Account
) -> None:
    make_role(account, "deploy")
    browser = signed_in(root)
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert "The root user cannot switch roles" in text(page)
    assert switch(browser, "deploy").status_code == 403
    assert TemporarySession.objects.count() == 0


@pytest.mark.parametrize(
    ("account", "role", "sentence"),
    [
        ("", "x", "Enter the ID or alias of the account."),
        ("example", "", "Enter the name of the role."),
        ("example", "a b", "Role names may hold letters, digits"),
        ("example", "ä", "Role names may hold letters, digits"),
        ("no-such-account", "deploy", "The account has no such role"),
        ("999999999999", "deploy", "The account has no such role"),
    ],
)
def test_what_was_typed_wrong_is_said_beside_it(
    signed_in: SignedIn, pat: User, account: str, role: str, sentence: str
) -> None:
    assert sentence in refusal(switch(signed_in(pat), role, account))


# --- offered roles, history and pins -------------------------------------------------------------


def test_only_roles_that_one_may_really_use_are_offered(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    own = pat.account
    make_role(own, "OwnRole", path="/staff/")
    make_role(audit_role.account, "NotForPat")
    make_role(own, "Denied")
    deny = [{"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*/Denied"}]
    pat.policies.create(name="not that one", document=make_document(deny))
    shown = text(signed_in(pat).get(PAGE))
    assert "staff/OwnRole" in shown
    assert "PartnerAudit @ example" in shown
    assert "NotForPat" not in shown
    assert "Denied" not in shown


def test_the_page_asks_the_same_number_of_questions_for_ten_times_the_roles(
    signed_in: SignedIn, pat: User
) -> None:
    browser = signed_in(pat)
    asked = []
    for many in (2, 20):
        for number in range(many):
            make_role(pat.account, f"role-{many}-{number}")
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12


def test_used_roles_are_one_click_away_and_pinned_ones_stay_on_top(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = signed_in(pat)
    for number in range(12):
        make_role(pat.account, f"role{number}")
        switch(browser, f"role{number}", "partner", label=f"Label {number}")
    pinned = {"role_arn": audit_role.arn, "pinned": "1"}
    assert browser.post("/switch-role/pin", pinned).status_code == 303
    menu = browser.get("/home").content.decode()
    labels = re.findall(r'<button class="menu-item menu-role"[^>]*>(.*?)</button>', menu)
    latest = [f"Label {number}" for number in range(11, 2, -1)]
    assert labels == [f"PartnerAudit @ {audit_role.account_id}", *latest]
    browser.post("/switch-role/pin", {"role_arn": audit_role.arn})
    assert not UsedRole.objects.get(role_arn=audit_role.arn).pinned


def test_a_role_that_is_not_offered_any_more_can_be_forgotten(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = signed_in(pat)
    switch(browser)
    browser.post("/switch-role/exit")
    Role.objects.update(trust_policy=trusting("1" * 12))
    assert "Others that you used" in text(browser.get(PAGE))
    browser.post("/switch-role/forget", {"role_arn": audit_role.arn})
    assert "PartnerAudit" not in text(browser.get(PAGE))


@pytest.mark.parametrize(
    "arn", ["", "x", "arn:aws:iam::1:user/bob", "arn:aws:iam::1:role/" + "x" * 700]
)
def test_what_is_no_role_is_not_pinned(signed_in: SignedIn, pat: User, arn: str) -> None:
    signed_in(pat).post("/switch-role/pin", {"role_arn": arn, "pinned": "1"})
    assert not UsedRole.objects.exists()


def test_nobody_sees_or_touches_the_history_of_another(
    signed_in: SignedIn, pat: User, cleo: User, audit_role: Role
) -> None:
    switch(signed_in(pat), label="Mine alone")
    other = signed_in(cleo)
    assert "Mine alone" not in other.get("/home").content.decode()
    other.post("/switch-role/forget", {"role_arn": audit_role.arn})
    assert UsedRole.objects.filter(user=pat).exists()


def test_a_hostile_display_name_stays_text(
    signed_in: SignedIn, pat: User, audit_role: Role
) -> None:
    browser = signed_in(pat)
    assert switch(browser, label="x", colour='"><script>').status_code == 422
    assert switch(browser, label="<img src=x>").status_code == 303
    html = browser.get("/home").content.decode()
    assert "&lt;img src=x&gt; Using role" in html.replace("</strong>", "")
    assert "<img" not in html
    assert 'class="strip" data-colour="slate"' in html


# --- links ---------------------------------------------------------------------------------------


def test_the_address_of_aws_leads_to_the_form_filled_in(signed_in: SignedIn, pat: User) -> None:
    browser = signed_in(pat)
    link = (
        "/switchrole?account=example&roleName=staff%2FPartnerAudit&displayName=Audit&color=B7CA9D"
    )
    page = browser.get(link, follow=True)
    assert page.redirect_chain[0][0].startswith("/switch-role?account=example")
    html = page.content.decode()
    assert 'value="staff/PartnerAudit"' in html
    assert '<option value="green" selected>' in html


def test_signed_out_a_link_to_a_role_waits_for_the_sign_in(
    client: Client, account: Account
) -> None:
    answer = client.get("/switchrole?account=example&roleName=x")
    assert answer.headers["Location"] == (
        "/sign-in?next=%2Fswitchrole%3Faccount%3Dexample%26roleName%3Dx"
    )


def test_each_colour_has_its_mark_and_its_strip() -> None:
    style = (Path(settings.BASE_DIR) / "static/css/app.css").read_text()
    for name, _label in COLOURS:
        assert f"[data-colour={name}]" in style
        assert (Path(settings.BASE_DIR) / f"static/img/mark-{name}.svg").exists()


def test_a_role_that_ones_policies_name_is_in_the_menu_before_it_was_ever_used(
    signed_in: SignedIn, account: Account, cleo: User, audit_role: Role
) -> None:
    closed = make_role(account, "Closed", trust=trusting(account.root_arn))
    named = [audit_role.arn, closed.arn, f"{audit_role.arn}None", "arn:aws:iam::*:role/*"]
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": named}
    per = make_user(cleo.account, "per")
    make_policy(per, "own", [statement])
    browser = signed_in(per)
    assert menu(browser) == ["PartnerAudit @ example"]
    pinned = {"role_arn": audit_role.arn, "label": "PartnerAudit @ example", "pinned": "1"}
    assert browser.post("/switch-role/pin", pinned).status_code == 303
    assert menu(browser) == ["PartnerAudit @ example"]
    assert switch(browser).status_code == 303
    assert menu(browser) == ["PartnerAudit @ example"]
    assert UsedRole.objects.get().label == "PartnerAudit @ example"


def test_roles_of_the_menu_cost_few_queries(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    browser = signed_in(ben)
    asked = []
    for number in (1, 8):
        roles = [
            make_role(account, f"r{number}{each}", trust=trusting(ben.arn))
            for each in range(number)
        ]
        statement = {"Effect": "Allow", "Action": "sts:*", "Resource": [one.arn for one in roles]}
        make_policy(ben, f"own{number}", [statement])
        browser.get("/preferences")
        with CaptureQueriesContext(connection) as captured:
            assert len(menu(browser)) in (1, 9)
        asked.append(len(captured))
    assert asked[0] == asked[1]


def menu(browser: Client) -> list[str]:
    """The roles that the account menu offers."""
    page = browser.get("/preferences").content.decode()
    return re.findall(r'menu-role" data-colour="\w+">([^<]+)<', page)

"""The policy editor: what is checked, what blocks, what takes one more press; nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from identity.models import Account, ManagedPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text, title
from tests.factories import make_document, make_managed_policy, make_policy, make_user

CREATE, EDIT = "/iam/create-policy", "/iam/policies/Readers/edit"
GOOD = make_document([{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
OTHER = GOOD.replace("GetUser", "ListUsers")
SUGGESTED = make_document(
    [
        {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"},
    ]
)
UNKNOWN = GOOD.replace("GetUser", "GetUsr")


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def policy(account: Account) -> ManagedPolicy:
    return make_managed_policy(
        account, "Readers", [{"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}]
    )


def create(browser: Client, document: str, **fields: str) -> Any:
    return submit(browser, CREATE, policy_name="Mine", document=document, **fields)


def save(browser: Client, document: str, **fields: str) -> Any:
    """Read what would change, then save the same text."""
    review = submit(browser, EDIT, document=document, check="1", **fields)
    return browser.post(EDIT, {**hidden(review), "document": document, **fields})


def mine(account: Account) -> ManagedPolicy | None:
    return ManagedPolicy.objects.of(account).named("Mine").first()


# --- a new policy ----------------------------------------------------------------------------


def test_a_policy_is_created_with_what_was_typed(browser: Client, account: Account) -> None:
    answer = create(browser, GOOD, description="For readers", path="/team/")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/iam/policies/Mine/permissions",
    )
    made = mine(account)
    assert made
    assert (made.description, made.path) == ("For readers", "/team/")
    assert made.default_version
    assert made.default_version.document == GOOD


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ('{"Version": "2012-10-17",\n "Statement": [}', "Line 2, column 16"),
        (GOOD.replace('"Allow"', '"allow"'), "Line 1, column"),
        ("", "Fill this in."),
        ("x" * 5000, "Line 1, column 1"),
        ("{" * 3000, "Line 1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_kept(
    browser: Client, account: Account, document: str, place: str
) -> None:
    answer = create(browser, document, description="Kept")
    assert answer.status_code == 422
    assert title(answer).startswith("Error:")
    assert place in answer.context["form"].errors["document"][0]
    assert answer.context["form"]["document"].value() == document
    assert answer.context["form"]["description"].value() == "Kept"
    assert mine(account) is None


def test_an_unknown_action_blocks_saving_and_the_right_one_is_named(
    browser: Client, account: Account
) -> None:
    answer = create(browser, UNKNOWN)
    assert answer.status_code == 422
    assert "iam:GetUser" in answer.context["form"].errors["document"][0]
    again = browser.post(CREATE, {**hidden(answer), "policy_name": "Mine", "document": UNKNOWN})
    assert again.status_code == 422
    assert mine(account) is None


def test_remarks_take_one_more_press_on_the_same_text(browser: Client, account: Account) -> None:
    first = create(browser, SUGGESTED)
    assert first.status_code == 422
    assert "Suggestions" in text(first)
    assert "Create anyway" in text(first)
    changed = browser.post(
        CREATE,
        {**hidden(first), "policy_name": "Mine", "document": SUGGESTED.replace("Get*", "G*")},
    )
    assert changed.status_code == 422
    assert mine(account) is None
    pressed = browser.post(CREATE, {**hidden(first), "policy_name": "Mine", "document": SUGGESTED})
    assert pressed.status_code == 303
    assert mine(account)


def test_check_shows_findings_saves_nothing_and_keeps_everything(
    browser: Client, account: Account
) -> None:
    answer = create(browser, SUGGESTED, description="Kept", path="/team/", check="1")
    assert answer.status_code == 200
    words = text(answer)
    assert "Suggestions" in words
    assert "REDUNDANT_STATEMENT" in words
    assert "Line 1, column" in words
    form = answer.context["form"]
    kept = {name: form[name].value() for name in ("policy_name", "description", "path", "document")}
    assert kept == {
        "policy_name": "Mine",
        "description": "Kept",
        "path": "/team/",
        "document": SUGGESTED,
    }
    assert mine(account) is None
    fields = {**hidden(answer), **kept}
    assert browser.post(CREATE, fields).status_code == 303  # the remarks were seen


def test_a_check_without_findings_says_so(browser: Client) -> None:
    assert "No errors, and nothing to remark." in text(create(browser, GOOD, check="1"))


def test_findings_lead_to_numbered_lines(browser: Client) -> None:
    document = json.dumps(json.loads(UNKNOWN), indent=2)
    html = create(browser, document, check="1").content.decode()
    assert 'href="#line-6"' in html
    assert 'id="line-6" class="marked"' in html


def test_a_name_that_is_taken_lands_on_its_field(browser: Client, policy: ManagedPolicy) -> None:
    answer = submit(browser, CREATE, policy_name="READERS", document=GOOD)
    assert answer.status_code == 422
    assert "already exists" in answer.context["form"].errors["policy_name"][0]


@pytest.mark.parametrize("name", ["", "a b", "ä", "a/b", "x" * 129])
def test_a_name_that_iam_does_not_take_is_refused(browser: Client, name: str) -> None:
    answer = submit(browser, CREATE, policy_name=name, document=GOOD)
    assert answer.context["form"].errors["policy_name"]


def test_a_document_above_the_quota_is_refused_at_its_field(browser: Client) -> None:
    resources = [f"arn:aws:iam::111122223333:user/{'x' * 40}{n}" for n in range(90)]
    long = make_document([{"Effect": "Allow", "Action": "iam:GetUser", "Resource": resources}])
    answer = create(browser, long)
    assert "6144" in answer.context["form"].errors["document"][0]


def test_who_may_not_create_sees_why_and_is_refused(
    signed_in: SignedIn, ben: User, account: Account
) -> None:
    browser = signed_in(ben)
    assert "Needs iam:CreatePolicy." in text(browser.get(CREATE))
    assert create(browser, GOOD).status_code == 403
    assert mine(account) is None


def test_the_same_form_sent_twice_creates_one_policy(browser: Client, account: Account) -> None:
    fields = {**hidden(browser.get(CREATE)), "policy_name": "Mine", "document": GOOD}
    first, second = browser.post(CREATE, fields), browser.post(CREATE, fields)
    assert first.headers["Location"] == second.headers["Location"]


def test_line_ends_of_browsers_do_not_move_places(browser: Client, account: Account) -> None:
    document = json.dumps(json.loads(GOOD), indent=2)
    assert create(browser, document.replace("\n", "\r\n")).status_code == 303
    made = mine(account)
    assert made
    assert made.default_version
    assert made.default_version.document == document


# --- a new version ---------------------------------------------------------------------------


def test_an_edit_becomes_a_new_version_that_decides(browser: Client, policy: ManagedPolicy) -> None:
    assert save(browser, OTHER, make_default="on").status_code == 303
    policy.refresh_from_db()
    assert str(policy.default_version) == "v2"
    assert policy.default_version
    assert policy.default_version.document == OTHER


def test_an_edit_can_wait_beside_the_default(browser: Client, policy: ManagedPolicy) -> None:
    answer = save(browser, OTHER)
    assert answer.headers["Location"] == "/iam/policies/Readers/versions"
    policy.refresh_from_db()
    assert str(policy.default_version) == "v1"
    assert policy.versions.count() == 2


def test_at_five_versions_one_is_chosen_to_go_the_oldest_at_first(
    browser: Client, policy: ManagedPolicy
) -> None:
    for number in range(2, 6):
        policy.versions.create(number=number, document=GOOD)
    policy.newest = 5
    policy.save()
    page = browser.get(EDIT)
    assert page.context["form"]["remove"].value() == "v2"
    assert "v1" not in dict(page.context["form"].fields["remove"].choices)
    assert save(browser, OTHER, make_default="on").status_code == 422
    assert save(browser, OTHER, make_default="on", remove="v1").status_code == 422
    assert save(browser, OTHER, make_default="on", remove="v3").status_code == 303
    assert sorted(version.number for version in policy.versions.all()) == [1, 2, 4, 5, 6]


def test_checking_an_edit_shows_what_would_change(browser: Client, policy: ManagedPolicy) -> None:
    answer = submit(browser, EDIT, document=OTHER, check="1")
    assert answer.status_code == 200
    assert "What would change" in text(answer)
    assert not answer.context["form"]["make_default"].value()
    assert policy.versions.count() == 1


def test_nothing_is_saved_before_its_changes_were_read(
    browser: Client, policy: ManagedPolicy
) -> None:
    page = browser.get(EDIT)
    assert "Save as new version" not in text(page)
    answer = browser.post(EDIT, {**hidden(page), "document": OTHER, "make_default": "on"})
    assert answer.status_code == 422
    assert "What would change" in text(answer)
    assert policy.versions.count() == 1
    swapped = browser.post(EDIT, {**hidden(answer), "document": GOOD, "make_default": "on"})
    assert swapped.status_code == 422
    again = browser.post(EDIT, {**hidden(swapped), "document": GOOD, "make_default": "on"})
    assert again.status_code == 303


def test_a_save_over_somebody_elses_version_is_refused(
    browser: Client, policy: ManagedPolicy
) -> None:
    fields = hidden(browser.get(EDIT))
    save(browser, OTHER, make_default="on")
    answer = browser.post(EDIT, {**fields, "document": GOOD})
    assert answer.status_code == 409
    assert "Someone changed this while you were editing" in text(answer)
    assert policy.versions.count() == 2


# --- the check alone, and inline policies ----------------------------------------------------


def test_anybody_signed_in_may_check_a_text(signed_in: SignedIn, ben: User) -> None:
    browser = signed_in(ben)
    assert browser.get("/iam/check-policy").status_code == 200
    answer = browser.post("/iam/check-policy", {"kind": "managed", "document": UNKNOWN})
    assert "INVALID_ACTION" in text(answer)
    assert answer.context["form"]["document"].value() == UNKNOWN


@pytest.mark.parametrize("kind", ["trust", "nonsense", ""])
def test_the_check_takes_any_kind(browser: Client, kind: str) -> None:
    answer = browser.post("/iam/check-policy", {"kind": kind, "document": GOOD})
    assert answer.status_code == 200
    assert bool(answer.context["form"].report.errors) is (kind == "trust")


def test_an_inline_policy_is_checked_alike(browser: Client, ben: User) -> None:
    url = "/iam/users/ben/inline/create"
    refused = submit(browser, url, policy_name="mine", document=UNKNOWN)
    assert refused.status_code == 422
    first = submit(browser, url, policy_name="mine", document=SUGGESTED)
    assert "Save anyway" in text(first)
    fields = {**hidden(first), "policy_name": "mine", "document": SUGGESTED}
    assert browser.post(url, fields).status_code == 303
    assert ben.policies.get().document == SUGGESTED


def test_checking_an_inline_edit_keeps_the_text_and_writes_nothing(
    browser: Client, account: Account
) -> None:
    eve = make_user(account, "eve")
    make_policy(eve, "own", [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
    answer = submit(browser, "/iam/users/eve/inline/own/edit", document=OTHER, check="1")
    assert answer.context["form"]["document"].value() == OTHER
    assert "ListUsers" not in eve.policies.get().document
    assert (
        browser.post(
            "/iam/users/eve/inline/own/edit", {**hidden(answer), "document": OTHER}
        ).status_code
        == 303
    )
    assert "ListUsers" in eve.policies.get().document


# --- the tabs --------------------------------------------------------------------------------


def press(browser: Client, url: str, page: Any, **more: str) -> Any:
    """Press a button of the page with what stands in its fields."""
    form = page.context["form"]
    kept = {name: form[name].value() or "" for name in ("policy_name",) if name in form.fields}
    return browser.post(url, {"document": form["document"].value(), **hidden(page), **kept, **more})


def test_the_tabs_show_one_draft_and_lose_nothing(browser: Client, account: Account) -> None:
    typed = create(browser, GOOD, description="Kept", tab="visual")
    assert typed.status_code == 200
    assert "Statement 1" in text(typed)
    assert 'name="s0-level_read"' in typed.content.decode()
    assert typed.context["form"]["description"].value() == "Kept"
    back = press(browser, CREATE, typed, tab="json")
    assert back.context["form"]["document"].value() == GOOD
    assert mine(account) is None


def test_the_chosen_tab_is_remembered_but_for_the_examples(browser: Client) -> None:
    assert browser.get(CREATE).context["editor"].tab == "json"
    create(browser, GOOD, tab="visual")
    create(browser, GOOD, tab="examples")
    assert browser.get(CREATE).context["editor"].tab == "visual"


def test_a_card_makes_a_policy_without_a_letter_of_json(browser: Client, account: Account) -> None:
    page = create(browser, GOOD, tab="visual")
    before = {"s0-effect": "Allow", "s0-service": "iam", "s0-level_read": "iam:GetUser"}
    page = press(browser, CREATE, page, card="add", **before, **{"s0-resources": "*"})
    assert len(page.context["editor"].cards) == 2
    fields = {
        **hidden(page),
        "policy_name": "Mine",
        "s0-effect": "Allow",
        "s0-service": "iam",
        "s0-level_list": "iam:ListUsers",
        "s0-resources": "*",
        "s1-effect": "Deny",
        "s1-service": "s3",
        "s1-resources": "arn:aws:s3:::a\r\narn:aws:s3:::b",
    }
    answer = browser.post(CREATE, fields)
    assert answer.status_code == 303, text(answer)
    made = mine(account)
    assert made
    assert made.default_version
    assert json.loads(made.default_version.document)["Statement"] == [
        {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
        },
    ]


def test_a_text_that_cannot_be_read_is_told_instead_of_cards(browser: Client) -> None:
    page = create(browser, '{"Statement": [', tab="visual")
    assert "cannot be shown as cards" in text(page)
    assert page.context["form"]["document"].value() == '{"Statement": ['
    assert "cannot be read yet" in text(page)


def test_every_example_can_be_saved_as_it_is(browser: Client) -> None:
    page = create(browser, GOOD, tab="examples")
    for example in page.context["editor"].examples:
        chosen = press(browser, CREATE, page, example=example.key)
        assert chosen.context["editor"].tab == "json"
        assert chosen.context["form"]["document"].value() == example.document
        checked = create(browser, example.document, check="1")
        assert checked.context["form"].reviewed
        codes = {one.code for one in checked.context["form"].report.findings}
        assert codes <= {"PRIVATE_IP_ADDRESS"}, example.key  # addresses of no one, to be replaced


def test_the_summary_of_the_draft_stands_beside_it(browser: Client) -> None:
    page = create(browser, GOOD.replace("GetUser", "*"), check="1")
    assert "Full access" in text(page)


def test_format_indents_and_saves_nothing(
    browser: Client, policy: ManagedPolicy, account: Account
) -> None:
    shown = create(browser, GOOD, format="1")
    assert shown.status_code == 200
    assert shown.context["form"]["document"].value() == json.dumps(json.loads(GOOD), indent=2)
    assert mine(account) is None
    edited = submit(browser, EDIT, document=GOOD, format="1")
    assert "\n" in edited.context["form"]["document"].value()
    assert policy.versions.count() == 1


def test_format_says_where_the_text_is_no_json_and_leaves_it(browser: Client) -> None:
    shown = create(browser, '{"Version" "2012-10-17"}', format="1")
    assert shown.context["form"]["document"].value() == '{"Version" "2012-10-17"}'
    assert shown.context["form"].report.refusal.startswith("Line 1, column")
    checked = submit(browser, "/iam/check-policy", document=GOOD, format="1", kind="managed")
    assert "\n" in checked.context["form"]["document"].value()

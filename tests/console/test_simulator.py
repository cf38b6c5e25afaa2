"""The page of the policy simulator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, inputs, text
from tests.factories import (
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_user,
)

URL = "/iam/simulator"
READ = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}
FROM_HOME = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def run(browser: Client, **fields: str) -> Any:
    """Fill in the form and send it; the page that comes in the end."""
    asked = {"kind": "user", "name": "ben", "actions": "s3:GetObject", **fields}
    return browser.post(URL, {**hidden(browser.get(URL)), **asked}, follow=True)


def test_the_menu_leads_to_an_empty_form(browser: Client) -> None:
    assert f'href="{URL}"' in browser.get("/iam").content.decode()
    page = browser.get(URL)
    assert page.status_code == 200
    assert "Results" not in text(page)
    assert "problem" not in text(page)


def test_each_action_and_resource_has_a_row_with_its_reason(browser: Client, ben: User) -> None:
    make_policy(ben, "own", [READ, {**READ, "Effect": "Deny", "Resource": "arn:aws:s3:::b/x"}])
    arns = "arn:aws:s3:::b/k\narn:aws:s3:::b/x"
    rows = run(browser, actions="s3:GetObject s3:PutObject", resources=arns).context["rows"]
    shown = [(row.action, row.resource[-1], row.decision, row.statements) for row in rows]
    where = ("user_ben_own, line 1",)
    assert shown == [
        ("s3:GetObject", "k", "Allowed", where),
        ("s3:GetObject", "x", "Denied by a statement", where),
        ("s3:PutObject", "k", "Denied: nothing allows it", ()),
        ("s3:PutObject", "x", "Denied: nothing allows it", ()),
    ]


def test_the_address_of_a_result_can_be_kept(browser: Client, account: Account, ben: User) -> None:
    make_policy(make_group(account, "staff", ben), "shared", [READ])
    page = run(browser, resources="arn:aws:s3:::b/k")
    ((address, status),) = page.redirect_chain
    assert status == 302
    assert "csrf" not in address
    again = browser.get(address)
    assert again.context["rows"] == page.context["rows"]
    assert again.context["rows"][0].statements == ("group_staff_shared, line 1",)


def test_a_key_that_a_policy_asks_for_gets_a_field_that_says_it_is_needed(
    browser: Client, ben: User
) -> None:
    make_policy(ben, "own", [{**READ, "Resource": "*", "Condition": FROM_HOME}])
    page = run(browser)
    assert "Depends on aws:SourceIp." in text(page)
    assert "Needed: a policy asks for it. An address" in text(page)
    (field,) = [one for one in inputs(page) if one.get("name", "").startswith("context.")]
    page = run(browser, **{field["name"]: "192.0.2.7"})
    assert page.context["rows"][0].decision == "Allowed"
    assert field["name"] in [one.get("name") for one in inputs(page)]
    assert "Needed" not in text(page)
    wrong = run(browser, **{field["name"]: "home"})
    assert "expected IP address" in text(wrong)
    assert wrong.context["rows"] is None
    assert [one.get("value") for one in inputs(wrong) if one.get("name") == field["name"]] == [
        "home"
    ]


def test_a_pasted_policy_and_a_boundary_are_simulated(browser: Client) -> None:
    policy = make_document([{**READ, "Resource": "*"}])
    boundary = make_document([{**READ, "Action": "iam:*"}])
    page = run(browser, kind="policies", name="", policy=policy)
    assert page.context["rows"][0].statements == ("PolicyInputList.1, line 1",)
    bounded = run(browser, kind="policies", name="", policy=policy, boundary=boundary)
    assert "The permissions boundary does not allow it." in text(bounded)


def test_policies_too_long_for_an_address_are_simulated_without_one(browser: Client) -> None:
    policy = make_document([{**READ, "Resource": ["*"] * 2000}])
    page = run(browser, kind="policies", name="", policy=policy)
    assert page.redirect_chain == []
    assert page.context["rows"][0].decision == "Allowed"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "Enter the name of a user, a group or a role."),
        ({"name": "../ben"}, "Enter the name of a user, a group or a role."),
        ({"name": "nobody"}, "The user with name nobody cannot be found."),
        ({"actions": ""}, "Fill this in."),
        ({"actions": "GetObject"}, "missing a service name"),
        ({"actions": "s3:Get " * 101}, "Enter at most 100 actions."),
        ({"resources": "arn:aws:s3:::b " * 21}, "Enter at most 20 resources."),
        ({"resources": "bucket"}, "ResourceNames are not in a valid ARN format: bucket."),
        ({"kind": "policies"}, "Enter a policy, or choose whose policies to simulate."),
        ({"policy": "{"}, "PolicyInputList.1 is malformed"),
        ({"kind": "root"}, "not one of the choices"),
    ],
)
def test_what_cannot_be_simulated_is_said_on_the_form(
    browser: Client, ben: User, fields: dict[str, str], problem: str
) -> None:
    page = run(browser, **fields)
    assert page.status_code == 422
    assert problem in text(page)
    assert page.context["rows"] is None


def test_only_who_may_simulate_gets_results(signed_in: SignedIn, ana: User, ben: User) -> None:
    make_policy(ben, "own", [{**READ, "Action": "iam:SimulateCustomPolicy", "Resource": "*"}])
    browser = signed_in(ben)
    assert run(browser, name="ana").status_code == 403
    assert "iam:SimulatePrincipalPolicy" in text(run(browser, name="ana"))


# --- policies to include, actions to pick, and where the statements stand ------------------------


def test_the_policies_of_a_user_can_be_left_out_one_by_one(
    browser: Client, account: Account, ben: User
) -> None:
    make_policy(ben, "own", [READ])
    make_policy(make_group(account, "staff", ben), "shared", [READ])
    first = run(browser, resources="arn:aws:s3:::b/k")
    form = first.context["form"]
    assert [label for _key, label in form.fields["include"].choices] == [
        "own, inline",
        "shared, of the group staff",
    ]
    assert first.context["rows"][0].decision == "Allowed"
    kept = {"resources": "arn:aws:s3:::b/k", "asked_of": "user/ben"}
    one = run(browser, **kept, include="group/staff/shared")
    assert one.context["rows"][0].statements == ("group_staff_shared, line 1",)
    assert "PolicyExclusionList" not in text(one)
    none = run(browser, **kept)
    assert none.context["rows"][0].decision == "Denied: nothing allows it"
    other = run(browser, **{**kept, "asked_of": "user/ana"})
    assert other.context["rows"][0].decision == "Allowed"  # the boxes were those of another user


def test_a_boundary_is_left_out_by_itself(browser: Client, account: Account, ben: User) -> None:
    make_policy(ben, "own", [{**READ, "Resource": "*"}])
    ben.boundary = make_managed_policy(account, "Cap", [{**READ, "Action": "iam:*"}])
    ben.save()
    assert run(browser).context["rows"][0].decision == "Denied: nothing allows it"
    kept = run(browser, asked_of="user/ben", include="user/ben/own")
    assert kept.context["rows"][0].decision == "Allowed"


def test_a_matched_statement_leads_to_its_lines(browser: Client, ben: User) -> None:
    lines = json.dumps(json.loads(make_document([READ, {**READ, "Effect": "Deny"}])), indent=1)
    ben.policies.create(name="own", name_folded="own", document=lines)
    page = run(browser, resources="arn:aws:s3:::b/k")
    ((_words, anchor),) = page.context["rows"][0].links
    html = page.content.decode()
    assert anchor == "#policy-1-9"
    assert f'href="{anchor}"' in html
    assert 'id="policy-1-9" class="marked"' in html
    assert 'id="policy-1-4" class="marked"' not in html


def test_who_may_not_read_a_policy_sees_its_name_and_not_its_text(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    make_policy(ben, "own", [{**READ, "Sid": "Hidden"}])
    eve = signed_in(make_user(account, "eve", allow="iam:Simulate*"))
    page = run(eve, resources="arn:aws:s3:::b/k")
    assert page.context["rows"][0].links == (("user_ben_own, line 1", ""),)
    assert "Hidden" not in text(page)
    assert "include" not in page.context["form"].fields


def test_actions_are_picked_by_access_level_and_join_those_that_were_typed(
    browser: Client, ben: User
) -> None:
    shown = run(browser, service="iam", show="1")
    assert shown.status_code == 200
    assert shown.context["rows"] is None
    assert shown.context["form"]["actions"].value() == "s3:GetObject"
    assert "ListUsers" in text(shown)
    assert "Permissions" in text(shown)
    page = run(browser, service="iam", pick_list="iam:ListUsers", pick_write="iam:CreateUser")
    asked = [row.action for row in page.context["rows"]]
    assert asked == ["s3:GetObject", "iam:ListUsers", "iam:CreateUser"]
    assert "GetObject" in text(run(browser, service="s3", show="1"))


def test_a_guardrail_caps_pasted_policies(browser: Client, ben: User) -> None:
    policy = make_document([{**READ, "Resource": "*"}])
    scp = make_document([{**READ, "Action": "iam:*", "Resource": "*"}])
    page = run(browser, kind="policies", name="", policy=policy, scp=scp)
    assert page.context["rows"][0].decision == "Denied: nothing allows it"
    assert "The guardrail (SCP) does not allow it." in text(page)
    assert "pasted policies only" in text(run(browser, scp=scp))


def test_a_run_is_saved_run_again_with_what_is_there_now_and_forgotten(
    browser: Client, signed_in: SignedIn, root: User, ben: User
) -> None:
    page = run(browser, resources="arn:aws:s3:::b/k")
    asked = {"name": "Ben reads", "query": page.context["query"]}
    saved = browser.post(f"{URL}/saved", asked).headers["Location"]
    again = browser.get(saved)
    assert again.context["rows"][0].decision == "Denied: nothing allows it"
    assert "Ben reads" in text(again)
    make_policy(ben, "own", [READ])
    assert browser.get(saved).context["rows"][0].decision == "Allowed"
    others = signed_in(root)
    assert others.get(saved).status_code == 404
    assert "Ben reads" not in text(others.get(URL))
    number = saved.rpartition("=")[2]
    assert others.post(f"{URL}/saved", {"forget": number}).status_code == 404
    browser.post(f"{URL}/saved", {"forget": number})
    assert browser.get(saved).status_code == 404


def test_a_policy_too_long_for_an_address_can_be_saved(browser: Client) -> None:
    policy = make_document([{**READ, "Resource": [f"arn:aws:s3:::b/{n}" for n in range(400)]}])
    page = run(browser, kind="policies", name="", policy=policy, resources="arn:aws:s3:::b/399")
    asked = {"name": "Long", "query": page.context["query"]}
    saved = browser.post(f"{URL}/saved", asked).headers["Location"]
    assert browser.get(saved).context["rows"][0].decision == "Allowed"
    browser.post(f"{URL}/saved", {"name": " ", "query": "x"})
    assert len(browser.get(URL).context["saved"]) == 1

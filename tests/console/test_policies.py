"""Managed policies: the list, what one says, who has it, its versions, its tags, its end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity import managed_policies
from identity.models import Account, ManagedPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_role,
    make_user,
)

READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]
HERE = "/iam/policies/Readers"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def policy(account: Account) -> ManagedPolicy:
    return make_managed_policy(account, "Readers", READ)


@pytest.fixture
def second(policy: ManagedPolicy) -> ManagedPolicy:
    """The policy with v2 that denies, v1 being the default."""
    denies = [{"Effect": "Deny", "Action": "iam:Get*", "Resource": "*"}]
    policy.versions.create(number=2, document=make_document(denies))
    policy.newest = 2
    policy.save()
    return policy


def names(answer: Any) -> list[str]:
    return [row.policy.name for row in answer.context["rows"]]


def helper(account: Account, *allowed: str) -> User:
    """Somebody with these rights and no others."""
    return make_user(account, "helper", allow=list(allowed))


# --- the list --------------------------------------------------------------------------------


def test_ben_may_not_list_policies(signed_in: SignedIn, ben: User) -> None:
    answer = signed_in(ben).get("/iam/policies")
    assert answer.status_code == 403
    assert "iam:ListPolicies" in text(answer)


def test_the_list_shows_the_accounts_own_and_the_built_in_policies(
    browser: Client, policy: ManagedPolicy, cleo: User
) -> None:
    make_managed_policy(cleo.account, "Theirs", READ)
    found = names(browser.get("/iam/policies?size=100"))
    assert {"Readers", "AdministratorAccess"} <= set(found)
    assert "Theirs" not in found
    assert found == sorted(found, key=str.lower)


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("type=custom", "Readers", "AdministratorAccess"),
        ("type=built-in", "AdministratorAccess", "Readers"),
        ("type=job-function", "Billing", "AdministratorAccess"),
        ("use=attached", "Readers", "Unused"),
        ("use=unattached", "Unused", "Readers"),
        ("q=READ", "Readers", "Unused"),
        ("q=arn:aws:iam::aws:policy/Billing", "", "Readers"),
        ("type=nonsense&use=%00", "Readers", ""),
    ],
)
def test_filters_narrow_the_list(
    browser: Client, policy: ManagedPolicy, ben: User, query: str, there: str, gone: str
) -> None:
    make_managed_policy(ben.account, "Unused", READ)
    attach(ben, policy)
    found = names(browser.get(f"/iam/policies?size=100&{query}"))
    assert not there or there in found
    assert gone not in found


def test_pages_lead_forward_and_back_over_two_policies_of_one_name(
    browser: Client, account: Account
) -> None:
    make_managed_policy(account, "AdministratorAccess", READ)
    first = browser.get("/iam/policies?size=10")
    assert names(first)[:2] == ["AdministratorAccess", "AdministratorAccess"]
    kinds = [row.kind for row in first.context["rows"]][:2]
    assert kinds == ["Custom", "Built-in"]
    second = browser.get("/iam/policies" + first.context["page"].next_url)
    assert not set(names(first)) & set(names(second))
    back = browser.get("/iam/policies" + second.context["page"].previous_url)
    assert names(back) == names(first)


def test_a_description_that_may_not_be_read_is_not_shown(
    signed_in: SignedIn, account: Account
) -> None:
    words = text(signed_in(helper(account, "iam:ListPolicies")).get("/iam/policies"))
    assert "not shown, needs iam:GetPolicy" in words


# --- one policy ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    ["permissions", "attached", "attach", "versions", "versions/v1", "tags", "delete", "edit"],
)
def test_every_page_of_a_policy_costs_few_queries(
    browser: Client, policy: ManagedPolicy, account: Account, page: str
) -> None:
    for number in range(20):
        attach(make_user(account, f"user{number}"), policy)
    attach(make_group(account, "ops"), policy)
    attach(make_role(account, "Deploy"), policy)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(f"{HERE}/{page}").status_code == 200
    assert len(captured) <= 12, page


def test_the_summary_tells_levels_resources_and_conditions_denies_first(
    browser: Client, account: Account
) -> None:
    deny = {
        "Effect": "Deny",
        "Action": "iam:DeleteUser",
        "Resource": "arn:aws:iam::*:user/x",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    }
    make_managed_policy(account, "Mixed", [{**READ[0], "Action": ["iam:*", "iam:Gte*"]}, deny])
    words = text(browser.get("/iam/policies/Mixed/permissions"))
    assert words.index("Explicit deny") < words.index("Write limited")
    assert "aws:MultiFactorAuthPresent Bool false" in words
    assert words.index("Write limited") < words.index("Full access")
    assert "Not recognized" in words
    assert "iam:Gte*" in words


def test_another_spelling_goes_to_the_policys_own_address(
    browser: Client, policy: ManagedPolicy
) -> None:
    answer = browser.get("/iam/policies/READERS/versions?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{HERE}/versions?x=1")
    by_id = browser.get(f"/iam/policies/~{policy.unique_id}/permissions")
    assert by_id.status_code == 200
    assert browser.get(HERE).headers["Location"] == f"{HERE}/permissions"


@pytest.mark.parametrize("name", [".", "..", "create", "a=b,c@d"])
def test_a_policy_of_any_legal_name_has_its_pages(
    browser: Client, account: Account, name: str
) -> None:
    make_managed_policy(account, name, READ)
    (row,) = browser.get("/iam/policies?type=custom").context["rows"]
    assert browser.get(row.url).context["policy"].name == name


def test_no_page_of_another_accounts_policy_is_found(browser: Client, cleo: User) -> None:
    theirs = make_managed_policy(cleo.account, "Theirs", READ)
    for name in ("Theirs", f"~{theirs.unique_id}"):
        for page in ("permissions", "edit", "delete", "versions/v1", "attach"):
            assert browser.get(f"/iam/policies/{name}/{page}").status_code == 404


def test_who_may_not_read_it_does_not_learn_whether_it_is_there(
    signed_in: SignedIn, ben: User, policy: ManagedPolicy
) -> None:
    browser = signed_in(ben)
    there, missing = (browser.get(f"/iam/policies/{name}/versions") for name in ("Readers", "No"))
    assert (there.status_code, missing.status_code) == (403, 403)


def test_who_may_see_the_policy_but_no_version_sees_a_notice_and_no_text(
    signed_in: SignedIn, account: Account, policy: ManagedPolicy
) -> None:
    browser = signed_in(helper(account, "iam:GetPolicy"))
    words = text(browser.get(f"{HERE}/permissions"))
    assert "Needs iam:GetPolicyVersion" in words
    assert "iam:Get*" not in words
    for page in ("versions/v1", "versions/v1/json", "edit"):
        assert browser.get(f"{HERE}/{page}").status_code == 403


def test_a_built_in_policy_cannot_be_changed_here(browser: Client, db: None) -> None:
    managed_policies.load()
    at = "/iam/built-in-policies/ReadOnlyAccess"
    page = browser.get(f"{at}/permissions")
    assert "Edit" not in text(page)
    for end in ("edit", "delete", "tags"):
        assert browser.get(f"{at}/{end}").status_code == 404
        assert browser.get(f"/iam/policies/ReadOnlyAccess/{end}").status_code == 404


def test_a_document_is_downloaded_as_it_was_written(browser: Client, policy: ManagedPolicy) -> None:
    answer = browser.get(f"{HERE}/versions/v1/json")
    assert json.loads(answer.content) == json.loads(make_document(READ))
    assert answer.headers["Content-Type"] == "application/json"
    assert 'filename="Readers-v1.json"' in answer.headers["Content-Disposition"]


def test_what_stands_in_a_document_stays_text(browser: Client, account: Account) -> None:
    evil = "</code><script>alert(1)</script>"
    make_managed_policy(account, "Evil", [{**READ[0], "Resource": evil}])
    for page in ("permissions", "edit", "versions/v1"):
        html = browser.get(f"/iam/policies/Evil/{page}").content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


# --- who has it ------------------------------------------------------------------------------


def test_those_who_have_it_are_listed_by_use(
    browser: Client, account: Account, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    attach(make_group(account, "ops"), policy)
    bounded = make_user(account, "bounded")
    bounded.boundary = policy
    bounded.save()
    attached = text(browser.get(f"{HERE}/attached"))
    assert "ben User" in attached
    assert "ops User group" in attached
    assert "bounded" not in attached
    assert "bounded User" in text(browser.get(f"{HERE}/attached?as=boundary"))


def test_it_is_attached_to_all_who_were_chosen_or_to_nobody(
    browser: Client, account: Account, policy: ManagedPolicy, ben: User
) -> None:
    url = f"{HERE}/attach?kind=user"
    refused = submit(browser, url, name=["ben", "nobody"])
    assert refused.status_code == 422
    assert not ben.attachments.exists()
    assert refused.context["chosen"] == ["ben", "nobody"]
    assert submit(browser, url, name=["ben", "ana"]).status_code == 303
    assert ben.attachments.get().policy == policy
    assert "Readers was attached to 2: ben, ana." in text(browser.get(f"{HERE}/attached"))


@pytest.mark.parametrize("kind", ["group", "role"])
def test_it_is_attached_to_groups_and_roles(
    browser: Client, account: Account, policy: ManagedPolicy, kind: str
) -> None:
    holder = (make_group if kind == "group" else make_role)(account, "ops")
    assert submit(browser, f"{HERE}/attach?kind={kind}", name="ops").status_code == 303
    assert holder.attachments.get().policy == policy


def test_detaching_works_at_once_and_can_be_undone(
    browser: Client, policy: ManagedPolicy, ben: User
) -> None:
    attach(ben, policy)
    change = "/iam/users/ben/policies/attachment"
    fields = {"arn": policy.arn, "back": "policy"}
    answer = browser.post(change, {**fields, "state": "detached"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HERE}/attached")
    assert not ben.attachments.exists()
    assert "Undo" in text(browser.get(f"{HERE}/attached"))
    browser.post(change, {**fields, "state": "attached"})
    assert ben.attachments.exists()


def test_choosing_nobody_is_an_error_with_words(browser: Client, policy: ManagedPolicy) -> None:
    answer = submit(browser, f"{HERE}/attach")
    assert answer.status_code == 422
    assert "Choose at least one." in text(answer)


# --- versions --------------------------------------------------------------------------------


def test_a_version_is_compared_put_in_force_taken_back_and_deleted(
    browser: Client, second: ManagedPolicy
) -> None:
    words = text(browser.get(f"{HERE}/versions/v2"))
    assert 'removed: "Effect": "Allow"' in words
    assert 'added: "Effect": "Deny"' in words
    assert browser.post(f"{HERE}/versions/v2/make-default").status_code == 303
    second.refresh_from_db()
    assert str(second.default_version) == "v2"
    assert "v2 of Readers decides now. Undo" in text(browser.get(f"{HERE}/versions"))
    browser.post(f"{HERE}/versions/v1/make-default")
    assert submit(browser, f"{HERE}/versions/v2/delete").status_code == 303
    assert second.versions.count() == 1


def test_the_default_version_cannot_be_deleted(browser: Client, second: ManagedPolicy) -> None:
    answer = submit(browser, f"{HERE}/versions/v1/delete")
    assert answer.status_code == 422
    assert second.versions.count() == 2


@pytest.mark.parametrize("version", ["v9", "1", "v01", "v١", "v" + "9" * 400, "x"])
def test_a_version_that_is_not_there_is_404(
    browser: Client, policy: ManagedPolicy, version: str
) -> None:
    assert browser.get(f"{HERE}/versions/{version}").status_code == 404


# --- tags and the end ------------------------------------------------------------------------


def test_tags_are_saved_with_keys_told_apart_by_case(
    browser: Client, policy: ManagedPolicy
) -> None:
    fields = {"key_1": "team", "value_1": "red", "key_2": "Team", "value_2": "blue"}
    assert submit(browser, f"{HERE}/tags", **fields).status_code == 303
    policy.refresh_from_db()
    assert {tag["Key"]: tag["Value"] for tag in policy.tags} == {"team": "red", "Team": "blue"}


def test_a_policy_that_nobody_has_goes_with_its_versions(
    browser: Client, second: ManagedPolicy
) -> None:
    assert submit(browser, f"{HERE}/delete", confirm="Reader").status_code == 422
    answer = submit(browser, f"{HERE}/delete", confirm="readers")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/iam/policies")
    assert not ManagedPolicy.objects.filter(pk=second.pk).exists()


def test_a_policy_in_use_is_not_deleted(browser: Client, policy: ManagedPolicy, ben: User) -> None:
    fields = hidden(browser.get(f"{HERE}/delete"))
    attach(ben, policy)
    assert "Detach it there first" in text(browser.get(f"{HERE}/delete"))
    assert browser.post(f"{HERE}/delete", {**fields, "confirm": "Readers"}).status_code == 422
    assert ManagedPolicy.objects.filter(pk=policy.pk).exists()


def test_the_columns_of_the_list_are_chosen_and_cost_a_query_each(
    browser: Client, account: Account
) -> None:
    careless = {"Effect": "Allow", "Action": "iam:GetUsr", "Resource": "*"}
    make_managed_policy(account, "Careless", [careless])
    with CaptureQueriesContext(connection) as before:
        assert "Nothing found" not in text(browser.get("/iam/policies?type=custom"))
    chosen = ["arn", "versions", "findings", "created", "changed"]
    submit(browser, "/preferences/tables/policies", columns=chosen)
    browser.get("/iam/policies")  # with the message that they were saved
    with CaptureQueriesContext(connection) as after:
        words = text(browser.get("/iam/policies?type=custom"))
    assert "policy/Careless" in words
    assert "Errors 1" in words
    assert "Description" not in words.partition("Policy name")[2]
    assert len(after) <= min(12, len(before) + 3)

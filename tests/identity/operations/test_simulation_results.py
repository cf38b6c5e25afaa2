"""The results of the policy simulator: statements, resources, organizations and pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.callers import Caller
from identity.calls import Call
from identity.gateway import perform
from identity.models import User

# --- policies passed in ---------------------------------------------------------------------------
from tests.bounded import processor_seconds
from tests.factories import (
    make_document,
)
from tests.identity.operations.simulating import (
    ALLOW_ALL,
    BUCKET,
    DENY_ALL,
    allow,
)
from tests.refusals import refused


def test_without_any_policy_nothing_is_allowed(simulate: Any) -> None:
    result = simulate()
    assert (result["EvalDecision"], result["MatchedStatements"]) == ("implicitDeny", [])


@pytest.mark.parametrize(
    ("member", "place"),
    [
        ("PolicyInputList", "PolicyInputList.1"),
        ("PermissionsBoundaryPolicyInputList", "PermissionsBoundaryPolicyInputList.1"),
    ],
)
def test_a_malformed_policy_is_refused_and_named(
    iam: Any, ana: User, member: str, place: str
) -> None:
    broken = '{"Version": "2012-10-17", "Statement": [{"Effect": "allow"}]}'
    message = (
        f"{place} is malformed: Syntax errors in policy. "
        '(line 1, column 52: expected "Allow" or "Deny", found "allow")'
    )
    params = {"PolicyInputList": [], "ActionNames": ["s3:Get"], member: [broken]}
    with refused("InvalidInput", message, 400):
        iam(ana).simulate_custom_policy(**params)


def test_positions_are_those_of_the_statements_in_the_text(iam: Any, ana: User) -> None:
    text = json.dumps(json.loads(make_document([DENY_ALL, allow("s3:*"), ALLOW_ALL])), indent=2)
    text = text.replace('"Deny"', '"Allow"', 1)
    found = iam(ana).simulate_custom_policy(PolicyInputList=[text], ActionNames=["s3:GetObject"])
    lines = text.split("\n")
    shown = []
    for one in found["EvaluationResults"][0]["MatchedStatements"]:
        (start, column), (end, after) = (
            (one[name]["Line"], one[name]["Column"]) for name in ("StartPosition", "EndPosition")
        )
        cut = [*lines[start - 1 : end - 1], lines[end - 1][: after - 1]]
        cut[0] = cut[0][column - 1 :]
        shown.append(json.loads("\n".join(cut)))
    assert shown == json.loads(text)["Statement"]


def test_a_stored_policy_that_cannot_be_read_denies_here_as_it_does_in_earnest(
    simulate: Any, ben: User
) -> None:
    ben.policies.create(name="broken", document="{")
    result = simulate(ALLOW_ALL, source=ben)
    assert result["EvalDecision"] == "explicitDeny"
    assert result["MatchedStatements"] == [
        {"SourcePolicyId": "user_ben_broken", "SourcePolicyType": "IAM Policy"}
    ]


def scp(*statements: Any) -> dict[str, Any]:
    return {"ServiceControlPolicyInputList": [make_document(list(statements))]}


@pytest.mark.parametrize(
    ("levels", "decision", "allowed"),
    [
        ([scp(ALLOW_ALL)] * 7, "allowed", True),
        ([scp(ALLOW_ALL), scp(allow("iam:*"))], "implicitDeny", False),
        ([scp(ALLOW_ALL), scp(ALLOW_ALL, DENY_ALL)], "explicitDeny", False),
    ],
)
def test_every_level_of_the_organization_has_to_allow(
    simulate: Any, levels: list[Any], decision: str, allowed: bool
) -> None:
    result = simulate(ALLOW_ALL, OrderedOrganizationPolicyInputList=levels)
    assert result["EvalDecision"] == decision
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": allowed}
    assert bool(result["MatchedStatements"]) is allowed


def test_a_level_without_policies_and_an_eighth_level_are_refused(simulate: Any) -> None:
    empty: dict[str, Any] = {"ServiceControlPolicyInputList": []}
    with refused("InvalidInput"):
        simulate(ALLOW_ALL, OrderedOrganizationPolicyInputList=[scp(ALLOW_ALL), empty])
    with refused("ValidationError"):
        simulate(ALLOW_ALL, OrderedOrganizationPolicyInputList=[scp(ALLOW_ALL)] * 8)


# --- actions, resources and pages -----------------------------------------------------------------


def test_actions_are_taken_as_they_are_in_their_order_and_as_often(iam: Any, ana: User) -> None:
    actions = ["s3:GetObject", "no:SuchThing", "S3:getobject", "s3:GetObject", "s3:*"]
    document = make_document([allow("s3:Get*", "no:*")])
    found = iam(ana).simulate_custom_policy(PolicyInputList=[document], ActionNames=actions)
    shown = [(one["EvalActionName"], one["EvalDecision"]) for one in found["EvaluationResults"]]
    assert [name for name, _ in shown] == actions
    assert [decision for _, decision in shown] == ["allowed"] * 4 + ["implicitDeny"]


def test_an_action_without_a_service_is_refused(simulate: Any) -> None:
    with refused("InvalidInput", status=400):
        simulate(ALLOW_ALL, action="GetObject")


def test_each_resource_has_its_own_result_when_any_is_named(simulate: Any) -> None:
    statements = allow("s3:*", on="arn:aws:s3:::a"), {**DENY_ALL, "Resource": "arn:aws:s3:::b"}
    arns = [f"arn:aws:s3:::{name}" for name in "abca"]
    result = simulate(*statements, ResourceArns=arns)
    specific = result["ResourceSpecificResults"]
    assert [one["EvalResourceName"] for one in specific] == arns
    assert [one["EvalResourceDecision"] for one in specific] == [
        *("allowed", "explicitDeny", "implicitDeny", "allowed")
    ]
    assert result["EvalDecision"] == "explicitDeny"
    assert result["MatchedStatements"] == specific[1]["MatchedStatements"]
    assert "EvalDecisionDetails" not in result
    single = simulate(*statements, ResourceArns=arns[:1])
    assert single["EvalResourceName"] == arns[0]
    assert len(single["ResourceSpecificResults"]) == 1
    everything = simulate(*statements)
    assert everything["EvalResourceName"] == "*"
    assert "ResourceSpecificResults" not in everything


def test_several_resources_go_by_the_template_of_their_type(simulate: Any) -> None:
    arns = [f"arn:aws:iam::111122223333:user/{name}" for name in ("a", "b")]
    names = [
        simulate(ALLOW_ALL, action=action, ResourceArns=arns)["EvalResourceName"]
        for action in ("iam:GetUser", "iam:GetAccountSummary", "no:SuchThing")
    ]
    assert names == ["arn:${Partition}:iam::${Account}:user/${UserNameWithPath}", "*", "*"]


@pytest.mark.parametrize("arn", ["b", "arn:aws:s3", "b:arn:aws:s3:::b", " *"])
def test_a_resource_is_an_arn_or_a_star(simulate: Any, arn: str) -> None:
    message = f"ResourceNames are not in a valid ARN format: {arn}."
    with refused("InvalidInput", message, 400):
        simulate(ALLOW_ALL, ResourceArns=["*", arn])


def test_pages_count_actions_and_not_resources(iam: Any, ana: User) -> None:
    client = iam(ana)
    params: dict[str, Any] = {
        "PolicyInputList": [make_document([ALLOW_ALL])],
        "ActionNames": [f"s3:A{number}" for number in range(5)],
        "ResourceArns": [BUCKET, f"{BUCKET}2"],
    }
    first = client.simulate_custom_policy(**params, MaxItems=2)
    assert [one["EvalActionName"] for one in first["EvaluationResults"]] == ["s3:A0", "s3:A1"]
    assert first["IsTruncated"] is True
    pages = client.get_paginator("simulate_custom_policy").paginate(
        **params, PaginationConfig={"PageSize": 2}
    )
    found = [one for page in pages for one in page["EvaluationResults"]]
    assert [one["EvalActionName"] for one in found] == params["ActionNames"]
    assert all(len(one["ResourceSpecificResults"]) == 2 for one in found)
    with refused("ValidationError"):
        client.simulate_custom_policy(**{**params, "ResourceArns": ["*"]}, Marker=first["Marker"])


def custom(ana: User, **params: Any) -> Any:
    """Through the one door, without the wire."""
    return perform(Call(Caller(ana), "iam", "SimulateCustomPolicy", params))


def test_a_simulation_at_its_limits_ends_in_bounded_time(ana: User) -> None:
    documents = [
        make_document(
            [
                allow("iam:Get*", "s3:*", on=f"arn:aws:s3:::b{number}/${{aws:username}}/*"),
                allow("s3:*", Condition={"StringLike": {"aws:PrincipalTag/t": f"*{number}"}}),
                {**DENY_ALL, "Resource": "arn:aws:s3:::x"},
            ]
        )
        for number in range(10)
    ]
    with processor_seconds(30):
        found = custom(
            ana,
            PolicyInputList=documents,
            ActionNames=[f"s3:Action{number}" for number in range(128)],
            ResourceArns=[f"arn:aws:s3:::b{number}/k" for number in range(20)],
            MaxItems=1000,
        )
    assert len(found["EvaluationResults"]) == 128


def test_a_page_holds_fewer_results_when_each_costs_more(ana: User) -> None:
    statements = [allow("s3:*", on=f"arn:aws:s3:::bucket-{number}/*") for number in range(1200)]
    with processor_seconds(30):
        found = custom(
            ana,
            PolicyInputList=[make_document(statements)],
            ActionNames=["s3:GetObject"] * 600,
            ResourceArns=[f"arn:aws:s3:::b{number}/k" for number in range(20)],
            MaxItems=1000,
        )
    assert 1 <= len(found["EvaluationResults"]) < 600
    assert found["IsTruncated"] is True


def test_a_single_action_that_costs_too_much_is_refused(ana: User, iam: Any) -> None:
    with refused("InvalidInput"):
        iam(ana).simulate_custom_policy(
            PolicyInputList=[make_document([allow(*["s3:GetObject"] * 8000)])],
            ActionNames=["s3:GetObject"],
            ResourceArns=["arn:aws:s3:::b"] * 900,
        )

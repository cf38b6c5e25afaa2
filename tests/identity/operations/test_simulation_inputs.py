"""What the policy simulator is given: callers, resource policies, context entries, context keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.models import Account, User
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    trusting,
)
from tests.identity.operations.simulating import (
    ALLOW_ALL,
    BUCKET,
    DENY_ALL,
    ELSEWHERE,
    allow,
    entry,
    sources,
)
from tests.refusals import refused

# --- resource policies and callers ----------------------------------------------------------------

BEN_ELSEWHERE = f"arn:aws:iam::{ELSEWHERE}:user/ben"


def bucket_policy(principal: str, effect: str = "Allow") -> str:
    statement = {**ALLOW_ALL, "Effect": effect, "Resource": "arn:aws:s3:::b/*"}
    return make_document([{**statement, "Principal": {"AWS": principal}}])


def test_a_resource_policy_grants_to_the_caller(simulate: Any, ben: User) -> None:
    more = {"ResourceArns": [BUCKET], "ResourcePolicy": bucket_policy(ben.arn)}
    for result in (simulate(source=ben, **more), simulate(CallerArn=ben.arn, **more)):
        assert result["EvalDecision"] == "allowed"
        assert sources(result) == [("ResourcePolicy", "Resource Policy")]
    assert simulate(CallerArn=BEN_ELSEWHERE, **more)["EvalDecision"] == "implicitDeny"
    denying = {**more, "ResourcePolicy": bucket_policy("*", "Deny")}
    assert simulate(ALLOW_ALL, source=ben, **denying)["EvalDecision"] == "explicitDeny"


def test_a_resource_policy_needs_a_caller_and_resources_of_its_kind(
    simulate: Any, ben: User
) -> None:
    policy = bucket_policy(ben.arn)
    with refused("InvalidInput", "Invalid caller - Caller cannot be null or empty."):
        simulate(ALLOW_ALL, ResourceArns=[BUCKET], ResourcePolicy=policy)
    with refused("InvalidInput"):
        simulate(ALLOW_ALL, CallerArn=ben.arn, ResourcePolicy=policy)
    with refused("InvalidInput"):
        simulate(ALLOW_ALL, ResourceArns=[BUCKET], CallerArn=ben.arn, ResourcePolicy="{}")


def test_a_resource_policy_without_resources_is_the_trust_policy_of_a_role(
    simulate: Any, account: Account, ben: User
) -> None:
    role = make_role(account, "Ops")
    more = {"action": "sts:AssumeRole", "source": ben, "ResourceArns": [role.arn]}
    may = allow("sts:AssumeRole")
    for statements, trusted, decision in [
        ([may], account.root_arn, "allowed"),
        ([], account.root_arn, "implicitDeny"),
        ([], ben.arn, "allowed"),
        ([may], f"arn:aws:iam::{ELSEWHERE}:root", "implicitDeny"),
    ]:
        result = simulate(*statements, **more, ResourcePolicy=trusting(trusted))
        assert result["EvalDecision"] == decision, trusted
    far = {**more, "ResourceArns": [f"arn:aws:iam::{ELSEWHERE}:role/Ops"]}
    result = simulate(may, **far, ResourcePolicy=trusting(ben.arn))
    assert result["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert result["EvalDecision"] == "allowed"


def test_across_accounts_the_decision_of_each_kind_is_told(simulate: Any, account: Account) -> None:
    owner = f"arn:aws:iam::{account.id}:root"
    more = {"CallerArn": BEN_ELSEWHERE, "ResourceOwner": owner, "ResourceArns": [BUCKET]}
    both = simulate(ALLOW_ALL, **more, ResourcePolicy=bucket_policy(ELSEWHERE))
    assert both["EvalDecision"] == "allowed"
    details = {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert both["EvalDecisionDetails"] == details
    assert both["ResourceSpecificResults"][0]["EvalDecisionDetails"] == details
    one_sided = simulate(
        allow("iam:*"),
        **more,
        ResourcePolicy=bucket_policy(BEN_ELSEWHERE),
        PermissionsBoundaryPolicyInputList=[make_document([DENY_ALL])],
    )
    assert one_sided["EvalDecision"] == "explicitDeny"
    assert one_sided["EvalDecisionDetails"] == {
        "IAM Policy": "implicitDeny",
        "Resource Policy": "allowed",
        "Permissions Boundary Policy": "explicitDeny",
    }


@pytest.mark.parametrize(
    ("owner", "crosses"),
    [(ELSEWHERE, True), (f"arn:aws:iam::{ELSEWHERE}:root", True), (None, False)],
)
def test_the_owner_is_an_account_or_its_root(
    simulate: Any, ben: User, owner: str | None, crosses: bool
) -> None:
    more = {"ResourceOwner": owner} if owner else {}
    result = simulate(ALLOW_ALL, source=ben, ResourceArns=[BUCKET], **more)
    assert ("EvalDecisionDetails" in result) is crosses
    assert (result["EvalDecision"] == "implicitDeny") is crosses


@pytest.mark.parametrize("owner", ["1111", f"{ELSEWHERE}:root", f"arn:aws:iam::{ELSEWHERE}:user/b"])
def test_another_owner_is_refused(simulate: Any, owner: str) -> None:
    with refused("InvalidInput", "Invalid Resource Owner.", 400):
        simulate(ALLOW_ALL, ResourceOwner=owner)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:sts::{ELSEWHERE}:assumed-role/Ops/s",
        f"arn:aws:sts::{ELSEWHERE}:federated-user/ben",
        f"arn:aws:iam::{ELSEWHERE}:root",
        "ec2.amazonaws.com",
        "*",
    ],
)
def test_only_users_groups_and_roles_call(simulate: Any, arn: str) -> None:
    message = "Invalid caller - Caller must be an IAM user, role or group in this context."
    with refused("InvalidInput", message, 400):
        simulate(ALLOW_ALL, CallerArn=arn)


@pytest.mark.parametrize(
    ("caller", "key", "value"),
    [
        (None, "aws:userid", "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"),
        (BEN_ELSEWHERE, "aws:userid", BEN_ELSEWHERE),
        (BEN_ELSEWHERE, "aws:username", "ben"),
        (BEN_ELSEWHERE, "aws:PrincipalArn", BEN_ELSEWHERE),
        (BEN_ELSEWHERE, "aws:PrincipalAccount", ELSEWHERE),
        (f"arn:aws:iam::{ELSEWHERE}:role/x/Ops", "aws:PrincipalType", "AssumedRole"),
        (f"arn:aws:iam::{ELSEWHERE}:group/staff", "aws:PrincipalAccount", ELSEWHERE),
    ],
)
def test_the_context_says_who_calls(
    simulate: Any, caller: str | None, key: str, value: str
) -> None:
    only = allow("*", Condition={"StringEquals": {key: value}})
    more = {"CallerArn": caller} if caller else {}
    assert simulate(only, **more)["EvalDecision"] == "allowed"
    entries = [entry(key.upper(), "string", "other")]
    assert simulate(only, **more, ContextEntries=entries)["EvalDecision"] == "implicitDeny"


def test_another_caller_has_the_policies_of_the_source_and_a_name_of_its_own(
    simulate: Any, ben: User
) -> None:
    make_policy(ben, "own", [allow("*", on="arn:aws:s3:::${aws:username}/*")])
    arns = ["arn:aws:s3:::ben/k", "arn:aws:s3:::bob/k"]
    bob = f"arn:aws:iam::{ben.account_id}:user/bob"
    decisions = [
        [one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]]
        for result in (
            simulate(source=ben, ResourceArns=arns),
            simulate(source=ben, ResourceArns=arns, CallerArn=bob),
        )
    ]
    assert decisions == [["allowed", "implicitDeny"], ["implicitDeny", "allowed"]]


# --- context entries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "operator", "wanted", "value"),
    [
        ("string", "StringEquals", "a", "a"),
        ("numeric", "NumericLessThan", "10", "9.5"),
        ("boolean", "Bool", "true", "True"),
        ("ip", "IpAddress", "10.0.0.0/8", "10.1.1.1"),
        ("binary", "BinaryEquals", "YQ==", "YQ=="),
        ("date", "DateLessThan", "2026-01-01T00:00:00Z", "2025-06-01T00:00:00Z"),
    ],
)
def test_a_value_of_each_type_meets_its_operator(
    simulate: Any, kind: str, operator: str, wanted: str, value: str
) -> None:
    plain = allow("*", Condition={operator: {"aws:x": wanted}})
    several = allow("*", Condition={f"ForAnyValue:{operator}": {"aws:x": wanted}})
    one, many = entry("aws:x", kind, value), entry("aws:x", f"{kind}List", value, value)
    assert simulate(plain, ContextEntries=[one])["EvalDecision"] == "allowed"
    assert simulate(several, ContextEntries=[many])["EvalDecision"] == "allowed"
    assert simulate(plain, ContextEntries=[many])["EvalDecision"] == "implicitDeny"
    assert simulate(plain)["MissingContextValues"] == ["aws:x"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (entry("aws:x", "numeric", "ten"), "Invalid context value for key aws:x: expected numeric"),
        (entry("aws:x", "boolean", "yes"), "Invalid context value for key aws:x: expected true or"),
        (entry("aws:x", "ip", "10.0.0.0/8"), "Invalid context value for key aws:x: expected IP"),
        (entry("aws:x", "binary", "???"), "Invalid context value for key aws:x: expected base-64"),
        (entry("aws:x", "date", "soon"), "Invalid context value for key aws:x: expected DateTime"),
        (entry("aws:x", "ipList", "10.1.1.1", "x"), "Invalid context value for key aws:x"),
        (entry("aws:x", "string", "a", "b"), "Context key aws:x expected a single value, but"),
        (entry("aws:x", "stringList"), "Context values for context key aws:x cannot be null"),
        ({"ContextKeyName": "aws:x", "ContextKeyValues": ["a"]}, "Context key aws:x has invalid"),
        ({"ContextKeyType": "string", "ContextKeyValues": ["a"]}, "ContextKeyName cannot be null"),
    ],
)
def test_a_context_entry_that_cannot_be_honoured_is_refused(
    simulate: Any, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message) as caught:
        simulate(ALLOW_ALL, ContextEntries=[given])
    assert caught.value.response["Error"]["Code"] == "InvalidInput"


def test_a_key_is_given_once_whatever_its_case(simulate: Any) -> None:
    twice = [entry("aws:SourceIp", "ip", "10.1.1.1"), entry("AWS:sourceip", "ip", "10.1.1.1")]
    with refused("InvalidInput", "Duplicate context key: AWS:sourceip.", 400):
        simulate(ALLOW_ALL, ContextEntries=twice)


def test_an_unknown_type_is_no_type(simulate: Any) -> None:
    with refused("ValidationError"):
        simulate(ALLOW_ALL, ContextEntries=[entry("aws:x", "text", "a")])


# --- ResourceHandlingOption -----------------------------------------------------------------------

LAUNCH = [
    f"arn:aws:ec2:us-east-1::{kind}/x-1"
    for kind in ("instance", "image", "security-group", "network-interface", "volume")
]


def test_a_launch_is_simulated_with_all_resources_of_its_scenario(simulate: Any) -> None:
    more: dict[str, Any] = {"action": "ec2:RunInstances", "ResourceArns": LAUNCH}
    result = simulate(ALLOW_ALL, ResourceHandlingOption="EC2-VPC-EBS", **more)
    assert result["EvalDecision"] == "allowed"
    with refused("InvalidInput"):
        simulate(ALLOW_ALL, ResourceHandlingOption="EC2-VPC-EBS-Subnet", **more)


@pytest.mark.parametrize(
    ("option", "action"),
    [("EC2-VPC-EBS", "s3:GetObject"), ("Something", "ec2:RunInstances"), ("x", "s3:GetObject")],
)
def test_no_other_handling_is_accepted(simulate: Any, option: str, action: str) -> None:
    with refused("InvalidInput", status=400):
        simulate(ALLOW_ALL, action=action, ResourceArns=LAUNCH, ResourceHandlingOption=option)


# --- context keys ---------------------------------------------------------------------------------


def asking(key: str, *values: str) -> str:
    return make_document([allow("*", Condition={"StringLike": {key: list(values)}})])


def test_the_context_keys_of_texts_are_listed_document_by_document(iam: Any, ana: User) -> None:
    texts = [asking("aws:username", "${*}", "${aws:userid}"), asking("aws:username")]
    found = iam(ana).get_context_keys_for_custom_policy(PolicyInputList=texts)
    assert found["ContextKeyNames"] == ["aws:username", "*", "aws:userid", "aws:username"]
    with refused("InvalidInput"):
        iam(ana).get_context_keys_for_custom_policy(PolicyInputList=["{}"])


def test_the_context_keys_of_a_user_are_those_of_groups_and_boundary_too(
    iam: Any, ana: User, account: Account, ben: User
) -> None:
    group = make_group(account, "staff", ben)
    ben.policies.create(name="inline", document=asking("aws:own", "x"))
    group.policies.create(name="inline", document=asking("aws:shared", "x"))
    policy = make_managed_policy(
        account, "Managed", json.loads(asking("aws:managed", "x"))["Statement"]
    )
    attach(ben, policy)
    attach(group, policy)
    ben.boundary = policy
    ben.save()
    found = iam(ana).get_context_keys_for_principal_policy(
        PolicySourceArn=ben.arn, PolicyInputList=[asking("aws:more", "x")]
    )
    listed = found["ContextKeyNames"]
    assert sorted(listed) == ["aws:managed", "aws:managed", "aws:more", "aws:own", "aws:shared"]
    assert listed[-1] == "aws:more"

"""ListPoliciesGrantingServiceAccess."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import User
from tests.factories import attach, make_group, make_managed_policy, make_policy, make_role
from tests.refusals import refused


def allow(*actions: str, **more: Any) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]


def granting(client: Any, arn: str, *services: str) -> dict[str, list[Any]]:
    answer = client.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=list(services))
    assert answer["IsTruncated"] is False
    return {
        one["ServiceNamespace"]: one["Policies"] for one in answer["PoliciesGrantingServiceAccess"]
    }


def test_a_users_groups_grant_too_and_each_policy_says_whose_it_is(
    iam: Any, ana: User, ben: User
) -> None:
    make_policy(ben, "own", allow("s3:Get*"))
    group = make_group(ana.account, "devs", ben)
    make_policy(group, "shared", allow("S3:*", "sqs:SendMessage"))
    policy = make_managed_policy(ana.account, "p", allow("*"), path="/eng/")
    attach(group, policy)
    found = granting(iam(ana), ben.arn, "s3", "sqs", "ec2")
    managed = {"PolicyName": "p", "PolicyType": "MANAGED", "PolicyArn": policy.arn}
    inline = {"PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "devs"}
    shared = {"PolicyName": "shared", **inline}
    own = {
        "PolicyName": "own",
        "PolicyType": "INLINE",
        "EntityType": "USER",
        "EntityName": "ben",
    }

    def by_name(listed: list[Any]) -> list[Any]:
        return sorted(listed, key=lambda one: str(one["PolicyName"]))

    assert by_name(found["s3"]) == [own, managed, shared]
    assert by_name(found["sqs"]) == [managed, shared]
    assert found["ec2"] == [managed]
    assert by_name(granting(iam(ana), group.arn, "sqs")["sqs"]) == [managed, shared]


@pytest.mark.parametrize(
    ("statement", "grants"),
    [
        ({"Effect": "Allow", "Action": "s3:GetObject"}, True),
        ({"Effect": "Allow", "Action": "s3-outposts:*"}, False),
        ({"Effect": "Deny", "Action": "s3:*"}, False),
        ({"Effect": "Allow", "NotAction": "ec2:*"}, True),
        ({"Effect": "Allow", "NotAction": "S3:*"}, False),
        ({"Effect": "Allow", "NotAction": "s3:Delete*"}, True),
    ],
)
def test_a_policy_grants_a_service_of_which_it_allows_any_action(
    iam: Any, ana: User, statement: dict[str, str], grants: bool
) -> None:
    role = make_role(ana.account, "ci")
    make_policy(role, "p", [{**statement, "Resource": "*"}])
    assert bool(granting(iam(ana), role.arn, "s3")["s3"]) == grants


def test_a_boundary_grants_nothing(iam: Any, ana: User, ben: User) -> None:
    edge = make_managed_policy(ana.account, "edge", allow("*"))
    client = iam(ana)
    client.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=edge.arn)
    assert granting(client, ben.arn, "s3") == {"s3": []}


def test_who_is_not_there_cannot_be_found(iam: Any, ana: User) -> None:
    missing = f"arn:aws:iam::{ana.account_id}:role/absent"
    with refused("NoSuchEntity", "The role with name absent cannot be found.", 404):
        granting(iam(ana), missing, "s3")
    with refused("InvalidInput", status=400):
        granting(iam(ana), f"arn:aws:iam::{ana.account_id}:policy/p", "s3")


@pytest.mark.parametrize("services", [[], ["a b"], ["a" * 65], ["s3"] * 201])
def test_services_outside_the_model_are_refused(iam: Any, ana: User, services: list[str]) -> None:
    with refused("ValidationError", status=400):
        granting(iam(ana), ana.arn, *services)


def test_it_is_asked_on_the_entity(iam: Any, ana: User, ben: User) -> None:
    client = iam(ben)
    with refused("AccessDenied", status=403):
        granting(client, ana.arn, "s3")
    action = "iam:ListPoliciesGrantingServiceAccess"
    make_policy(ben, "p", [{"Effect": "Allow", "Action": action, "Resource": ana.arn}])
    granting(client, ana.arn, "s3")
    with refused("AccessDenied", status=403):
        granting(client, ben.arn, "s3")

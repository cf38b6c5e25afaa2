"""Permissions boundaries of users and roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from identity.models import ManagedPolicy, PolicyUsage, Role, User
from tests.factories import (
    ADMINISTRATOR,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}]


@pytest.fixture
def edge(ana: User) -> ManagedPolicy:
    """Caps at reading."""
    return make_managed_policy(ana.account, "edge", READ)


def uses(policy: ManagedPolicy) -> int:
    return sum(PolicyUsage.objects.filter(policy=policy).values_list("boundary_count", flat=True))


def shown(policy: ManagedPolicy) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy.arn}


def test_a_boundary_caps_what_an_identity_policy_allows(
    iam: Any, ana: User, ben: User, edge: ManagedPolicy
) -> None:
    make_policy(ben, "all", ADMINISTRATOR)
    admin, client = iam(ana), iam(ben)
    client.create_user(UserName="li")
    admin.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=edge.arn)
    client.get_user()
    capped = (
        f"User: {ben.arn} is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{ana.account_id}:user/mo because no permissions boundary allows the "
        "iam:CreateUser action"
    )
    with refused("AccessDenied", capped, 403):
        client.create_user(UserName="mo")
    admin.delete_user_permissions_boundary(UserName="ben")
    client.create_user(UserName="mo")


def test_a_boundary_grants_nothing(iam: Any, ana: User, ben: User, edge: ManagedPolicy) -> None:
    iam(ana).put_user_permissions_boundary(UserName="ben", PermissionsBoundary=edge.arn)
    with refused("AccessDenied", status=403):
        iam(ben).get_user()


def test_the_default_version_of_a_boundary_is_in_force_at_once(
    iam: Any, ana: User, ben: User, edge: ManagedPolicy
) -> None:
    make_policy(ben, "all", ADMINISTRATOR)
    admin, client = iam(ana), iam(ben)
    admin.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=edge.arn)
    deny = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
    admin.create_policy_version(PolicyArn=edge.arn, PolicyDocument=deny, SetAsDefault=True)
    with refused("AccessDenied", status=403):
        client.get_user()


@pytest.mark.parametrize("kind", ["user", "role"])
def test_one_boundary_replaces_another_and_is_counted_once(
    iam: Any, ana: User, edge: ManagedPolicy, kind: str
) -> None:
    (make_user if kind == "user" else make_role)(ana.account, "dev")
    other = make_managed_policy(ana.account, "other", READ)
    client, holder = iam(ana), {f"{kind.title()}Name": "dev"}
    put = getattr(client, f"put_{kind}_permissions_boundary")
    delete = getattr(client, f"delete_{kind}_permissions_boundary")

    def boundary() -> Any:
        found = getattr(client, f"get_{kind}")(**holder)[kind.title()]
        return found.get("PermissionsBoundary")

    for policy, counts in ((edge, (1, 0)), (edge, (1, 0)), (other, (0, 1)), (edge, (1, 0))):
        put(**holder, PermissionsBoundary=policy.arn)
        assert boundary() == shown(policy)
        assert (uses(edge), uses(other)) == counts
    delete(**holder)
    assert boundary() is None
    assert uses(edge) == 0
    none = f"The {kind} with name dev has no permissions boundary."
    with refused("NoSuchEntity", none, 404):
        delete(**holder)


def test_a_new_user_may_be_made_with_a_boundary(iam: Any, ana: User, edge: ManagedPolicy) -> None:
    client = iam(ana)
    made = client.create_user(UserName="li", PermissionsBoundary=edge.arn)["User"]
    assert made["PermissionsBoundary"] == shown(edge)
    found = client.get_user(UserName="li")["User"]
    assert found["PermissionsBoundary"] == shown(edge)
    assert uses(edge) == 1
    assert all("PermissionsBoundary" not in user for user in client.list_users()["Users"])
    with refused("DeleteConflict"):
        client.delete_policy(PolicyArn=edge.arn)
    client.delete_user(UserName="li")
    assert uses(edge) == 0
    client.delete_policy(PolicyArn=edge.arn)


def test_a_shipped_policy_may_be_a_boundary(iam: Any, ana: User, ben: User) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam(ana).put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    ben.refresh_from_db()
    assert ben.boundary
    assert ben.boundary.arn == arn


@pytest.mark.parametrize("verb", ["create_user", "put_user", "put_role"])
def test_what_the_account_does_not_see_is_no_boundary(
    iam: Any, ana: User, cleo: User, verb: str
) -> None:
    make_user(ana.account, "dev")
    make_role(ana.account, "dev")
    theirs = make_managed_policy(cleo.account, "theirs", READ)
    client = iam(ana)
    calls: dict[str, Callable[[str], Any]] = {
        "create_user": lambda arn: client.create_user(UserName="li", PermissionsBoundary=arn),
        "put_user": lambda arn: client.put_user_permissions_boundary(
            UserName="dev", PermissionsBoundary=arn
        ),
        "put_role": lambda arn: client.put_role_permissions_boundary(
            RoleName="dev", PermissionsBoundary=arn
        ),
    }
    call = calls[verb]
    for arn in (theirs.arn, f"arn:aws:iam::{ana.account_id}:policy/absent"):
        message = f"Scope ARN: {arn} does not exist or is not attachable."
        with refused("NoSuchEntity", message, 404):
            call(arn)
    with refused("InvalidInput", status=400):
        call("arn:aws:iam::aws:user/of-nobody")
    with refused("ValidationError", status=400):
        call("short")
    assert not User.objects.named("li").exists()
    assert not User.objects.filter(boundary__isnull=False).exists()
    assert not Role.objects.filter(boundary__isnull=False).exists()


def test_only_its_service_changes_a_service_linked_role(
    iam: Any, ana: User, edge: ManagedPolicy
) -> None:
    make_role(ana.account, "ItsRole", path="/aws-service-role/its.amazonaws.com/")
    client = iam(ana)
    with refused("UnmodifiableEntity", status=400):
        client.put_role_permissions_boundary(RoleName="ItsRole", PermissionsBoundary=edge.arn)
    with refused("UnmodifiableEntity", status=400):
        client.delete_role_permissions_boundary(RoleName="ItsRole")


@pytest.mark.parametrize("kind", ["user", "role"])
def test_a_holder_that_is_not_there_cannot_be_found(
    iam: Any, ana: User, edge: ManagedPolicy, kind: str
) -> None:
    client, holder = iam(ana), {f"{kind.title()}Name": "absent"}
    missing = f"The {kind} with name absent cannot be found."
    with refused("NoSuchEntity", missing, 404):
        getattr(client, f"put_{kind}_permissions_boundary")(**holder, PermissionsBoundary=edge.arn)
    with refused("NoSuchEntity", missing, 404):
        getattr(client, f"delete_{kind}_permissions_boundary")(**holder)

"""Instance profiles, as boto3 sees them, and iam:PassRole, without which none gets a role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity import quotas
from identity.models import Account, InstanceProfile, Quota, Role, User
from tests.factories import make_policy, make_role, make_user, trusting
from tests.refusals import refused

NOT_FOUND = "Instance Profile {} cannot be found."
NO_ROLE = "The role with name {} cannot be found."
REFUSED = (
    "User: {} is not authorized to perform: {} on resource: {} "
    "because no identity-based policy allows the {} action"
)


def allowing(action: str, resource: str, **condition: Any) -> list[dict[str, Any]]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return [statement | ({"Condition": condition} if condition else {})]


def make_profile(account: Account, name: str, role: Role | None = None, path: str = "/") -> None:
    InstanceProfile.objects.create(account=account, name=name, role=role, path=path)
    account.count(instance_profile_count=1)


# --- create, get, list, delete ------------------------------------------------------------------


def test_a_new_profile_is_answered_in_full_and_found_by_any_spelling(iam: Any, ana: User) -> None:
    client = iam(ana)
    tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]
    made = client.create_instance_profile(InstanceProfileName="Web", Path="/eng/", Tags=tags)
    profile = made["InstanceProfile"]
    assert profile["Arn"] == f"arn:aws:iam::{ana.account_id}:instance-profile/eng/Web"
    assert re.fullmatch(r"AIPA[A-Z2-7]{17}", profile["InstanceProfileId"])
    assert (profile["Path"], profile["Roles"], profile["Tags"]) == ("/eng/", [], tags)
    found = client.get_instance_profile(InstanceProfileName="WEB")["InstanceProfile"]
    assert found == profile | {"Tags": [tags[1], tags[0]]}
    (listed,) = client.list_instance_profiles()["InstanceProfiles"]
    assert listed == {key: value for key, value in profile.items() if key != "Tags"}


def test_a_profile_without_tags_shows_none(iam: Any, ana: User) -> None:
    client = iam(ana)
    made = client.create_instance_profile(InstanceProfileName="web")
    assert "Tags" not in made["InstanceProfile"]
    client.get_waiter("instance_profile_exists").wait(InstanceProfileName="web")


@pytest.mark.parametrize("name", ["web", "WEB"])
def test_a_name_is_taken_whatever_its_case_and_path(iam: Any, ana: User, name: str) -> None:
    make_profile(ana.account, "web")
    with refused("EntityAlreadyExists", f"Instance Profile {name} already exists.", 409):
        iam(ana).create_instance_profile(InstanceProfileName=name, Path="/x/")


@pytest.mark.parametrize(
    "given",
    [
        {"InstanceProfileName": ""},
        {"InstanceProfileName": "a" * 129},
        {"InstanceProfileName": "a/b"},
        {"InstanceProfileName": "web", "Path": "x"},
        {"InstanceProfileName": "web", "Tags": [{"Key": "", "Value": ""}]},
        {},
    ],
)
def test_parameters_outside_the_model_are_refused(
    iam: Any, ana: User, given: dict[str, Any]
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_instance_profile(**given)


def test_the_account_holds_as_many_profiles_as_its_quota(iam: Any, ana: User) -> None:
    assert quotas.of(ana.account_id, "InstanceProfilesPerAccount") == 1000
    Quota.objects.create(name="InstanceProfilesPerAccount", value=1)
    client = iam(ana)
    client.create_instance_profile(InstanceProfileName="web")
    message = "Cannot exceed quota for InstanceProfilesPerAccount: 1"
    with refused("LimitExceeded", message, 409):
        client.create_instance_profile(InstanceProfileName="db")
    summary = client.get_account_summary()["SummaryMap"]
    assert (summary["InstanceProfiles"], summary["InstanceProfilesQuota"]) == (1, 1)
    client.delete_instance_profile(InstanceProfileName="WEB")
    client.create_instance_profile(InstanceProfileName="db")


def test_profiles_are_listed_under_a_path_in_pages_with_their_roles(
    iam: Any, ana: User, cleo: User
) -> None:
    role = make_role(ana.account, "runner", trust=trusting(ana.unique_id))
    for name, path in (("a", "/eng/"), ("B", "/eng/x/"), ("c", "/eng/"), ("d", "/")):
        make_profile(ana.account, name, role, path)
    make_profile(cleo.account, "theirs", path="/eng/")
    paginator = iam(ana).get_paginator("list_instance_profiles")
    pages = list(paginator.paginate(PathPrefix="/eng", PaginationConfig={"PageSize": 2}))
    found = [profile for page in pages for profile in page["InstanceProfiles"]]
    assert [profile["InstanceProfileName"] for profile in found] == ["a", "B", "c"]
    trust = found[0]["Roles"][0]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"AWS": ana.arn}


def test_a_long_list_takes_no_more_queries_than_a_short_one(iam: Any, ana: User) -> None:
    for number in range(10):
        role = make_role(ana.account, f"role{number}", trust=trusting(ana.unique_id))
        make_profile(ana.account, f"profile{number}", role)
    client = iam(ana)
    client.list_instance_profiles(MaxItems=1)
    with CaptureQueriesContext(connection) as queries:
        assert len(client.list_instance_profiles()["InstanceProfiles"]) == 10
    assert len(queries) == 4  # the key, the policies, the page, who is trusted


def test_the_profiles_of_a_role_are_listed_alone(iam: Any, ana: User, cleo: User) -> None:
    role = make_role(ana.account, "runner")
    make_profile(ana.account, "web", role)
    make_profile(ana.account, "empty")
    client = iam(ana)
    (found,) = client.list_instance_profiles_for_role(RoleName="RUNNER")["InstanceProfiles"]
    assert found["InstanceProfileName"] == "web"
    assert found["Roles"][0]["RoleName"] == "runner"
    make_role(ana.account, "other")
    assert client.list_instance_profiles_for_role(RoleName="other")["InstanceProfiles"] == []
    make_role(cleo.account, "theirs")
    with refused("NoSuchEntity", NO_ROLE.format("theirs"), 404):
        client.list_instance_profiles_for_role(RoleName="theirs")


def test_a_profile_with_a_role_is_not_deleted(iam: Any, ana: User) -> None:
    make_profile(ana.account, "web", make_role(ana.account, "runner"))
    client = iam(ana)
    message = "Cannot delete entity, must remove roles from instance profile first."
    with refused("DeleteConflict", message, 409):
        client.delete_instance_profile(InstanceProfileName="web")
    client.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="runner")
    client.delete_instance_profile(InstanceProfileName="web")
    assert not InstanceProfile.objects.exists()
    assert Account.objects.get(pk=ana.account_id).instance_profile_count == 0


@pytest.mark.parametrize("verb", ["get_instance_profile", "delete_instance_profile"])
def test_a_profile_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str
) -> None:
    make_profile(cleo.account, "theirs")
    for name in ("theirs", "nothing"):
        with refused("NoSuchEntity", NOT_FOUND.format(name), 404):
            getattr(iam(ana), verb)(InstanceProfileName=name)


# --- the role in it -----------------------------------------------------------------------------


def test_a_profile_holds_one_role_at_most(iam: Any, ana: User) -> None:
    client = iam(ana)
    make_profile(ana.account, "web")
    make_role(ana.account, "runner", path="/ci/")
    make_role(ana.account, "other")
    client.add_role_to_instance_profile(InstanceProfileName="WEB", RoleName="RUNNER")
    (role,) = client.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Roles"]
    assert role["Arn"].endswith(":role/ci/runner")
    assert not {"Tags", "RoleLastUsed", "PermissionsBoundary"} & role.keys()
    message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    for name in ("other", "runner"):
        with refused("LimitExceeded", message, 409):
            client.add_role_to_instance_profile(InstanceProfileName="web", RoleName=name)


def test_only_the_role_that_is_in_it_can_be_removed(iam: Any, ana: User) -> None:
    client = iam(ana)
    make_profile(ana.account, "web", make_role(ana.account, "runner"))
    make_role(ana.account, "other")
    with refused("NoSuchEntity", NO_ROLE.format("other"), 404):
        client.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="other")
    client.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="runner")
    with refused("NoSuchEntity", NO_ROLE.format("runner"), 404):
        client.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="runner")


@pytest.mark.parametrize(
    "verb", ["add_role_to_instance_profile", "remove_role_from_instance_profile"]
)
def test_profile_and_role_must_be_there_in_this_account(
    iam: Any, ana: User, cleo: User, verb: str
) -> None:
    make_profile(ana.account, "web")
    make_profile(cleo.account, "theirs")
    make_role(ana.account, "runner")
    make_role(cleo.account, "stranger")
    change = getattr(iam(ana), verb)
    with refused("NoSuchEntity", NOT_FOUND.format("theirs"), 404):
        change(InstanceProfileName="theirs", RoleName="runner")
    for name in ("stranger", "nothing"):
        with refused("NoSuchEntity", NO_ROLE.format(name), 404):
            change(InstanceProfileName="web", RoleName=name)


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "action", "resource", "params"),
    [
        (
            "create_instance_profile",
            "CreateInstanceProfile",
            "instance-profile/new/it",
            {"InstanceProfileName": "it", "Path": "/new/"},
        ),
        (
            "get_instance_profile",
            "GetInstanceProfile",
            "instance-profile/eng/web",
            {"InstanceProfileName": "WEB"},
        ),
        (
            "list_instance_profiles",
            "ListInstanceProfiles",
            "instance-profile/eng/",
            {"PathPrefix": "/eng/"},
        ),
        (
            "list_instance_profiles_for_role",
            "ListInstanceProfilesForRole",
            "role/ci/runner",
            {"RoleName": "runner"},
        ),
        (
            "delete_instance_profile",
            "DeleteInstanceProfile",
            "instance-profile/eng/empty",
            {"InstanceProfileName": "empty"},
        ),
        (
            "remove_role_from_instance_profile",
            "RemoveRoleFromInstanceProfile",
            "instance-profile/eng/web",
            {"InstanceProfileName": "web", "RoleName": "runner"},
        ),
    ],
)
def test_each_action_is_asked_on_the_arn_with_its_path(
    iam: Any, account: Account, ben: User, verb: str, action: str, resource: str, params: Any
) -> None:
    make_profile(account, "web", make_role(account, "runner", path="/ci/"), "/eng/")
    make_profile(account, "empty", path="/eng/")
    arn, action = f"arn:aws:iam::{account.id}:{resource}", f"iam:{action}"
    with refused("AccessDenied", REFUSED.format(ben.arn, action, arn, action), 403):
        getattr(iam(ben), verb)(**params)
    only = make_user(account, "only", allow=allowing(action, arn))
    getattr(iam(only), verb)(**params)


def test_tags_at_creation_need_a_permission_of_their_own(iam: Any, account: Account) -> None:
    dev = make_user(account, "dev", allow=["iam:CreateInstanceProfile"])
    arn = f"arn:aws:iam::{account.id}:instance-profile/eng/web"
    given = {"InstanceProfileName": "web", "Path": "/eng/", "Tags": [{"Key": "a", "Value": ""}]}
    action = "iam:TagInstanceProfile"
    with refused("AccessDenied", REFUSED.format(dev.arn, action, arn, action), 403):
        iam(dev).create_instance_profile(**given)
    make_policy(dev, "tag", allowing(action, arn))
    iam(dev).create_instance_profile(**given)


@pytest.fixture
def add(iam: Any, account: Account) -> Any:
    """`add(user)`: put the role /ci/runner into the profile /eng/web."""
    make_profile(account, "web", path="/eng/")
    make_role(account, "runner", path="/ci/")
    return lambda user, role="runner": iam(user).add_role_to_instance_profile(
        InstanceProfileName="web", RoleName=role
    )


def test_a_role_is_put_in_by_who_may_change_the_profile_and_pass_the_role(
    add: Any, account: Account
) -> None:
    profile = f"arn:aws:iam::{account.id}:instance-profile/eng/web"
    role = f"arn:aws:iam::{account.id}:role/ci/runner"
    action = "iam:AddRoleToInstanceProfile"
    passer = make_user(account, "passer", allow=allowing("iam:PassRole", role))
    with refused("AccessDenied", REFUSED.format(passer.arn, action, profile, action), 403):
        add(passer)
    adder = make_user(account, "adder", allow=allowing(action, profile))
    message = REFUSED.format(adder.arn, "iam:PassRole", role, "iam:PassRole")
    with refused("AccessDenied", message, 403):
        add(adder)
    assert InstanceProfile.objects.get().role is None
    make_policy(adder, "pass", allowing("iam:PassRole", role))
    add(adder)


@pytest.mark.parametrize(
    ("resource", "condition", "may"),
    [
        ("*:role/ci/*", {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, True),
        ("*", {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, False),
        ("*", {"StringLike": {"iam:AssociatedResourceArn": "*"}}, False),
        ("*:role/runner", {}, False),
        ("*:instance-profile/*", {}, False),
    ],
)
def test_passing_may_be_tied_to_the_role_and_to_the_service(
    add: Any, account: Account, resource: str, condition: dict[str, Any], may: bool
) -> None:
    dev = make_user(account, "dev", allow=["iam:AddRoleToInstanceProfile"])
    make_policy(dev, "pass", allowing("iam:PassRole", resource, **condition))
    if may:
        add(dev)
    else:
        with refused("AccessDenied", status=403):
            add(dev)


def test_a_deny_of_passing_stops_an_administrator(add: Any, ana: User) -> None:
    make_policy(ana, "no", [{"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}])
    with refused("AccessDenied", status=403):
        add(ana)


def test_who_may_not_pass_does_not_learn_which_roles_exist(add: Any, account: Account) -> None:
    dev = make_user(account, "dev", allow=["iam:AddRoleToInstanceProfile"])
    for role in ("runner", "nothing"):
        with refused("AccessDenied", status=403):
            add(dev, role)

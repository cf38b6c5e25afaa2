"""Service-linked roles: made and deleted by actions of their own, changed by none."""

from __future__ import annotations

import re
from typing import Any

import pytest

from identity.models import Account, InstanceProfile, Role, User
from tests.factories import make_role, make_user
from tests.refusals import refused

SERVICE = "autoscaling.amazonaws.com"
NAME = "AWSServiceRoleForAutoScaling"
PATH = f"/aws-service-role/{SERVICE}/"
PROTECTED = (
    f"Cannot perform the operation on the protected role '{NAME}' - "
    "this role is only modifiable by AWS"
)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":\
"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'


def allowing(action: str, resource: str, **condition: Any) -> list[dict[str, Any]]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return [statement | ({"Condition": condition} if condition else {})]


@pytest.fixture
def linked(account: Account) -> Role:
    return make_role(account, NAME, path=PATH)


def test_the_role_has_the_services_name_path_and_trust(iam: Any, ana: User) -> None:
    client = iam(ana)
    made = client.create_service_linked_role(AWSServiceName=SERVICE, Description="scales")["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ana.account_id}:role{PATH}{NAME}"
    assert (made["RoleName"], made["Description"]) == (NAME, "scales")
    (statement,) = made["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": SERVICE}
    assert client.get_role(RoleName=NAME)["Role"]["RoleId"] == made["RoleId"]
    assert client.get_account_summary()["SummaryMap"]["Roles"] == 1


def test_a_second_role_of_a_service_needs_a_suffix(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.create_service_linked_role(AWSServiceName=SERVICE)
    message = (
        f"Service role name {NAME} has been taken in this account, please try a different suffix."
    )
    with refused("InvalidInput", message, 400):
        client.create_service_linked_role(AWSServiceName=SERVICE)
    made = client.create_service_linked_role(AWSServiceName=SERVICE, CustomSuffix="blue")
    assert made["Role"]["RoleName"] == f"{NAME}_blue"


@pytest.mark.parametrize(
    ("service", "suffix", "message"),
    [
        (
            "elasticbeanstalk.amazonaws.com",
            "blue",
            "Custom suffix is not allowed for elasticbeanstalk.amazonaws.com",
        ),
        ("nothing.amazonaws.com", None, None),
        ("AUTOSCALING.amazonaws.com", None, None),
        (SERVICE, "x" * 64, None),
    ],
)
def test_services_and_suffixes_without_a_name_are_refused(
    iam: Any, ana: User, service: str, suffix: str | None, message: str | None
) -> None:
    given = {"CustomSuffix": suffix} if suffix else {}
    with refused("InvalidInput", message, 400):
        iam(ana).create_service_linked_role(AWSServiceName=service, **given)
    assert not Role.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"AWSServiceName": ""},
        {"AWSServiceName": "a/b"},
        {"AWSServiceName": SERVICE, "CustomSuffix": "a/b"},
        {"AWSServiceName": SERVICE, "CustomSuffix": "a" * 65},
        {"AWSServiceName": SERVICE, "Description": "a" * 1001},
        {},
    ],
)
def test_parameters_outside_the_model_are_refused(
    iam: Any, ana: User, given: dict[str, str]
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_service_linked_role(**given)


@pytest.mark.parametrize(
    ("verb", "params"),
    [
        ("delete_role", {}),
        ("update_assume_role_policy", {"PolicyDocument": TRUST}),
        ("update_role", {"MaxSessionDuration": 7200}),
        ("add_role_to_instance_profile", {"InstanceProfileName": "web"}),
    ],
)
def test_what_makes_the_role_what_it_is_cannot_be_changed(
    iam: Any, root: User, linked: Role, verb: str, params: dict[str, Any]
) -> None:
    InstanceProfile.objects.create(account=root.account, name="web")
    with refused("UnmodifiableEntity", PROTECTED, 400):
        getattr(iam(root), verb)(RoleName=NAME, **params)


def test_description_and_tags_can_be_changed(iam: Any, ana: User, linked: Role) -> None:
    client = iam(ana)
    client.update_role(RoleName=NAME, Description="one")
    client.update_role_description(RoleName=NAME, Description="two")
    client.tag_role(RoleName=NAME, Tags=[{"Key": "a", "Value": "b"}])
    assert client.get_role(RoleName=NAME)["Role"]["Description"] == "two"


def test_deletion_is_a_task_that_has_succeeded(iam: Any, ana: User, linked: Role) -> None:
    client = iam(ana)
    task = client.delete_service_linked_role(RoleName=NAME.upper())["DeletionTaskId"]
    assert re.fullmatch(
        rf"task{PATH}{NAME}/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}", task
    )
    assert not Role.objects.exists()
    assert Account.objects.get(pk=ana.account_id).role_count == 0
    found = client.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert found["Status"] == "SUCCEEDED"


def test_other_roles_are_not_deleted_as_service_linked(iam: Any, ana: User, cleo: User) -> None:
    make_role(ana.account, "deploy")
    make_role(cleo.account, NAME, path=PATH)
    client = iam(ana)
    for name in ("deploy", NAME, "nothing"):
        with refused("NoSuchEntity", status=404):
            client.delete_service_linked_role(RoleName=name)
    assert Role.objects.count() == 2


def test_a_task_that_was_never_begun_is_not_there(
    iam: Any, ana: User, cleo: User, linked: Role
) -> None:
    client = iam(ana)
    task = client.delete_service_linked_role(RoleName=NAME)["DeletionTaskId"]
    for forged in (task.replace(NAME, f"{NAME}_b"), task[:-1] + ("0" if task[-1] != "0" else "1")):
        with refused("NoSuchEntity", status=404):
            client.get_service_linked_role_deletion_status(DeletionTaskId=forged)
    with refused("NoSuchEntity", status=404):
        iam(cleo).get_service_linked_role_deletion_status(DeletionTaskId=task)


@pytest.mark.parametrize(
    "task", ["x", "task", "task/", "task/a/b", f"task{PATH}{NAME}/", "task//*"]
)
def test_a_malformed_task_is_refused(iam: Any, ana: User, task: str) -> None:
    with refused("InvalidInput", status=400):
        iam(ana).get_service_linked_role_deletion_status(DeletionTaskId=task)


def test_each_action_is_asked_on_the_roles_arn(iam: Any, account: Account, ben: User) -> None:
    arn, nobody = f"arn:aws:iam::{account.id}:role{PATH}{NAME}", iam(ben)

    def only(action: str) -> Any:
        return iam(make_user(account, action, allow=allowing(f"iam:{action}", arn)))

    def denied(action: str, act: Any) -> None:
        message = (
            f"User: {ben.arn} is not authorized to perform: iam:{action} on resource: {arn} "
            f"because no identity-based policy allows the iam:{action} action"
        )
        with refused("AccessDenied", message, 403):
            act(nobody)

    denied(
        "CreateServiceLinkedRole", lambda it: it.create_service_linked_role(AWSServiceName=SERVICE)
    )
    only("CreateServiceLinkedRole").create_service_linked_role(AWSServiceName=SERVICE)
    denied("DeleteServiceLinkedRole", lambda it: it.delete_service_linked_role(RoleName=NAME))
    task = only("DeleteServiceLinkedRole").delete_service_linked_role(RoleName=NAME)
    status = {"DeletionTaskId": task["DeletionTaskId"]}
    action = "GetServiceLinkedRoleDeletionStatus"
    denied(action, lambda it: it.get_service_linked_role_deletion_status(**status))
    only(action).get_service_linked_role_deletion_status(**status)


def test_the_permission_may_be_tied_to_the_service(iam: Any, account: Account) -> None:
    key = {"StringEquals": {"iam:AWSServiceName": SERVICE}}
    dev = make_user(account, "dev", allow=allowing("iam:CreateServiceLinkedRole", "*", **key))
    with refused("AccessDenied", status=403):
        iam(dev).create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    iam(dev).create_service_linked_role(AWSServiceName=SERVICE)

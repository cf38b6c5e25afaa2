from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from botocore.loaders import Loader

from identity import catalogue as data
from identity.callers import Caller
from identity.calls import Call
from identity.catalogue import catalogue
from identity.models import User
from identity.operations import registry
from identity.policy.catalogue import AccessLevel, Service, ValueType, folded
from tests.credentials import Key

MODELS = {
    "iam": "iam",
    "sts": "sts",
    "organizations": "organizations",
    "sso": "sso-admin",
    "identitystore": "identitystore",
    "cognito-identity": "cognito-identity",
    "access-analyzer": "accessanalyzer",
    "account": "account",
    "signin": "signin",
    "cloudtrail": "cloudtrail",
}
DESCRIBED = [service for service in catalogue().services.values() if service.described]
FILE: dict[str, Any] = json.loads((data.DATA / "actions.json").read_text(encoding="utf-8"))
NAMES: dict[str, Any] = json.loads((data.DATA / "action_names.json").read_text(encoding="utf-8"))


def operations(service: str) -> set[str]:
    return set(Loader().load_service_model(MODELS[service], "service-2")["operations"])


def test_every_service_that_is_or_will_be_answered_is_described() -> None:
    assert {service.prefix for service in DESCRIBED} == set(MODELS)


@pytest.mark.parametrize("prefix", MODELS)
def test_the_actions_are_the_operations_and_the_listed_permissions(prefix: str) -> None:
    actions = {action.name for action in catalogue().services[prefix].actions.values()}
    permissions = set(FILE["services"][prefix]["permission_only"])
    assert actions == operations(prefix) | permissions
    assert not permissions & operations(prefix)


@pytest.mark.parametrize("service", DESCRIBED, ids=lambda service: service.prefix)
def test_what_an_action_names_exists(service: Service) -> None:
    known = catalogue()
    for action in service.actions.values():
        assert action.access_level in get_args(AccessLevel), action.name
        assert {name for name, _ in action.resource_types} <= set(service.resource_types)
        assert all(map(known.condition_key, action.condition_keys)), action.name
        assert all(map(known.action, action.dependent_actions)), action.name


@pytest.mark.parametrize("service", DESCRIBED, ids=lambda service: service.prefix)
def test_every_resource_type_is_of_use_and_an_arn(service: Service) -> None:
    for type_ in service.resource_types.values():
        assert type_.arn.startswith("arn:${Partition}:")
        assert type_.arn.count(":") >= 5
        assert all(map(catalogue().condition_key, type_.condition_keys)), type_.name


def test_every_condition_key_has_a_type_and_the_prefix_of_its_service() -> None:
    for service in DESCRIBED:
        for key in service.condition_keys.values():
            assert key.type in get_args(ValueType), key.name
    assert {key.type for key in catalogue().global_keys.values()} <= set(get_args(ValueType))


@pytest.mark.parametrize(
    ("name", "multivalued"),
    [
        ("aws:TagKeys", True),
        ("aws:PrincipalOrgPaths", True),
        ("aws:CalledVia", True),
        ("sts:TransitiveTagKeys", True),
        ("cognito-identity.amazonaws.com:amr", True),
        ("aws:PrincipalTag/team", False),
        ("aws:SourceIp", False),
        ("saml:sub", False),
    ],
)
def test_keys_with_several_values_are_told_from_those_with_one(
    name: str, multivalued: bool
) -> None:
    key = catalogue().condition_key(name)
    assert key
    assert key.multivalued is multivalued


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("aws:CurrentTime", "Date"),
        ("aws:MultiFactorAuthPresent", "Bool"),
        ("aws:MultiFactorAuthAge", "Numeric"),
        ("aws:SourceIp", "IPAddress"),
        ("aws:PrincipalArn", "ARN"),
        ("iam:PermissionsBoundary", "ARN"),
        ("sts:DurationSeconds", "Numeric"),
        ("sts:ExternalId", "String"),
    ],
)
def test_a_key_has_the_type_by_which_its_values_are_compared(name: str, type_: str) -> None:
    key = catalogue().condition_key(name)
    assert key
    assert key.type == type_


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("iam:GetUser", "Read"),
        ("iam:ListUsers", "List"),
        ("iam:CreateUser", "Write"),
        ("iam:PassRole", "Write"),
        ("iam:AttachUserPolicy", "Permissions management"),
        ("iam:UpdateAssumeRolePolicy", "Permissions management"),
        ("iam:TagUser", "Tagging"),
        ("sts:TagSession", "Tagging"),
        ("sts:AssumeRole", "Write"),
        ("organizations:AttachPolicy", "Write"),
        ("sso:AttachManagedPolicyToPermissionSet", "Permissions management"),
        ("signin:CreateOAuth2Token", "Read"),
        ("cloudtrail:LookupEvents", "Read"),
        ("access-analyzer:ValidatePolicy", "Read"),
        ("s3:GetObject", None),
    ],
)
def test_an_action_has_the_access_level_of_the_reference(name: str, level: str | None) -> None:
    action = catalogue().action(name)
    assert action
    assert action.access_level == level


CHANGING = ("Create", "Delete", "Put", "Update", "Attach", "Detach")


@pytest.mark.parametrize("service", DESCRIBED, ids=lambda service: service.prefix)
def test_no_list_or_describe_writes_and_no_create_or_delete_reads(service: Service) -> None:
    for action in service.actions.values():
        if action.name.startswith(("List", "Describe")):
            assert action.access_level in ("List", "Read"), action.name
        if action.name.startswith(CHANGING) and action.name != "CreateOAuth2Token":
            assert action.access_level in ("Write", "Permissions management"), action.name
        if action.name.startswith(("Tag", "Untag")):
            assert action.access_level == "Tagging", action.name


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("iam:AddUserToGroup", "group"),
        ("iam:ListGroupsForUser", "user"),
        ("iam:EnableMFADevice", "user"),
        ("iam:DeleteVirtualMFADevice", "mfa"),
        ("iam:AttachRolePolicy", "role"),
        ("iam:CreatePolicyVersion", "policy"),
        ("iam:AddRoleToInstanceProfile", "instance-profile"),
        ("iam:PassRole", "role"),
        ("sts:AssumeRole", "role"),
        ("sts:TagSession", "role"),
        ("sts:GetFederationToken", "federated-user"),
    ],
)
def test_an_action_is_about_the_resource_on_which_it_is_authorised(name: str, type_: str) -> None:
    action = catalogue().action(name)
    assert action
    assert type_ in dict(action.resource_types)


IAM = "arn:aws:iam::111122223333"
PARAMS = {
    "AWSServiceName": "autoscaling.amazonaws.com",
    "AccountAlias": "example",
    "Arn": f"{IAM}:user/ana",
    "DeletionTaskId": "task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForX/1",
    "GroupName": "admins",
    "InstanceProfileName": "web",
    "Name": "dex",
    "OpenIDConnectProviderArn": f"{IAM}:oidc-provider/login.example.com",
    "PolicyArn": f"{IAM}:policy/readers",
    "PolicyName": "readers",
    "PolicySourceArn": f"{IAM}:user/ana",
    "RoleArn": f"{IAM}:role/deployer",
    "RoleName": "deployer",
    "SAMLProviderArn": f"{IAM}:saml-provider/dex",
    "SerialNumber": f"{IAM}:mfa/phone",
    "ServerCertificateName": "web",
    "Url": "https://login.example.com",
    "UserName": "ana",
    "VirtualMFADeviceName": "phone",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(registry.TABLE), ids=":".join)
def test_an_answered_action_is_authorised_on_a_type_of_the_catalogue(
    name: tuple[str, str], ana: User, key: Callable[[User], Key]
) -> None:
    service = catalogue().services[name[0]]
    types = service.actions[folded(name[1])].resource_types
    call = Call(Caller(ana), *name, PARAMS | {"AccessKeyId": key(ana).id})
    arn = registry.TABLE[name].resource(call)
    # A list is about all that is under a path: about whatever comes after it.
    some_arn = f"{arn}any" if arn.endswith("/") else arn
    fits = any(service.resource_types[type_].fits(some_arn) for type_, _ in types)
    assert fits or (arn == "*" and not any(required for _, required in types)), arn


def test_every_other_service_has_names_of_actions_and_each_only_once() -> None:
    for prefix, names in NAMES["services"].items():
        assert names, prefix
        assert len({folded(name) for name in names}) == len(names), prefix
    assert not set(NAMES["services"]) & set(MODELS)


@pytest.mark.parametrize(
    "name",
    [
        "s3:ListBucket",
        "s3:ListAllMyBuckets",
        "s3:GetObjectVersion",
        "s3:PutObjectAcl",
        "lambda:InvokeFunction",
        "apigateway:GET",
        "execute-api:Invoke",
        "ec2:RunInstances",
        "dynamodb:PartiQLSelect",
        "kms:ReEncryptFrom",
        "sqs:SendMessage",
        "ssmmessages:OpenDataChannel",
        "aws-portal:ViewBilling",
        "sso-directory:SearchUsers",
        "rds-db:connect",
        "tag:GetResources",
    ],
)
def test_actions_that_are_no_operations_are_known(name: str) -> None:
    assert catalogue().action(name)


@pytest.mark.parametrize(
    "name", ["s3:ListBuckets", "s3:ListObjectsV2", "lambda:Invoke", "dynamodb:ExecuteStatement"]
)
def test_operations_that_are_no_actions_are_not(name: str) -> None:
    assert catalogue().action(name) is None


def test_the_data_name_their_sources() -> None:
    sources = [FILE["source"], *NAMES["sources"]]
    sources += [service["source"] for service in FILE["services"].values()]
    for source in sources:
        assert source["title"]
        assert source["url"].startswith("https://")


def test_the_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()

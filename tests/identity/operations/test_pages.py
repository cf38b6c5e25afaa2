"""boto3's paginators find everything once, page by page, in every list that has pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.model import StructureShape
from django.utils import timezone

from federation.models import OidcProvider, SamlProvider
from identity import arns
from identity.models import (
    Account,
    Group,
    InstanceProfile,
    Role,
    ServerCertificate,
    SigningCertificate,
    SSHPublicKey,
    User,
    VirtualMfaDevice,
)
from identity.operations.registry import TABLE
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_document,
    make_group,
    make_key,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)

TAGS = [{"Key": f"key{number}", "Value": "x"} for number in range(3)]

# What a quota, or the account's one alias, keeps from having three pages.
PAGES = {"ListAccessKeys": 2, "ListAccountAliases": 1, "ListSigningCertificates": 2}

_MODEL = boto3.client(
    "iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
)
PAGED = sorted(
    name for service, name in TABLE if service == "iam" and _MODEL.can_paginate(xform_name(name))
)


@pytest.fixture
def named(account: Account, root: User) -> dict[str, Any]:
    """Three of everything, and the first of each for members that name one."""
    users = [make_user(account, f"user{number}") for number in range(3)]
    roles = [make_role(account, f"role{number}") for number in range(3)]
    groups = [make_group(account, f"group{number}", *users) for number in range(3)]
    policies = [make_managed_policy(account, f"policy{n}", ADMINISTRATOR) for n in range(3)]
    for holder in (users[0], roles[0], groups[0]):
        for number, policy in enumerate(policies):
            attach(holder, policy)
            make_policy(holder, f"own{number}", ADMINISTRATOR)
    others: list[User | Role | Group] = [*users[1:], *roles[1:], *groups[1:]]
    for other in others:
        attach(other, policies[0])
    for number in (2, 3):
        policies[0].versions.create(number=number, document=make_document(ADMINISTRATOR))
    _tag(policies[0], roles[0])
    return _credentials(account, users[0]) | {
        "ActionNames": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "GroupName": "group0",
        "PolicyArn": policies[0].arn,
        "PolicyInputList": [make_document(ADMINISTRATOR)],
        "PolicySourceArn": users[0].arn,
        "RoleName": "role0",
        "UserName": "user0",
        **_profiles_and_providers(account, roles[0]),
    }


def _tag(*rows: Any) -> None:
    for row in rows:
        row.tags = TAGS
        row.save()


def _credentials(account: Account, user: User) -> dict[str, Any]:
    for number in range(2):
        make_key(user)
        SigningCertificate.objects.create(
            account=account, user=user, certificate_id=f"{number:032}", body="x"
        )
    for number in range(3):
        user.tags.create(key=f"key{number}", value="x")
        SSHPublicKey.objects.create(id=f"APKA{number:016}", user=user, body="x", fingerprint="0")
        serial = arns.mfa(account.id, f"phone{number}")
        VirtualMfaDevice.objects.create(
            account=account,
            user=user,
            name=f"phone{number}",
            serial_number=serial,
            sealed_seed=b"",
            enabled_at=timezone.now(),
            tags=TAGS,
        )
    return {"SerialNumber": serial}


def _profiles_and_providers(account: Account, role: Any) -> dict[str, Any]:
    for number in range(3):
        InstanceProfile.objects.create(
            account=account, name=f"profile{number}", role=role, tags=TAGS
        )
        ServerCertificate.objects.create(
            account=account,
            name=f"site{number}",
            body="x",
            sealed_private_key=b"",
            expires_at=timezone.now(),
            tags=TAGS,
        )
    SamlProvider.objects.create(
        account=account, name="Corp", metadata="<x/>", valid_until=timezone.now(), tags=TAGS
    )
    OidcProvider.objects.create(account=account, url="idp.example.com", tags=TAGS)
    return {
        "InstanceProfileName": "profile0",
        "OpenIDConnectProviderArn": arns.iam(account.id, "oidc-provider", "idp.example.com"),
        "SAMLProviderArn": arns.iam(account.id, "saml-provider", "Corp"),
        "ServerCertificateName": "site0",
    }


@pytest.mark.parametrize("action", PAGED)
def test_pages_of_one_find_what_a_single_page_has(
    action: str, iam: Callable[[User], Any], root: User, named: dict[str, Any]
) -> None:
    shape = TABLE["iam", action].model.input_shape
    assert isinstance(shape, StructureShape)
    wanted = {*shape.required_members, *({"UserName"} & {*shape.members})}
    paginator = iam(root).get_paginator(xform_name(action))
    pages = paginator.paginate(
        **{name: named[name] for name in wanted}, PaginationConfig={"PageSize": 1}
    )
    whole = paginator.paginate(**{name: named[name] for name in wanted})
    found = list(pages)
    assert len(found) >= PAGES.get(action, 3)
    assert all(page["IsTruncated"] for page in found[:-1])
    lists = [expression.expression for expression in paginator.result_keys]
    assert all(sum(len(page[name]) for name in lists) <= 1 for page in found)
    for name in lists:
        assert [row for page in found for row in page[name]] == whole.build_full_result()[name]

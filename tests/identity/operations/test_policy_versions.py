"""Versions of managed policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client
from identity.models import ManagedPolicy, User
from tests.factories import attach, make_document, make_managed_policy
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
LIST = [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}]
FULL = (
    "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
    "an existing version."
)


@pytest.fixture
def policy(ana: User) -> ManagedPolicy:
    return make_managed_policy(ana.account, "p", READ)


def add(client: Any, policy: ManagedPolicy, statements: Any = LIST, **more: Any) -> Any:
    return client.create_policy_version(
        PolicyArn=policy.arn, PolicyDocument=make_document(statements), **more
    )["PolicyVersion"]


def test_a_new_version_waits_until_it_is_made_the_default(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    client = iam(ana)
    made = add(client, policy)
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
    assert "Document" not in made
    assert client.get_policy(PolicyArn=policy.arn)["Policy"]["DefaultVersionId"] == "v1"
    assert add(client, policy, SetAsDefault=True)["IsDefaultVersion"]
    assert client.get_policy(PolicyArn=policy.arn)["Policy"]["DefaultVersionId"] == "v3"


def test_a_new_default_version_is_in_force_for_the_very_next_request(
    iam: Any, ana: User, ben: User, policy: ManagedPolicy
) -> None:
    attach(ben, policy)
    admin, client = iam(ana), iam(ben)
    client.get_user()
    add(admin, policy, SetAsDefault=True)
    with refused("AccessDenied", status=403):
        client.get_user()
    client.list_users()
    admin.set_default_policy_version(PolicyArn=policy.arn, VersionId="v1")
    client.get_user()
    with refused("AccessDenied", status=403):
        client.list_users()


def test_a_version_is_answered_as_it_was_written(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    document = json.dumps(json.loads(make_document(READ)), indent=3) + " "
    client = iam(ana)
    client.create_policy_version(PolicyArn=policy.arn, PolicyDocument=document)
    found = client.get_policy_version(PolicyArn=policy.arn, VersionId="v2")["PolicyVersion"]
    assert found["Document"] == json.loads(document)  # botocore decodes
    assert (found["VersionId"], found["IsDefaultVersion"]) == ("v2", False)
    raw: Any = Client(Caller(ana), Facts(), "iam")
    encoded = raw.get_policy_version(PolicyArn=policy.arn, VersionId="v2")["PolicyVersion"]
    assert encoded["Document"].startswith("%7B%0A%20%20%20%22Version%22")


def test_numbers_are_not_given_twice(iam: Any, ana: User, policy: ManagedPolicy) -> None:
    client = iam(ana)
    for _ in range(3):
        made = add(client, policy)
        client.delete_policy_version(PolicyArn=policy.arn, VersionId=made["VersionId"])
    assert add(client, policy)["VersionId"] == "v5"
    listed = client.list_policy_versions(PolicyArn=policy.arn)["Versions"]
    assert [one["VersionId"] for one in listed] == ["v5", "v1"]


def test_a_policy_has_five_versions_at_most(iam: Any, ana: User, policy: ManagedPolicy) -> None:
    client = iam(ana)
    for _ in range(4):
        add(client, policy)
    with refused("LimitExceeded", FULL, 409):
        add(client, policy, SetAsDefault=True)
    client.delete_policy_version(PolicyArn=policy.arn, VersionId="v3")
    assert add(client, policy)["VersionId"] == "v6"


def test_versions_are_listed_in_pages_without_their_documents(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    client = iam(ana)
    add(client, policy)
    pages = client.get_paginator("list_policy_versions").paginate(
        PolicyArn=policy.arn, PaginationConfig={"PageSize": 1}
    )
    listed = [one for page in pages for one in page["Versions"]]
    shown = [(one["VersionId"], one["IsDefaultVersion"]) for one in listed]
    assert shown == [("v2", False), ("v1", True)]
    assert all("Document" not in one for one in listed)


def test_the_default_version_cannot_be_deleted(iam: Any, ana: User, policy: ManagedPolicy) -> None:
    default = "Cannot delete the default version of a policy."
    with refused("DeleteConflict", default, 409):
        iam(ana).delete_policy_version(PolicyArn=policy.arn, VersionId="v1")


@pytest.mark.parametrize(
    "verb", ["get_policy_version", "delete_policy_version", "set_default_policy_version"]
)
@pytest.mark.parametrize("version", ["v2", "v99999999999999999999999", "v1.draft"])
def test_a_version_that_is_not_there_cannot_be_found(
    iam: Any, ana: User, policy: ManagedPolicy, verb: str, version: str
) -> None:
    missing = f"Policy {policy.arn} version {version} does not exist or is not attachable."
    with refused("NoSuchEntity", missing, 404):
        getattr(iam(ana), verb)(PolicyArn=policy.arn, VersionId=version)


@pytest.mark.parametrize("version", ["", "1", "v0", "V1", "v01", "v1 ", "v-1", "v١"])
def test_version_ids_outside_the_pattern_are_refused(
    iam: Any, ana: User, policy: ManagedPolicy, version: str
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).get_policy_version(PolicyArn=policy.arn, VersionId=version)


def test_versions_are_read_as_strictly_as_policies(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    client = iam(ana)
    with refused("MalformedPolicyDocument", "Syntax errors in policy.", 400):
        client.create_policy_version(PolicyArn=policy.arn, PolicyDocument="{}")
    large = [{**READ[0], "Resource": "arn:aws:s3:::" + "a" * 6144}]
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409):
        add(client, policy, large)
    assert policy.versions.count() == 1


def test_the_date_of_the_last_change_moves_with_the_versions(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    client = iam(ana)
    created = client.get_policy(PolicyArn=policy.arn)["Policy"]["CreateDate"]
    changes: list[Callable[[], Any]] = [
        lambda: add(client, policy),
        lambda: client.set_default_policy_version(PolicyArn=policy.arn, VersionId="v2"),
        lambda: client.delete_policy_version(PolicyArn=policy.arn, VersionId="v1"),
    ]
    for change in changes:
        before = ManagedPolicy.objects.get(pk=policy.pk).updated_at
        change()
        assert ManagedPolicy.objects.get(pk=policy.pk).updated_at > before
    assert client.get_policy(PolicyArn=policy.arn)["Policy"]["CreateDate"] == created

"""Access keys, as boto3 sees them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.models import AccessKey, Account, User
from tests.events import logged
from tests.factories import Key, make_key, make_user
from tests.refusals import refused
from tests.sdk_in_process import sdk

NO_KEY = "AKIAAAAAAAAAAAAAAAAA"
NOT_FOUND = "The Access Key with id {} cannot be found"


def test_a_new_key_is_answered_with_its_secret_once(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    key = client.create_access_key(UserName="BEN")["AccessKey"]
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    assert re.fullmatch(r"[A-Za-z0-9/+]{40}", key["SecretAccessKey"])
    assert (key["UserName"], key["Status"]) == ("ben", "Active")
    (listed,) = client.list_access_keys(UserName="ben")["AccessKeyMetadata"]
    assert listed == {name: key[name] for name in listed}
    assert "SecretAccessKey" not in listed


def test_a_new_key_signs_at_once_and_a_deleted_one_no_more(iam: Any, sts: Any, ana: User) -> None:
    client = iam(ana)
    made = client.create_access_key()["AccessKey"]
    own = sdk("sts", Key(made["AccessKeyId"], made["SecretAccessKey"]))
    assert own.get_caller_identity()["Arn"] == ana.arn
    client.delete_access_key(AccessKeyId=made["AccessKeyId"])
    with refused("InvalidClientTokenId", status=403):
        own.get_caller_identity()


def test_an_inactive_key_signs_no_more_until_it_is_active(iam: Any, ana: User, ben: User) -> None:
    client, key = iam(ana), make_key(ben)
    own = sdk("sts", key)
    client.update_access_key(UserName="ben", AccessKeyId=key.id, Status="Inactive")
    with refused("InvalidClientTokenId", status=403):
        own.get_caller_identity()
    client.update_access_key(UserName="ben", AccessKeyId=key.id, Status="Active")
    own.get_caller_identity()


def test_the_secret_is_neither_stored_nor_logged_in_the_clear(iam: Any, ana: User) -> None:
    secret = iam(ana).create_access_key()["AccessKey"]["SecretAccessKey"]
    event = logged().get(name="CreateAccessKey")
    assert secret not in str(event.describe())
    assert secret.encode() not in b"".join(
        bytes(key.sealed_secret) for key in ana.access_keys.all()
    )


def test_a_third_key_exceeds_the_quota_also_when_one_is_inactive(
    iam: Any, ana: User, ben: User
) -> None:
    client = iam(ana)
    make_key(ben, active=False)
    client.create_access_key(UserName="ben")
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409):
        client.create_access_key(UserName="ben")


def test_a_deleted_key_leaves_its_place(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    first = make_key(ben)
    make_key(ben)
    client.delete_access_key(UserName="ben", AccessKeyId=first.id)
    client.create_access_key(UserName="ben")
    assert ben.access_keys.count() == 2


def test_root_manages_its_own_keys_without_a_name(iam: Any, root: User) -> None:
    client = iam(root)
    key = client.create_access_key()["AccessKey"]
    assert "UserName" not in key
    assert len(client.list_access_keys()["AccessKeyMetadata"]) == 2
    client.update_access_key(AccessKeyId=key["AccessKeyId"], Status="Inactive")
    client.delete_access_key(AccessKeyId=key["AccessKeyId"])
    assert root.access_keys.count() == 1


def test_create_access_key_takes_a_fixed_number_of_queries(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    client.get_user()
    with CaptureQueriesContext(connection) as queries:
        client.create_access_key(UserName="ben")
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # The caller's key, the user, its policies; locked again, its slots, key, status (locked and
    # written) and event.
    assert len(statements) == 9


@pytest.mark.parametrize("status", ["Expired", "active", "", "Deleted"])
def test_a_key_becomes_active_or_inactive_and_nothing_else(
    iam: Any, ana: User, status: str
) -> None:
    code = "InvalidInput" if status == "Expired" else "ValidationError"
    key = make_key(ana)
    with refused(code, status=400):
        iam(ana).update_access_key(AccessKeyId=key.id, Status=status)
    assert AccessKey.objects.get(pk=key.id).active


def test_only_a_change_of_status_counts_as_rotation(iam: Any, ana: User, ben: User) -> None:
    client, key = iam(ana), make_key(ben)
    before = AccessKey.objects.get(pk=key.id).status_changed_at
    client.update_access_key(UserName="ben", AccessKeyId=key.id, Status="Active")
    assert AccessKey.objects.get(pk=key.id).status_changed_at == before
    client.update_access_key(UserName="ben", AccessKeyId=key.id, Status="Inactive")
    assert AccessKey.objects.get(pk=key.id).status_changed_at > before


@pytest.mark.parametrize("owner", ["cleo", "ben", "nobody"])
def test_a_key_of_somebody_else_is_not_there(
    iam: Any, ana: User, ben: User, cleo: User, owner: str
) -> None:
    key_id = {"cleo": make_key(cleo).id, "ben": make_key(ben).id, "nobody": NO_KEY}[owner]
    client = iam(ana)
    for user in ({}, {"UserName": "ana"}):
        with refused("NoSuchEntity", NOT_FOUND.format(key_id), 404):
            client.delete_access_key(AccessKeyId=key_id, **user)
        with refused("NoSuchEntity", NOT_FOUND.format(key_id), 404):
            client.update_access_key(AccessKeyId=key_id, Status="Inactive", **user)
    assert not AccessKey.objects.filter(active=False).exists()


@pytest.mark.parametrize("verb", ["create_access_key", "list_access_keys"])
def test_a_user_of_another_account_is_not_there(iam: Any, ana: User, cleo: User, verb: str) -> None:
    with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
        getattr(iam(ana), verb)(UserName="cleo")


def test_own_keys_can_be_managed_with_a_policy_on_oneself(iam: Any, account: Account) -> None:
    dev = make_user(
        account,
        "dev",
        allow=[
            {
                "Effect": "Allow",
                "Action": "iam:*AccessKey*",
                "Resource": "arn:aws:iam::*:user/${aws:username}",
            }
        ],
    )
    make_user(account, "ben")
    client = iam(dev)
    client.list_access_keys()
    client.create_access_key()
    with refused("AccessDenied", status=403):
        client.create_access_key(UserName="ben")


@pytest.mark.parametrize(
    "key_id", ["", "AKIA", "AKIA" + "x" * 125, "AKIA-AAAA-AAAA-AAAA", "é" * 20]
)
def test_malformed_key_ids_are_refused(iam: Any, ana: User, key_id: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).delete_access_key(AccessKeyId=key_id)


# --- GetAccessKeyLastUsed -----------------------------------------------------------------------


def test_a_key_that_was_never_used_says_so(iam: Any, ana: User, ben: User) -> None:
    used = iam(ana).get_access_key_last_used(AccessKeyId=make_key(ben).id)
    assert used["UserName"] == "ben"
    assert used["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}


def test_the_last_use_names_service_and_region(iam: Any, ana: User, ben: User) -> None:
    key = make_key(ben)
    sdk("sts", key, region="eu-central-1").get_caller_identity()
    used = iam(ana).get_access_key_last_used(AccessKeyId=key.id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-central-1")
    assert datetime.now(UTC) - used["LastUsedDate"] < timedelta(minutes=1)


def test_a_denied_call_counts_as_a_use_too(iam: Any, ana: User, ben: User) -> None:
    key = make_key(ben)
    with refused("AccessDenied"):
        sdk("iam", key).list_users()
    used = iam(ana).get_access_key_last_used(AccessKeyId=key.id)["AccessKeyLastUsed"]
    assert used["ServiceName"] == "iam"


def test_keys_of_others_and_unknown_keys_are_denied_alike(iam: Any, ana: User, cleo: User) -> None:
    client = iam(ana)
    for key_id in (make_key(cleo).id, NO_KEY):
        message = (
            f"User: {ana.arn} is not authorized to perform: iam:GetAccessKeyLastUsed "
            f"on resource: access key {key_id}"
        )
        with refused("AccessDenied", message, 403):
            client.get_access_key_last_used(AccessKeyId=key_id)


def test_last_use_is_a_permission_on_the_owner(iam: Any, account: Account, ben: User) -> None:
    statement = {"Effect": "Allow", "Action": "iam:GetAccessKeyLastUsed", "Resource": ben.arn}
    dev = make_user(account, "dev", allow=[statement])
    client = iam(dev)
    client.get_access_key_last_used(AccessKeyId=make_key(ben).id)
    with refused("AccessDenied", status=403):
        client.get_access_key_last_used(AccessKeyId=make_key(dev).id)


def test_the_last_use_of_a_key_of_root_names_nobody(iam: Any, root: User) -> None:
    used = iam(root).get_access_key_last_used(AccessKeyId=make_key(root).id)
    assert "UserName" not in used

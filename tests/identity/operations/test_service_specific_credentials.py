"""Service-specific credentials, as boto3 sees them."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest

from identity.models import ServiceSpecificCredential, User
from tests.events import logged
from tests.factories import make_user
from tests.refusals import refused

GIT = "codecommit.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"
NO_CREDENTIAL = "ACCAAAAAAAAAAAAAAAAAA"
NOT_FOUND = "No such credential {} exists"


def create(client: Any, user: str = "ben", service: str = GIT, **more: Any) -> Any:
    made = client.create_service_specific_credential(UserName=user, ServiceName=service, **more)
    return made["ServiceSpecificCredential"]


def listed(client: Any, **filters: Any) -> list[Any]:
    found = client.list_service_specific_credentials(**filters)["ServiceSpecificCredentials"]
    return list(found)


def test_a_password_is_shown_once(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    made = create(client)
    assert re.fullmatch(r"ACCA[A-Z2-7]{17}", made["ServiceSpecificCredentialId"])
    assert made["ServiceUserName"] == f"ben-at-{ben.account_id}"
    assert (made["UserName"], made["Status"], made["ServiceName"]) == ("ben", "Active", GIT)
    assert len(base64.b64decode(made["ServicePassword"], validate=True)) == 32
    (found,) = listed(client, UserName="ben")
    assert found == {name: value for name, value in made.items() if name != "ServicePassword"}


def test_an_api_key_holds_its_public_part_and_expires(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    made = create(client, service=BEDROCK, CredentialAgeDays=30)
    alias, secret = made["ServiceCredentialAlias"], made["ServiceCredentialSecret"]
    assert "ServicePassword" not in made
    assert "ServiceUserName" not in made
    assert secret.startswith("ABSK")
    assert base64.b64decode(secret[4:]).decode().startswith(f"{alias}:")
    assert made["ExpirationDate"] - made["CreateDate"] == timedelta(days=30)
    (found,) = listed(client, UserName="ben")
    assert found == {n: value for n, value in made.items() if n != "ServiceCredentialSecret"}


def test_an_expired_key_says_so_whatever_it_was_set_to(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    made = create(client, service=BEDROCK, CredentialAgeDays=1)
    row = ServiceSpecificCredential.objects.get()
    row.expires_at = row.created_at
    row.save()
    named = {"ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    for status in ("Inactive", "Active"):
        client.update_service_specific_credential(UserName="ben", Status=status, **named)
        assert listed(client, UserName="ben")[0]["Status"] == "Expired"


@pytest.mark.parametrize("service", [GIT, BEDROCK])
def test_only_a_hash_of_the_secret_is_stored_and_none_is_logged(
    iam: Any, ana: User, ben: User, service: str
) -> None:
    client = iam(ana)
    made = create(client, service=service)
    again = client.reset_service_specific_credential(
        UserName="ben", ServiceSpecificCredentialId=made["ServiceSpecificCredentialId"]
    )["ServiceSpecificCredential"]
    member = "ServicePassword" if service == GIT else "ServiceCredentialSecret"
    row = ServiceSpecificCredential.objects.get()
    assert row.secret_hash == hashlib.sha256(again[member].encode()).hexdigest()
    assert made[member] != again[member]
    told = "".join(str(event.describe()) for event in logged())
    assert "ResetServiceSpecificCredential" in told
    for secret in (made[member], again[member], row.secret_hash):
        assert secret not in told


def test_a_third_credential_for_a_service_exceeds_the_quota(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    names = [create(client)["ServiceUserName"] for _ in range(2)]
    assert names == [f"ben-at-{ben.account_id}", f"ben+1-at-{ben.account_id}"]
    message = "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"
    with refused("LimitExceeded", message, 409):
        create(client)
    create(client, service="cassandra.amazonaws.com")


def test_no_two_users_get_one_user_name(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    make_user(ana.account, "ben+1")
    names = [create(client, name)["ServiceUserName"] for name in ("ben+1", "ben", "ben")]
    suffix = f"-at-{ana.account_id}"
    assert names == [f"ben+1{suffix}", f"ben{suffix}", f"ben+2{suffix}"]


@pytest.mark.parametrize("service", ["s3.amazonaws.com", "codecommit", "x" * 500, ""])
def test_other_services_have_no_such_credentials(
    iam: Any, ana: User, ben: User, service: str
) -> None:
    client = iam(ana)
    with refused("NotSupportedService", status=404):
        create(client, service=service)
    with refused("NotSupportedService", status=404):
        client.list_service_specific_credentials(UserName="ben", ServiceName=service)


def test_a_service_is_known_in_any_case(iam: Any, ana: User, ben: User) -> None:
    assert create(iam(ana), service="CodeCommit.AmazonAWS.com")["ServiceName"] == GIT


@pytest.mark.parametrize("days", [0, -1, 36601])
def test_an_age_beyond_a_century_or_below_a_day_is_refused(
    iam: Any, ana: User, ben: User, days: int
) -> None:
    with refused("ValidationError", status=400):
        create(iam(ana), service=BEDROCK, CredentialAgeDays=days)


def test_the_longest_age_is_a_century(iam: Any, ana: User, ben: User) -> None:
    create(iam(ana), service=BEDROCK, CredentialAgeDays=36600)


def test_a_password_has_no_age(iam: Any, ana: User, ben: User) -> None:
    with refused("ValidationError", status=400):
        create(iam(ana), CredentialAgeDays=30)


def test_lists_are_of_one_user_or_of_all_and_of_a_service(
    iam: Any, ana: User, ben: User, cleo: User
) -> None:
    client = iam(ana)
    create(client)
    create(client, service=BEDROCK)
    create(client, "ana")
    create(iam(cleo), "cleo")
    assert {found["UserName"] for found in listed(client)} == {"ana"}
    assert len(listed(client, UserName="ben")) == 2
    assert len(listed(client, UserName="ben", ServiceName=BEDROCK)) == 1
    assert sorted(found["UserName"] for found in listed(client, AllUsers=True)) == [
        "ana",
        "ben",
        "ben",
    ]
    assert len(listed(client, AllUsers=True, ServiceName=GIT)) == 2
    with refused("ValidationError", status=400):
        client.list_service_specific_credentials(AllUsers=True, UserName="ben")


def test_the_list_of_all_comes_in_pages(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    for _ in range(2):
        create(client)
    first = client.list_service_specific_credentials(AllUsers=True, MaxItems=1)
    assert first["IsTruncated"]
    second = client.list_service_specific_credentials(
        AllUsers=True, MaxItems=1, Marker=first["Marker"]
    )
    assert not second["IsTruncated"]
    assert first["ServiceSpecificCredentials"] != second["ServiceSpecificCredentials"]


def test_the_list_of_all_needs_permission_on_all_users(iam: Any, ana: User, ben: User) -> None:
    own = {"Effect": "Allow", "Action": "iam:List*", "Resource": ben.arn}
    client = iam(make_user(ana.account, "dev", allow=[own]))
    client.list_service_specific_credentials(UserName="ben")
    with refused("AccessDenied", status=403):
        client.list_service_specific_credentials(AllUsers=True)


@pytest.mark.parametrize("status", ["Expired", "active", ""])
def test_a_credential_becomes_active_or_inactive_and_nothing_else(
    iam: Any, ana: User, ben: User, status: str
) -> None:
    client = iam(ana)
    named = {
        "UserName": "ben",
        "ServiceSpecificCredentialId": create(client)["ServiceSpecificCredentialId"],
    }
    code = "InvalidInput" if status == "Expired" else "ValidationError"
    with refused(code, status=400):
        client.update_service_specific_credential(Status=status, **named)
    client.update_service_specific_credential(Status="Inactive", **named)
    assert listed(client, UserName="ben")[0]["Status"] == "Inactive"


@pytest.mark.parametrize("owner", ["cleo", "ben", "nobody"])
def test_a_credential_of_somebody_else_is_not_there(
    iam: Any, ana: User, ben: User, cleo: User, owner: str
) -> None:
    client = iam(ana)
    made = {"ben": create(client), "cleo": create(iam(cleo), "cleo")}
    credential_id = NO_CREDENTIAL
    if owner in made:
        credential_id = made[owner]["ServiceSpecificCredentialId"]
    before = list(ServiceSpecificCredential.objects.order_by("id").values())
    for verb, more in (
        ("update_service_specific_credential", {"Status": "Inactive"}),
        ("reset_service_specific_credential", {}),
        ("delete_service_specific_credential", {}),
    ):
        for user in ({}, {"UserName": "ana"}):
            with refused("NoSuchEntity", NOT_FOUND.format(credential_id), 404):
                getattr(client, verb)(ServiceSpecificCredentialId=credential_id, **user, **more)
    assert list(ServiceSpecificCredential.objects.order_by("id").values()) == before


def test_a_user_of_another_account_is_not_there(iam: Any, ana: User, cleo: User) -> None:
    with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
        create(iam(ana), "cleo")


def test_root_has_no_such_credentials(iam: Any, root: User) -> None:
    with refused("ValidationError", status=400):
        iam(root).list_service_specific_credentials()


def test_a_deleted_credential_leaves_its_place(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    first = create(client)
    create(client)
    client.delete_service_specific_credential(
        UserName="ben", ServiceSpecificCredentialId=first["ServiceSpecificCredentialId"]
    )
    assert create(client)["ServiceUserName"] == first["ServiceUserName"]


def test_a_user_with_a_credential_is_not_deleted(iam: Any, ana: User, ben: User) -> None:
    create(iam(ana))
    message = "Cannot delete entity, must remove referenced objects first."
    with refused("DeleteConflict", message, 409):
        iam(ana).delete_user(UserName="ben")


def test_a_policy_can_limit_service_and_age(iam: Any, ana: User, ben: User) -> None:
    condition = {
        "StringEquals": {"iam:ServiceSpecificCredentialServiceName": BEDROCK},
        "NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "30"},
    }
    statement = {
        "Effect": "Allow",
        "Action": "iam:CreateServiceSpecificCredential",
        "Resource": "*",
        "Condition": condition,
    }
    client = iam(make_user(ana.account, "dev", allow=[statement]))
    create(client, service=BEDROCK.upper(), CredentialAgeDays=30)
    too_old: dict[str, Any] = {"CredentialAgeDays": 31}
    for service, age in ((BEDROCK, too_old), (BEDROCK, {}), (GIT, {})):
        with refused("AccessDenied", status=403):
            create(client, service=service, **age)


def test_a_policy_can_limit_whose_credentials_are_deleted_by_service(
    iam: Any, ana: User, ben: User
) -> None:
    made = {service: create(iam(ana), service=service) for service in (GIT, BEDROCK)}
    statement = {
        "Effect": "Allow",
        "Action": "iam:DeleteServiceSpecificCredential",
        "Resource": "*",
        "Condition": {"StringEquals": {"iam:ServiceSpecificCredentialServiceName": GIT}},
    }
    client = iam(make_user(ana.account, "dev", allow=[statement]))
    ids = {service: made[service]["ServiceSpecificCredentialId"] for service in made}
    with refused("AccessDenied", status=403):
        client.delete_service_specific_credential(
            UserName="ben", ServiceSpecificCredentialId=ids[BEDROCK]
        )
    client.delete_service_specific_credential(UserName="ben", ServiceSpecificCredentialId=ids[GIT])

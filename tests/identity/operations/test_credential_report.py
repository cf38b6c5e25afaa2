"""GenerateCredentialReport and GetCredentialReport."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity import credential_report
from identity.models import (
    AccessKey,
    Account,
    CredentialReport,
    LoginProfile,
    PasswordPolicy,
    SigningCertificate,
    User,
    VirtualMfaDevice,
)
from tests.factories import make_key, make_user
from tests.refusals import refused

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)
BORN = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)
NO_KEY = "false,N/A,N/A,N/A,N/A"
NO_CERTIFICATES = "false,N/A,false,N/A"


@pytest.fixture
def client(iam: Any, ana: User) -> Any:
    return iam(ana)


def report(client: Any) -> dict[str, Any]:
    client.generate_credential_report()
    found: dict[str, Any] = client.get_credential_report()
    return found


def lines(account: Account) -> list[str]:
    return credential_report.content(account).decode().split("\n")


def line(account: Account, name: str) -> str:
    (found,) = [one for one in lines(account) if one.startswith(f"{name},")]
    return found


@pytest.fixture
def later(account: Account) -> Callable[..., None]:
    """Let what the account has of a report have been made so long before."""

    def age(**ago: float) -> None:
        found = CredentialReport.objects.get(account=account)
        assert found.generated_at is not None
        found.generated_at -= timedelta(**ago)
        found.save()

    return age


# --- the states ----------------------------------------------------------------------------------


def test_the_first_call_starts_and_the_second_finds_it_complete(client: Any) -> None:
    first = client.generate_credential_report()
    assert first["State"] == "STARTED"
    assert first["Description"] == "No report exists. Starting a new report generation task"
    second = client.generate_credential_report()
    assert second["State"] == "COMPLETE"
    assert "Description" not in second


def test_a_report_comes_as_csv_with_its_time(client: Any, account: Account) -> None:
    found = report(client)
    assert found["ReportFormat"] == "text/csv"
    assert found["Content"] == credential_report.content(account)
    assert datetime.now(UTC) - found["GeneratedTime"] < timedelta(minutes=1)


def test_without_a_report_there_is_none_to_get(client: Any) -> None:
    with refused("ReportNotPresent", status=410):
        client.get_credential_report()


def test_a_report_is_reused_for_four_hours(
    client: Any, account: Account, later: Callable[..., None]
) -> None:
    before = report(client)["Content"]
    make_user(account, "new")
    later(hours=3, minutes=59)
    assert client.generate_credential_report()["State"] == "COMPLETE"
    assert client.get_credential_report()["Content"] == before


def test_after_four_hours_it_has_expired_and_is_made_anew(
    client: Any, account: Account, later: Callable[..., None]
) -> None:
    report(client)
    make_user(account, "new")
    later(hours=4)
    with refused("ReportExpired", status=410):
        client.get_credential_report()
    assert client.generate_credential_report()["State"] == "STARTED"
    assert b"\nnew," in client.get_credential_report()["Content"]


@pytest.mark.parametrize("had_one_before", [False, True])
def test_while_somebody_makes_it_it_is_in_progress(
    client: Any, account: Account, had_one_before: bool, later: Callable[..., None]
) -> None:
    if had_one_before:
        report(client)
        later(hours=5)
    found, _ = CredentialReport.objects.get_or_create(account=account)
    assert found.claim(datetime.now(UTC))
    assert client.generate_credential_report()["State"] == "INPROGRESS"
    with refused("ReportInProgress", status=404):
        client.get_credential_report()


def test_one_of_two_makes_it(account: Account) -> None:
    found = CredentialReport.objects.create(account=account)
    now = datetime.now(UTC)
    assert [found.claim(now), found.claim(now)] == [True, False]


def test_who_died_over_it_does_not_block_the_next(client: Any, account: Account) -> None:
    found = CredentialReport.objects.create(account=account)
    found.claim(datetime.now(UTC) - timedelta(minutes=3))
    with refused("ReportNotPresent"):
        client.get_credential_report()
    assert client.generate_credential_report()["State"] == "STARTED"


def test_each_account_has_its_own(client: Any, iam: Any, cleo: User) -> None:
    report(client)
    with refused("ReportNotPresent"):
        iam(cleo).get_credential_report()


def test_both_need_a_permission(iam: Any, ben: User) -> None:
    client = iam(ben)
    with refused("AccessDenied", status=403):
        client.generate_credential_report()
    with refused("AccessDenied", status=403):
        client.get_credential_report()


# --- the lines -----------------------------------------------------------------------------------


def test_the_header_is_that_of_aws(account: Account) -> None:
    assert lines(account)[0] == HEADER
    assert credential_report.content(account)[-1:] != b"\n"
    assert b"\r" not in credential_report.content(account)


def test_root_stands_first_and_users_follow_by_name(account: Account) -> None:
    for name in ("Zoe", "ben", "Ana", "_first"):
        make_user(account, name)
    names = [one.split(",")[0] for one in lines(account)[1:]]
    assert names == ["<root_account>", "_first", "Ana", "ben", "Zoe"]


def test_root_without_anything(account: Account, root: User) -> None:
    User.objects.filter(pk=root.pk).update(created_at=BORN)
    assert lines(account)[1] == (
        f"<root_account>,arn:aws:iam::{account.pk}:root,2026-01-02T03:04:05Z,"
        f"not_supported,no_information,not_supported,not_supported,false,"
        f"{NO_KEY},{NO_KEY},{NO_CERTIFICATES}"
    )


def test_a_user_with_nothing(account: Account, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(created_at=BORN, password_changed_at=BORN)
    assert line(account, "ben") == (
        f"ben,arn:aws:iam::{account.pk}:user/ben,2026-01-02T03:04:05Z,"
        f"false,N/A,N/A,N/A,false,{NO_KEY},{NO_KEY},{NO_CERTIFICATES}"
    )


def furnish(user: User) -> None:
    """A password, a device and two keys, of which one was used."""
    User.objects.filter(pk=user.pk).update(
        created_at=BORN,
        password=make_password(None),
        password_changed_at=BORN + timedelta(days=1),
        password_last_used_at=BORN + timedelta(days=2),
    )
    if not user.is_root:
        LoginProfile.objects.create(user=user)
    VirtualMfaDevice.objects.create(
        account=user.account, user=user, name="phone", serial_number=f"mfa/{user.pk}"
    )
    first, second = make_key(user), make_key(user, active=False)
    AccessKey.objects.update(status_changed_at=BORN + timedelta(days=3))
    AccessKey.objects.filter(pk=first.id).update(
        last_used_at=BORN + timedelta(days=4),
        last_used_region="eu-west-1",
        last_used_service="iam",
    )
    assert AccessKey.objects.get(pk=second.id).slot == 2


KEYS = (
    "true,2026-01-05T03:04:05Z,2026-01-06T03:04:05Z,eu-west-1,iam,"
    "false,2026-01-05T03:04:05Z,N/A,N/A,N/A"
)


def test_a_user_with_everything(account: Account) -> None:
    furnish(make_user(account, "ben", path="/eng/"))
    PasswordPolicy.objects.create(account=account, max_password_age=90)
    assert line(account, "ben") == (
        f"ben,arn:aws:iam::{account.pk}:user/eng/ben,2026-01-02T03:04:05Z,"
        "true,2026-01-04T03:04:05Z,2026-01-03T03:04:05Z,2026-04-03T03:04:05Z,true,"
        f"{KEYS},{NO_CERTIFICATES}"
    )


def test_root_with_everything(account: Account, root: User) -> None:
    furnish(root)
    PasswordPolicy.objects.create(account=account, max_password_age=90)
    assert lines(account)[1] == (
        f"<root_account>,arn:aws:iam::{account.pk}:root,2026-01-02T03:04:05Z,"
        f"not_supported,2026-01-04T03:04:05Z,not_supported,not_supported,true,"
        f"{KEYS},{NO_CERTIFICATES}"
    )


def test_a_password_never_used_has_no_information(account: Account, ben: User) -> None:
    LoginProfile.objects.create(user=ben)
    User.objects.filter(pk=ben.pk).update(password_changed_at=BORN)
    columns = line(account, "ben").split(",")
    assert columns[3:7] == ["true", "no_information", "2026-01-02T03:04:05Z", "N/A"]


def test_a_second_key_alone_stays_in_its_columns(account: Account, ben: User) -> None:
    first, _ = make_key(ben), make_key(ben)
    AccessKey.objects.filter(pk=first.id).delete()
    columns = line(account, "ben").split(",")
    assert (columns[8], columns[13]) == ("false", "true")


def test_certificates_fill_their_columns_in_the_order_of_their_upload(
    client: Any, account: Account, ana: User, ben: User
) -> None:
    for day in (1, 2):
        SigningCertificate.objects.create(
            account=account,
            user=ben,
            certificate_id=f"{day:032}",
            active=day == 2,
            uploaded_at=BORN - timedelta(days=day),
            status_changed_at=BORN + timedelta(days=day),
        )
    ending = ",true,2026-01-04T03:04:05Z,false,2026-01-03T03:04:05Z"
    assert line(account, "ben").endswith(ending)
    assert line(account, "ana").endswith(f",{NO_CERTIFICATES}")


def test_times_are_told_in_utc(account: Account, ben: User) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    User.objects.filter(pk=ben.pk).update(created_at=datetime(2026, 1, 2, 1, 0, tzinfo=east))
    assert line(account, "ben").split(",")[2] == "2026-01-01T19:30:00Z"


def test_a_name_with_a_comma_and_a_path_with_quotes_stay_one_column(account: Account) -> None:
    user = make_user(account, "doe,jane=1", path='/a"b/')
    rows = list(csv.reader(io.StringIO(credential_report.content(account).decode())))
    assert rows[2][:2] == ["doe,jane=1", user.arn]
    assert {len(row) for row in rows} == {22}


def test_other_accounts_are_not_in_it(account: Account, cleo: User) -> None:
    assert b"cleo" not in credential_report.content(account)


def test_changing_the_status_of_a_key_rotates_it(client: Any, account: Account, ben: User) -> None:
    key = make_key(ben)
    AccessKey.objects.filter(pk=key.id).update(status_changed_at=BORN)
    client.update_access_key(UserName="ben", AccessKeyId=key.id, Status="Inactive")
    assert not line(account, "ben").split(",")[9].startswith("2026-01-02")


def test_the_number_of_queries_does_not_grow(account: Account) -> None:
    counts = []
    for numbers in (range(5), range(5, 50)):
        for number in numbers:
            make_key(make_user(account, f"user{number}"))
        with CaptureQueriesContext(connection) as queries:
            credential_report.content(account)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_many_users_come_in_batches_of_which_none_is_told_twice(account: Account) -> None:
    names = [f"User{number}" for number in range(7)]
    for name in names:
        make_user(account, name)
    batches = list(credential_report.batches(account, size=3))
    assert [len(batch) for batch in batches] == [1, 3, 3, 1]
    assert [line[0] for batch in batches[1:] for line in batch] == names

"""GenerateServiceLastAccessedDetails and what is read of it, and how last accesses are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.management.commands import prune
from identity import journal, last_access
from identity.models import AccessReport, Account, LastAccess, Role, User
from tests.factories import (
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)
from tests.refusals import refused

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READ = [{"Effect": "Allow", "Action": ["iam:GetUser", "sts:GetCallerIdentity"], "Resource": "*"}]


@pytest.fixture(autouse=True)
def nothing_written() -> Iterator[None]:
    last_access._written.clear()
    yield
    last_access._written.clear()


def seen(who: User | Role, service: str, action: str, at: datetime = NOON) -> None:
    LastAccess.objects.create(
        account=who.account,
        principal=who.unique_id,
        service=service,
        action=action,
        region="eu-west-1",
        time=at,
    )


def report(client: Any, arn: str, **more: Any) -> dict[str, dict[str, Any]]:
    """The services of a fresh report by their namespace."""
    job = client.generate_service_last_accessed_details(Arn=arn, **more)["JobId"]
    found = client.get_service_last_accessed_details(JobId=job, MaxItems=1000)
    return {one["ServiceNamespace"]: one for one in found["ServicesLastAccessed"]}


def entities(client: Any, arn: str, namespace: str = "iam") -> list[dict[str, Any]]:
    job = client.generate_service_last_accessed_details(Arn=arn)["JobId"]
    found: list[dict[str, Any]] = client.get_service_last_accessed_details_with_entities(
        JobId=job, ServiceNamespace=namespace
    )["EntityDetailsList"]
    return found


# --- the report ----------------------------------------------------------------------------------


def test_a_service_is_told_with_its_last_use(iam: Any, ana: User, account: Account) -> None:
    ben = make_user(account, "ben", allow=["iam:GetUser", "sts:GetCallerIdentity"])
    seen(ben, "iam", "GetUser")
    seen(ben, "iam", "ListUsers", NOON - timedelta(days=1))
    found = report(iam(ana), ben.arn)
    assert list(found) == ["iam", "sts"]
    assert found["iam"] == {
        "ServiceName": "AWS Identity and Access Management (IAM)",
        "ServiceNamespace": "iam",
        "LastAuthenticated": NOON,
        "LastAuthenticatedEntity": ben.arn,
        "LastAuthenticatedRegion": "eu-west-1",
        "TotalAuthenticatedEntities": 1,
    }
    assert "LastAuthenticated" not in found["sts"]
    assert found["sts"]["TotalAuthenticatedEntities"] == 0


def test_a_job_is_complete_at_once(iam: Any, ana: User) -> None:
    client = iam(ana)
    job = client.generate_service_last_accessed_details(Arn=ana.arn)["JobId"]
    assert len(job) == 36
    found = client.get_service_last_accessed_details(JobId=job)
    assert (found["JobStatus"], found["JobType"]) == ("COMPLETED", "SERVICE_LEVEL")
    assert found["JobCreationDate"] == found["JobCompletionDate"]
    assert "Error" not in found


def test_actions_are_told_when_asked_for(iam: Any, ana: User, account: Account) -> None:
    allowed = ["iam:GetUser", "iam:ListUsers", "iam:PassRole", "s3:GetObject"]
    ben = make_user(account, "ben", allow=allowed)
    seen(ben, "iam", "GetUser")
    found = report(iam(ana), ben.arn, Granularity="ACTION_LEVEL")
    assert found["iam"]["TrackedActionsLastAccessed"] == [
        {
            "ActionName": "GetUser",
            "LastAccessedEntity": ben.arn,
            "LastAccessedTime": NOON,
            "LastAccessedRegion": "eu-west-1",
        },
        {"ActionName": "ListUsers"},
    ]
    assert "TrackedActionsLastAccessed" not in found["s3"]
    assert "TrackedActionsLastAccessed" not in report(iam(ana), ben.arn)["iam"]


@pytest.mark.parametrize(
    ("statements", "services"),
    [
        ([{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}], ["iam"]),
        ([{"Effect": "Allow", "Action": "IAM:getuser", "Resource": "arn:x:*"}], ["iam"]),
        ([{"Effect": "Allow", "Action": "iam:NoSuchAction", "Resource": "*"}], []),
        ([{"Effect": "Allow", "Action": "none:*", "Resource": "*"}], []),
        ([{"Effect": "Deny", "Action": "sts:*", "Resource": "*"}, *READ], ["iam"]),
        ([{"Effect": "Deny", "Action": "sts:*", "Resource": "arn:x"}, *READ], ["iam", "sts"]),
        (
            [
                {
                    "Effect": "Deny",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
                },
                *READ,
            ],
            ["iam", "sts"],
        ),
        ([{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}, *READ], ["iam"]),
        ([], []),
    ],
)
def test_services_are_those_that_policies_grant(
    iam: Any, ana: User, ben: User, statements: list[dict[str, Any]], services: list[str]
) -> None:
    if statements:
        make_policy(ben, "p", statements)
    assert list(report(iam(ana), ben.arn)) == services


def test_everything_but_one_service_is_granted_by_not_action(
    iam: Any, ana: User, ben: User
) -> None:
    make_policy(ben, "p", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])
    found = report(iam(ana), ben.arn)
    assert "iam" not in found
    assert {"sts", "s3", "ec2"} <= set(found)


def test_policies_of_groups_count_and_a_boundary_does_not(
    iam: Any, ana: User, account: Account, ben: User
) -> None:
    attach(make_group(account, "ops", ben), make_managed_policy(account, "reading", READ))
    ben.boundary = make_managed_policy(
        account, "edge", [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
    )
    ben.save()
    assert list(report(iam(ana), ben.arn)) == ["iam", "sts"]


def test_of_a_group_the_last_of_its_members_is_told(
    iam: Any, ana: User, account: Account, ben: User
) -> None:
    zoe, out = make_user(account, "zoe"), make_user(account, "out")
    group = make_group(account, "ops", ben, zoe)
    make_policy(group, "p", READ)
    seen(ben, "iam", "GetUser", NOON - timedelta(hours=1))
    seen(zoe, "iam", "GetUser")
    seen(out, "iam", "GetUser", NOON + timedelta(hours=1))
    found = report(iam(ana), group.arn)["iam"]
    assert found["LastAuthenticatedEntity"] == zoe.arn
    assert found["TotalAuthenticatedEntities"] == 2


def test_of_a_policy_all_count_who_have_it(
    iam: Any, ana: User, account: Account, ben: User, cleo: User
) -> None:
    policy = make_managed_policy(None, "Shipped", READ)
    role, member = make_role(account, "web"), make_user(account, "member")
    for holder in (ben, role, make_group(account, "ops", member), cleo):
        attach(holder, policy)
    having: tuple[User | Role, ...] = (ben, role, member, cleo)
    for hours, who in enumerate(having):
        seen(who, "iam", "GetUser", NOON + timedelta(hours=hours))
    client = iam(ana)
    found = report(client, policy.arn)["iam"]
    assert found["TotalAuthenticatedEntities"] == 3
    assert found["LastAuthenticatedEntity"] == member.arn
    listed = [one["EntityInfo"]["Arn"] for one in entities(client, policy.arn)]
    assert listed == [member.arn, role.arn, ben.arn]


def test_after_400_days_a_use_is_forgotten(iam: Any, ana: User, account: Account) -> None:
    ben = make_user(account, "ben", allow=["iam:GetUser"])
    seen(ben, "iam", "GetUser", datetime.now(UTC) - timedelta(days=400, minutes=1))
    assert report(iam(ana), ben.arn)["iam"]["TotalAuthenticatedEntities"] == 0
    call_command("prune")
    assert not LastAccess.objects.filter(principal=ben.unique_id).exists()


def test_the_uses_of_who_was_deleted_are_forgotten(
    account: Account, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "_PRINCIPALS", 2)
    role = make_role(account, "web")
    gone = [make_user(account, f"gone{number}") for number in range(3)]
    everybody: list[User | Role] = [ana, role, *gone]
    for who in everybody:
        seen(who, "iam", "GetUser", NOON)
        seen(who, "iam", "GetRole", NOON)
    for user in gone:
        user.delete()
    call_command("prune")
    left = LastAccess.objects.values_list("principal", flat=True).distinct()
    assert set(left) == {ana.unique_id, role.unique_id}


def test_services_come_in_pages(iam: Any, ana: User, account: Account) -> None:
    ben = make_user(account, "ben", allow=["iam:*", "sts:*", "s3:*"])
    client = iam(ana)
    job = client.generate_service_last_accessed_details(Arn=ben.arn)["JobId"]
    first = client.get_service_last_accessed_details(JobId=job, MaxItems=2)
    assert first["IsTruncated"]
    rest = client.get_service_last_accessed_details(JobId=job, Marker=first["Marker"])
    names = [
        one["ServiceNamespace"] for page in (first, rest) for one in page["ServicesLastAccessed"]
    ]
    assert names == ["iam", "s3", "sts"]
    other = client.generate_service_last_accessed_details(Arn=ben.arn)["JobId"]
    with refused("ValidationError", status=400):
        client.get_service_last_accessed_details(JobId=other, Marker=first["Marker"])


# --- entities ------------------------------------------------------------------------------------


def test_entities_are_told_the_latest_first(iam: Any, ana: User, account: Account) -> None:
    users = [make_user(account, name, path="/eng/") for name in ("a", "b", "c")]
    group = make_group(account, "ops", *users)
    make_policy(group, "p", READ)
    seen(users[1], "iam", "GetUser", NOON)
    seen(users[2], "iam", "GetUser", NOON + timedelta(hours=1))
    found = entities(iam(ana), group.arn)
    assert [one["EntityInfo"]["Name"] for one in found] == ["c", "b", "a"]
    assert found[0] == {
        "EntityInfo": {
            "Arn": users[2].arn,
            "Name": "c",
            "Type": "USER",
            "Id": users[2].unique_id,
            "Path": "/eng/",
        },
        "LastAuthenticated": NOON + timedelta(hours=1),
    }
    assert "LastAuthenticated" not in found[2]


def test_a_service_that_is_not_granted_has_no_entities(
    iam: Any, ana: User, account: Account
) -> None:
    ben = make_user(account, "ben", allow=["iam:GetUser"])
    assert entities(iam(ana), ben.arn, "s3") == []


# --- whose it is ---------------------------------------------------------------------------------


def test_only_who_asked_may_read(iam: Any, ana: User, account: Account, cleo: User) -> None:
    job = iam(ana).generate_service_last_accessed_details(Arn=ana.arn)["JobId"]
    other = make_user(account, "other", allow=["*"])
    for reader in (other, cleo, account.root):
        client = iam(reader)
        with refused("NoSuchEntity", status=404):
            client.get_service_last_accessed_details(JobId=job)
        with refused("NoSuchEntity", status=404):
            client.get_service_last_accessed_details_with_entities(
                JobId=job, ServiceNamespace="iam"
            )


@pytest.mark.parametrize("job", ["0" * 36, "x" * 36, "'; DROP TABLE identity_user; --"])
def test_a_job_that_is_none_is_refused(iam: Any, ana: User, job: str) -> None:
    with refused("NoSuchEntity", status=404):
        iam(ana).get_service_last_accessed_details(JobId=job.ljust(36))


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:iam::{account}:user/nobody", "NoSuchEntity"),
        ("arn:aws:iam::{account}:user/elsewhere/ana", "NoSuchEntity"),
        ("arn:aws:iam::{account}:user/ANA", "NoSuchEntity"),
        ("arn:aws:iam::000000000000:user/ana", "AccessDenied"),
        ("arn:aws:iam::{account}:policy/nothing", "NoSuchEntity"),
        ("arn:aws:iam::{account}:root", "InvalidInput"),
        ("arn:aws:iam::{account}:mfa/phone-of-ana", "InvalidInput"),
        ("arn:aws:s3:::bucket/user/ana", "InvalidInput"),
        ("arn:aws:iam::{account}:user/" + "a/" * 900 + "\n", "InvalidInput"),
    ],
)
def test_an_arn_must_be_that_of_an_entity(iam: Any, ana: User, arn: str, code: str) -> None:
    with refused(code):
        iam(ana).generate_service_last_accessed_details(
            Arn=arn.replace("{account}", ana.account_id)
        )


def test_nobody_is_told_of_another_account_s_entities(iam: Any, ana: User, cleo: User) -> None:
    for asking in (ana, ana.account.root):
        with refused("AccessDenied", status=403):
            iam(asking).generate_service_last_accessed_details(Arn=cleo.arn)


# --- how accesses are kept -----------------------------------------------------------------------


def kept() -> list[tuple[str, str, str]]:
    rows = LastAccess.objects.values_list("principal", "service", "action")
    return sorted(rows)


def test_reads_writes_and_refusals_are_kept(iam: Any, ana: User, ben: User) -> None:
    iam(ana).list_users()
    iam(ana).create_group(GroupName="ops")
    with refused("AccessDenied"):
        iam(ben).get_account_summary()
    journal.drain()
    assert kept() == sorted(
        [
            (ana.unique_id, "iam", "ListUsers"),
            (ana.unique_id, "iam", "CreateGroup"),
            (ben.unique_id, "iam", "GetAccountSummary"),
        ]
    )


def test_root_is_not_tracked(iam: Any, root: User) -> None:
    iam(root).list_users()
    journal.drain()
    assert kept() == []


def test_a_report_tells_what_was_just_done(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.list_users()
    journal.drain()
    found = report(client, ana.arn)["iam"]
    assert datetime.now(UTC) - found["LastAuthenticated"] < timedelta(minutes=1)


def event(principal: str, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    account = Account.objects.get()
    values = {
        "account_id": account.pk,
        "type": "AwsApiCall",
        "source": "iam.amazonaws.com",
        "name": "GetUser",
        "region": "us-east-1",
        "time": at,
        "principal_id": principal,
        "user_identity": {},
    }
    return {**values, **more}


def test_a_session_of_a_role_counts_for_the_role(account: Account) -> None:
    issuer = {"sessionContext": {"sessionIssuer": {"principalId": "AROAX"}}}
    last_access.keep([event("AROAX:work", user_identity=issuer)])
    assert kept() == [("AROAX", "iam", "GetUser")]


@pytest.mark.parametrize(
    "more", [{"type": "AwsConsoleSignIn"}, {"principal_id": ""}, {"principal_id": "https://idp:x"}]
)
def test_what_is_no_call_of_a_user_or_role_is_not_kept(
    account: Account, more: dict[str, Any]
) -> None:
    last_access.keep([event("AIDAX", **more)])
    assert kept() == []


def test_a_later_attempt_replaces_an_earlier_one_and_never_the_other_way_round(
    account: Account,
) -> None:
    minutes = [timedelta(minutes=number) for number in range(4)]
    last_access.keep([event("AIDAX", NOON + minutes[1])])
    last_access.keep([event("AIDAX", NOON + minutes[3], region="eu-west-1")])
    last_access.keep([event("AIDAX", NOON + minutes[2]), event("AIDAX", NOON)])
    row = LastAccess.objects.get()
    assert (row.time, row.region) == (NOON + minutes[3], "eu-west-1")


@pytest.mark.django_db(transaction=True)
def test_within_a_minute_an_action_is_written_once(account: Account) -> None:
    seconds = [timedelta(seconds=number) for number in (0, 30, 59, 60)]
    counts = []
    for second in seconds:
        with CaptureQueriesContext(connection) as queries:
            last_access.keep([event("AIDAX", NOON + second)])
        counts.append(sum("INSERT" in query["sql"] for query in queries))
    assert counts == [1, 0, 0, 1]


def test_what_is_remembered_stays_bounded(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_access, "_REMEMBERED", 3)
    for number in range(20):
        last_access._remember({(str(number), "iam", "GetUser"): NOON})
    assert len(last_access._written) <= 4


def test_old_reports_are_pruned(iam: Any, ana: User) -> None:
    iam(ana).generate_service_last_accessed_details(Arn=ana.arn)
    AccessReport.objects.update(created_at=datetime.now(UTC) - timedelta(days=8))
    call_command("prune")
    assert not AccessReport.objects.exists()


def test_the_number_of_queries_does_not_grow(iam: Any, ana: User, account: Account) -> None:
    group = make_group(account, "ops")
    make_policy(group, "p", READ)
    client = iam(ana)
    report(client, group.arn)
    counts = []
    for numbers in (range(5), range(5, 50)):
        for number in numbers:
            user = make_user(account, f"user{number}")
            group.memberships.create(user=user)
            seen(user, "iam", "GetUser")
        with CaptureQueriesContext(connection) as queries:
            report(client, group.arn, Granularity="ACTION_LEVEL")
            entities(client, group.arn)
        counts.append(len(queries))
    assert counts[0] == counts[1]

"""Reports on both databases: what they ask is more than the ORM's everyday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from identity import last_access, quotas
from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client
from identity.models import Account, LastAccess, Quota, User
from tests.factories import make_group, make_policy
from tests.one_of_each import fill

NOW = datetime.now(UTC).replace(microsecond=0)


def iam(user: User) -> Any:
    return Client(Caller(user), Facts(), "iam")


def event(user: User, at: datetime) -> dict[str, Any]:
    return {
        "account_id": user.account_id,
        "type": "AwsApiCall",
        "source": "iam.amazonaws.com",
        "name": "GetUser",
        "region": "us-east-1",
        "time": at,
        "principal_id": user.unique_id,
        "user_identity": {},
    }


def test_the_credential_report_has_a_line_for_each_user(ana: User, account: Account) -> None:
    fill(account)
    iam(ana).generate_credential_report()
    content = iam(ana).get_credential_report()["Content"].decode()
    assert [line.split(",")[0] for line in content.split("\n")[1:]] == [
        "<root_account>",
        "ana",
        "li",
    ]


def test_the_details_hold_everything_page_by_page(ana: User, account: Account) -> None:
    fill(account)
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = iam(ana).get_account_authorization_details(MaxItems=1, **more)
        found += [
            one["Arn"] for member in page.values() if isinstance(member, list) for one in member
        ]
        if not page["IsTruncated"]:
            break
        more = {"Marker": page["Marker"]}
    names = [arn.rpartition("/")[2] for arn in found]
    assert names == ["ana", "li", "deploy", "ops", "edge"]


def test_the_latest_access_wins_and_is_reported(ana: User, account: Account) -> None:
    for seconds in (120, 0, 60):
        last_access._written.clear()
        last_access.keep([event(ana, NOW - timedelta(seconds=seconds))])
    assert LastAccess.objects.get(principal=ana.unique_id, action="GetUser").time == NOW
    group = make_group(account, "ops", ana)
    make_policy(group, "p", [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
    client = iam(ana)
    job = client.generate_service_last_accessed_details(Arn=group.arn, Granularity="ACTION_LEVEL")[
        "JobId"
    ]
    (service,) = client.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    assert service["TotalAuthenticatedEntities"] == 1
    assert service["TrackedActionsLastAccessed"][0]["LastAccessedTime"] == NOW
    named = {"JobId": job, "ServiceNamespace": "iam"}
    (entity,) = client.get_service_last_accessed_details_with_entities(**named)["EntityDetailsList"]
    assert entity["LastAuthenticated"] >= NOW


def test_an_own_quota_goes_before_that_of_all(account: Account) -> None:
    Quota.objects.create(name="GroupsPerUser", value=30)
    assert quotas.of(account.pk, "GroupsPerUser") == 30
    Quota.objects.create(account=account, name="GroupsPerUser", value=20)
    assert quotas.of(account.pk, "GroupsPerUser") == 20

"""Providers are authorised on their ARN and by tags; tags have rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from identity.models import Account, User
from tests.factories import make_user
from tests.federation.documents import metadata
from tests.refusals import refused

RED, BLUE = {"Key": "team", "Value": "red"}, {"Key": "team", "Value": "blue"}


@dataclass(frozen=True)
class Kind:
    """How the calls of one kind of provider are spelled."""

    noun: str
    member: str
    arn: str
    new: dict[str, str]

    def verb(self, verb: str, client: Any, end: str = "") -> Any:
        return getattr(client, f"{verb}_{self.noun}{end}")

    def create(self, client: Any, **more: Any) -> str:
        return str(self.verb("create", client)(**self.new, **more)[self.member])

    def get(self, client: Any, arn: str) -> Any:
        return self.verb("get", client)(**{self.member: arn})

    def tag(self, client: Any, arn: str, *given: dict[str, str]) -> None:
        self.verb("tag", client)(**{self.member: arn}, Tags=list(given))

    def untag(self, client: Any, arn: str, *keys: str) -> None:
        self.verb("untag", client)(**{self.member: arn}, TagKeys=list(keys))

    def tags(self, client: Any, arn: str, **page: Any) -> Any:
        return self.verb("list", client, "_tags")(**{self.member: arn}, **page)


SAML = Kind(
    "saml_provider",
    "SAMLProviderArn",
    "arn:aws:iam::{}:saml-provider/Corp",
    {"Name": "Corp", "SAMLMetadataDocument": metadata()},
)
OIDC = Kind(
    "open_id_connect_provider",
    "OpenIDConnectProviderArn",
    "arn:aws:iam::{}:oidc-provider/idp.example.com/a/b",
    {"Url": "https://idp.example.com:443/a/b"},
)


@pytest.fixture(params=[SAML, OIDC], ids=["saml", "oidc"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def client(iam: Any, ana: User) -> Any:
    return iam(ana)


def allowed(account: Account, action: str, resource: str, **condition: Any) -> User:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return make_user(account, f"user{account.users.count()}", allow=[statement])


def test_the_arn_decides(iam: Any, account: Account, kind: Kind) -> None:
    arn = kind.arn.format(account.pk)
    user = iam(allowed(account, "iam:*", arn))
    assert kind.create(user) == arn
    kind.get(user, arn)
    with refused("AccessDenied", status=403):
        kind.get(user, arn + "x")
    with refused("AccessDenied", status=403):
        kind.get(iam(allowed(account, "iam:*", arn + "/*")), arn)


def test_tags_at_creation_are_a_second_permission(iam: Any, account: Account, kind: Kind) -> None:
    user = iam(allowed(account, "iam:Create*", "*"))
    with refused("AccessDenied", status=403):
        kind.create(user, Tags=[RED])
    kind.create(user)


def test_the_tags_of_a_provider_decide(iam: Any, client: Any, account: Account, kind: Kind) -> None:
    arn = kind.create(client, Tags=[RED])
    user = iam(allowed(account, "iam:Get*", "*", StringEquals={"aws:ResourceTag/team": "red"}))
    kind.get(user, arn)
    kind.tag(client, arn, BLUE)
    with refused("AccessDenied", status=403):
        kind.get(user, arn)


def test_the_tags_of_a_request_decide(iam: Any, client: Any, account: Account, kind: Kind) -> None:
    arn = kind.create(client)
    only_red = {
        "StringEquals": {"aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
    }
    user = iam(allowed(account, "iam:Tag*", "*", **only_red))
    kind.tag(user, arn, RED)
    for given in ([BLUE], [RED, {"Key": "other", "Value": ""}]):
        with refused("AccessDenied", status=403):
            kind.tag(user, arn, *given)


def test_keys_differ_by_case_and_are_listed_in_order_and_pages(client: Any, kind: Kind) -> None:
    arn = kind.create(client, Tags=[RED])
    kind.tag(client, arn, BLUE, {"Key": "Team", "Value": "x"}, {"Key": "a", "Value": ""})
    expected = [{"Key": "Team", "Value": "x"}, {"Key": "a", "Value": ""}, BLUE]
    assert kind.tags(client, arn)["Tags"] == expected == kind.get(client, arn)["Tags"]
    first = kind.tags(client, arn, MaxItems=2)
    assert first["IsTruncated"]
    rest = kind.tags(client, arn, MaxItems=2, Marker=first["Marker"])
    assert first["Tags"] + rest["Tags"] == expected
    assert not rest["IsTruncated"]
    kind.untag(client, arn, "team", "absent")
    assert kind.tags(client, arn)["Tags"] == expected[:2]


def test_no_tags_and_no_keys_are_refused(client: Any, kind: Kind) -> None:
    arn = kind.create(client)
    with refused("InvalidInput", status=400):
        kind.tag(client, arn)
    with refused("InvalidInput", status=400):
        kind.untag(client, arn)


def test_a_provider_carries_fifty_tags(client: Any, kind: Kind) -> None:
    fifty = [{"Key": str(number), "Value": ""} for number in range(50)]
    arn = kind.create(client, Tags=fifty)
    with refused("LimitExceeded", status=409):
        kind.tag(client, arn, RED)
    kind.tag(client, arn, {"Key": "7", "Value": "again"})


def test_tags_of_no_provider_are_not_found(client: Any, account: Account, kind: Kind) -> None:
    arn = kind.arn.format(account.pk)
    for call in (
        lambda: kind.tag(client, arn, RED),
        lambda: kind.untag(client, arn, "team"),
        lambda: kind.tags(client, arn),
    ):
        with refused("NoSuchEntity", status=404):
            call()

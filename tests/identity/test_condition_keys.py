"""Which condition keys a request has, for each kind of caller; what does not apply is absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from identity.callers import Caller, Session
from identity.facts import Facts, facts_of
from identity.models import Account, Role, User
from identity.policy import Request
from identity.standing import standing
from tests.factories import make_policy, make_role

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACTS = Facts(
    source_ip="203.0.113.7",
    user_agent="aws-cli/2",
    secure=True,
    region="eu-central-1",
    at=NOON,
)
IN_A_SESSION = {"aws:TokenIssueTime": "2026-11-24T11:00:00Z"}
MFA = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "3000"}
NO_MFA = {"aws:MultiFactorAuthPresent": "false"}


def session(kind: str, *, mfa: bool = False, **more: Any) -> Session:
    began = NOON - timedelta(hours=1)
    factor = NOON - timedelta(seconds=3000) if mfa else None
    return Session(kind, began, NOON + timedelta(hours=1), factor, **more)


def request_of(caller: Caller, resource: str = "*", **params: Any) -> Request:
    return standing(caller).request(FACTS, "iam:GetUser", resource, params)


def keys_of(caller: Caller) -> dict[str, Any]:
    return dict(request_of(caller).context)


def always(account: Account) -> dict[str, str]:
    return {
        "aws:CurrentTime": "2026-11-24T12:00:00Z",
        "aws:EpochTime": "1795521600",
        "aws:PrincipalAccount": account.pk,
        "aws:PrincipalIsAWSService": "false",
        "aws:RequestedRegion": "eu-central-1",
        "aws:ResourceAccount": account.pk,
        "aws:SecureTransport": "true",
        "aws:SourceIp": "203.0.113.7",
        "aws:UserAgent": "aws-cli/2",
        "aws:ViaAWSService": "false",
    }


def who(arn: str, kind: str, user_id: str) -> dict[str, str]:
    return {"aws:PrincipalArn": arn, "aws:PrincipalType": kind, "aws:userid": user_id}


def test_root_has_no_user_name(root: User) -> None:
    own = who(f"arn:aws:iam::{root.account_id}:root", "Account", root.account_id)
    assert keys_of(Caller(root)) == always(root.account) | own


@pytest.mark.parametrize(
    ("of", "more"),
    [
        (None, {}),
        (session("console"), IN_A_SESSION | NO_MFA),
        (session("console", mfa=True), IN_A_SESSION | MFA),
        (session("GetSessionToken"), IN_A_SESSION | NO_MFA),
        (session("GetSessionToken", mfa=True), IN_A_SESSION | MFA),
    ],
    ids=["long-term key", "console", "console with MFA", "GetSessionToken", "with MFA"],
)
def test_a_user_keeps_its_identity_in_a_session(
    ben: User, of: Session | None, more: dict[str, str]
) -> None:
    own = who(ben.arn, "User", ben.unique_id) | {"aws:username": "ben"}
    assert keys_of(Caller(ben, session=of)) == always(ben.account) | own | more


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "deploy", path="/ci/")


def test_a_role_session_shows_the_role_and_says_nothing_of_mfa(role: Role) -> None:
    at_work = session("AssumeRole", name="work", source_identity="ben")
    own = who(role.arn, "AssumedRole", f"{role.unique_id}:work")
    assert keys_of(Caller(role, session=at_work)) == always(role.account) | own | IN_A_SESSION | {
        "aws:SourceIdentity": "ben"
    }


def test_a_federated_user_has_no_user_name(ben: User) -> None:
    jo = Caller(ben, session=session("GetFederationToken", name="jo"))
    arn = f"arn:aws:sts::{ben.account_id}:federated-user/jo"
    own = who(arn, "FederatedUser", f"{ben.account_id}:jo")
    assert keys_of(jo) == always(ben.account) | own | IN_A_SESSION | NO_MFA


def test_the_owner_of_the_resource_may_be_another_account(ben: User, cleo: User) -> None:
    request = request_of(Caller(ben), cleo.arn)
    assert request.context["aws:ResourceAccount"] == cleo.account_id
    assert request.crosses_accounts
    shipped = request_of(Caller(ben), "arn:aws:iam::aws:policy/AdministratorAccess")
    assert not shipped.crosses_accounts


def test_tags_of_a_session_come_before_those_of_the_role(role: Role) -> None:
    role.tags = [{"Key": "Team", "Value": "blue"}, {"Key": "stage", "Value": "test"}]
    tagged = session("AssumeRole", name="work", tags={"team": "red"})
    make_policy(
        role, "by-team", [{"Effect": "Allow", "Action": "*", "Resource": "aws:PrincipalTag/"}]
    )
    context = request_of(Caller(role, session=tagged)).context
    found = {key: value for key, value in context.items() if "PrincipalTag" in key}
    assert found == {"aws:PrincipalTag/team": "red", "aws:PrincipalTag/stage": "test"}


def test_a_referer_is_known_where_the_client_sends_one() -> None:
    sent = facts_of(RequestFactory().get("/", headers={"Referer": "https://example.test/x"}))
    assert sent.referer == "https://example.test/x"
    assert facts_of(RequestFactory().get("/")).referer == ""

"""Trust in a provider's people: who is let in, with what, and what stays of it in the session."""

from __future__ import annotations

import json
from typing import Any

import pytest

from federation import minting, models, trust
from federation.minting import Wanted
from identity import condition_keys
from identity.authentication import acting_as
from identity.condition_keys import Keys
from identity.errors import AccessDenied, ValidationError
from identity.facts import Facts
from identity.models import Account, Role
from tests.factories import make_account, make_role

SAML = "sts:AssumeRoleWithSAML"
AUD = "https://signin.aws.amazon.com/saml"
KEYS: Keys = {
    "saml:aud": AUD,
    "saml:sub": "alice",
    "saml:edupersonaffiliation": ("staff", "member"),
}
ALICE = Wanted("alice")
TAGGED = Wanted("alice", tags={"team": "blue"}, transitive_keys=("team",))


def provider_of(account: Account) -> str:
    return models.saml_arn(account.pk, "Corp")


def trusting(principal: dict[str, Any], *actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": [*actions], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def admitted(account: Account, document: str, wanted: Wanted = ALICE) -> bool:
    role = make_role(account, "ops", trust=document)
    try:
        trust.require(role, provider_of(account), SAML, KEYS, Facts(), wanted)
    except AccessDenied:
        return False
    return True


def test_the_provider_that_is_named_is_let_in(account: Account) -> None:
    assert admitted(account, trusting({"Federated": provider_of(account)}, SAML))


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "*"},
        {"AWS": "123456789012"},
        {"Federated": "arn:aws:iam::123456789012:saml-provider/Corp"},
        {"Federated": "accounts.google.com"},
        {"Service": "ec2.amazonaws.com"},
    ],
    ids=str,
)
def test_who_is_not_named_as_a_provider_stays_out(account: Account, principal: Any) -> None:
    assert not admitted(account, trusting(principal, SAML))


def test_a_provider_of_the_same_name_in_another_account_stays_out(account: Account) -> None:
    other = make_account("Partner", "root@partner.test")
    role = make_role(account, "ops", trust=trusting({"Federated": provider_of(other)}, SAML))
    with pytest.raises(AccessDenied):
        trust.require(role, provider_of(other), SAML, KEYS, Facts(), ALICE)


@pytest.mark.parametrize(
    ("condition", "let_in"),
    [
        ({"StringEquals": {"SAML:aud": AUD}}, True),
        ({"StringEquals": {"saml:aud": "https://other.test/saml"}}, False),
        ({"ForAnyValue:StringEquals": {"saml:eduPersonAffiliation": "staff"}}, True),
        ({"ForAllValues:StringEquals": {"saml:eduPersonAffiliation": "staff"}}, False),
        ({"StringEquals": {"saml:iss": "https://idp.test"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.1"}}, True),
        ({"StringEquals": {"sts:RoleSessionName": "alice"}}, True),
    ],
    ids=str,
)
def test_conditions_see_what_the_provider_said(
    account: Account, condition: Any, let_in: bool
) -> None:
    document = trusting({"Federated": provider_of(account)}, SAML, Condition=condition)
    assert admitted(account, document) is let_in


@pytest.mark.parametrize(
    ("actions", "wanted", "let_in"),
    [
        ([SAML], TAGGED, False),
        ([SAML, "sts:TagSession"], TAGGED, True),
        ([SAML], Wanted("alice", source_identity="alice"), False),
        ([SAML, "sts:SetSourceIdentity"], Wanted("alice", source_identity="alice"), True),
        (["sts:TagSession"], TAGGED, False),
        (["sts:AssumeRoleWithWebIdentity"], ALICE, False),
        (["sts:AssumeRole*", "sts:TagSession"], TAGGED, True),
    ],
    ids=str,
)
def test_tags_and_source_identity_are_permissions_of_their_own(
    account: Account, actions: list[str], wanted: Wanted, let_in: bool
) -> None:
    document = trusting({"Federated": provider_of(account)}, *actions)
    assert admitted(account, document, wanted) is let_in


def test_an_unreadable_trust_policy_trusts_nobody(account: Account) -> None:
    assert not admitted(account, "{")


def test_a_role_that_is_not_there_is_refused_as_one_that_does_not_trust(account: Account) -> None:
    arn = f"arn:aws:iam::{account.pk}:role/nobody"
    with pytest.raises(AccessDenied) as caught:
        trust.require(trust.role_named(arn), provider_of(account), SAML, KEYS, Facts(), ALICE)
    assert caught.value.message == "Not authorized to perform sts:AssumeRoleWithSAML"


@pytest.mark.parametrize("arn", ["", "ops", "arn:aws:iam", "arn:aws:iam::x:role/ops"])
def test_what_is_no_arn_of_a_role_names_none(account: Account, arn: str) -> None:
    assert trust.role_named(arn) is None


def test_a_role_is_named_with_its_path(account: Account) -> None:
    role = make_role(account, "ops", path="/sso/")
    assert trust.role_named(role.arn) == role
    assert trust.role_named(f"arn:aws:iam::{account.pk}:role/ops") is None


def minted(role: Role, wanted: Wanted = TAGGED) -> minting.Minted:
    keys: Keys = {"saml:sub": "alice", "saml:list": ("a", "b")}
    provider = provider_of(role.account)
    return minting.session(
        role, "AssumeRoleWithSAML", 900, Facts(), wanted=wanted, provider=provider, keys=keys
    )


def test_the_session_carries_provider_and_keys_into_later_requests(account: Account) -> None:
    role = make_role(account, "ops")
    caller = acting_as(minted(role).row)
    keys = condition_keys.of(caller, Facts())
    assert keys["aws:FederatedProvider"] == provider_of(account)
    assert keys["saml:sub"] == "alice"
    assert keys["saml:list"] == ("a", "b")
    assert keys["aws:PrincipalType"] == "AssumedRole"
    assert keys["aws:userid"] == f"{role.unique_id}:alice"
    assert condition_keys.principal_tags(caller) == {"team": "blue"}


def test_what_is_minted_is_told_in_sts_s_words(account: Account) -> None:
    role = make_role(account, "ops")
    made = minted(role)
    assert made.assumed["Arn"] == f"arn:aws:sts::{account.pk}:assumed-role/ops/alice"
    assert made.assumed["AssumedRoleId"] == f"{role.unique_id}:alice"
    assert made.credentials["AccessKeyId"] == made.row.pk
    assert (made.row.expires_at - made.row.issued_at).total_seconds() == 900


def test_a_session_is_no_longer_than_its_role_allows(account: Account) -> None:
    role = make_role(account, "ops")
    minting.require_duration(role, 3600)
    with pytest.raises(ValidationError, match="exceeds the MaxSessionDuration"):
        minting.require_duration(role, 3601)


def test_only_tags_and_policies_fill_the_packed_size() -> None:
    assert ALICE.packed_size is None
    assert TAGGED.packed_size == 1

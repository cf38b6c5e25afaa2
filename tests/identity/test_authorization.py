"""Rows to layers: whose documents decide, what the engine is told, and who needs no policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from identity import condition_keys
from identity.authorization import decision_on
from identity.callers import Caller, Session
from identity.calls import Call
from identity.errors import AccessDenied
from identity.facts import Facts
from identity.gateway import perform
from identity.models import Account, PasswordPolicy, User, UserTag
from tests.factories import ADMINISTRATOR, make_policy, make_user

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FACTS = Facts(source_ip="203.0.113.7", user_agent="boto3", secure=True, at=NOON)


def may(caller: Caller | User, action: str, resource: str = "*") -> bool:
    caller = caller if isinstance(caller, Caller) else Caller(caller)
    return bool(decision_on(caller, FACTS, action, resource))


def console(user: User, *, mfa: bool) -> Caller:
    until = NOON + timedelta(hours=12)
    return Caller(user, session=Session("console", NOON, until, NOON if mfa else None))


def test_root_may_everything_in_its_account(root: User) -> None:
    assert may(root, "iam:DeleteUser")
    assert may(root, "anything:AtAll")


def test_a_user_without_a_policy_may_nothing(ben: User) -> None:
    assert not may(ben, "iam:GetUser", ben.arn)


@pytest.mark.parametrize("action", ["GetCallerIdentity"])
def test_a_user_without_a_policy_may_always_ask_who_it_is(ben: User, action: str) -> None:
    assert perform(Call(Caller(ben), "sts", action, {}))["Arn"] == ben.arn


def test_no_policy_can_deny_asking_who_one_is(account: Account) -> None:
    dan = make_user(account, "dan", allow=[{"Effect": "Deny", "Action": "*", "Resource": "*"}])
    assert perform(Call(Caller(dan), "sts", "GetCallerIdentity", {}))["Arn"] == dan.arn


def test_an_explicit_deny_beats_an_administrators_allow(ana: User) -> None:
    make_policy(ana, "brake", [{"Effect": "Deny", "Action": "iam:Delete*", "Resource": "*"}])
    assert may(ana, "iam:CreateUser")
    assert not may(ana, "iam:DeleteUser")


def test_a_policy_names_its_user_by_variable(account: Account) -> None:
    resource = f"arn:aws:iam::{account.id}:user/${{aws:username}}"
    own = [{"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": resource}]
    eva = make_user(account, "eva", allow=own)
    assert may(eva, "iam:CreateAccessKey", eva.arn)
    assert not may(eva, "iam:CreateAccessKey", f"arn:aws:iam::{account.id}:user/ben")


def test_users_change_their_own_password_when_the_account_lets_them(ben: User) -> None:
    assert not may(ben, "iam:ChangePassword", ben.arn)
    PasswordPolicy.objects.create(account=ben.account, allow_users_to_change_password=True)
    assert may(ben, "iam:ChangePassword", ben.arn)
    assert may(ben, "iam:GetAccountPasswordPolicy")
    assert not may(ben, "iam:ChangePassword", f"arn:aws:iam::{ben.account_id}:user/ana")
    assert not may(ben, "iam:UpdateAccountPasswordPolicy")


def test_a_policy_may_still_deny_what_the_account_lets_users_do(ben: User) -> None:
    PasswordPolicy.objects.create(account=ben.account, allow_users_to_change_password=True)
    make_policy(ben, "no", [{"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}])
    assert not may(ben, "iam:ChangePassword", ben.arn)


def test_a_document_that_cannot_be_read_denies(ana: User) -> None:
    ana.policies.update(document='{"Statement": ')
    assert not may(ana, "iam:GetUser", ana.arn)


MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
NO_MFA = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}


def test_a_session_with_mfa_satisfies_a_condition_on_it(account: Account) -> None:
    fay = make_user(
        account, "fay", allow=[{"Effect": "Allow", "Action": "*", "Resource": "*", **MFA}]
    )
    assert may(console(fay, mfa=True), "iam:ListUsers")
    assert not may(console(fay, mfa=False), "iam:ListUsers")
    assert not may(fay, "iam:ListUsers"), "a long-term key carries no MFA"


def test_deny_without_mfa_catches_long_term_keys_too(ana: User) -> None:
    deny = {"Effect": "Deny", "NotAction": "iam:GetUser", "Resource": "*", **NO_MFA}
    make_policy(ana, "mfa", [deny])
    assert not may(ana, "iam:ListUsers")
    assert not may(console(ana, mfa=False), "iam:ListUsers")
    assert may(console(ana, mfa=True), "iam:ListUsers")


def test_an_address_condition_reads_the_address_of_the_request(account: Account) -> None:
    inside = {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    allow: list[dict[str, Any]] = [{"Effect": "Allow", "Action": "*", "Resource": "*", **inside}]
    gus = make_user(account, "gus", allow=allow)
    assert may(gus, "iam:ListUsers")
    elsewhere = Facts(source_ip="198.51.100.1", at=NOON)
    assert not decision_on(Caller(gus), elsewhere, "iam:ListUsers", "*")


def test_root_and_keys_lack_the_keys_that_do_not_apply(root: User, ben: User) -> None:
    assert "aws:username" not in condition_keys.of(Caller(root), FACTS)
    assert condition_keys.of(Caller(ben), FACTS)["aws:username"] == "ben"
    assert "aws:TokenIssueTime" not in condition_keys.of(Caller(ben), FACTS)
    assert condition_keys.of(console(ben, mfa=True), FACTS)["aws:MultiFactorAuthAge"] == "0"


def test_the_refusal_carries_its_reason_for_a_page(ben: User) -> None:
    with pytest.raises(AccessDenied) as refusal:
        perform(Call(Caller(ben), "iam", "ListUsers", {}))
    assert refusal.value.reason


def test_nobody_reaches_into_another_account(ana: User, cleo: User) -> None:
    with pytest.raises(Exception, match="cannot be found"):
        perform(Call(Caller(cleo), "iam", "GetUser", {"UserName": "ana"}))


def test_a_deny_on_a_requested_tag_is_met_by_the_request(account: Account) -> None:
    deny = {
        "Effect": "Deny",
        "Action": "iam:TagUser",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestTag/team": "payroll"}},
    }
    hal = make_user(account, "hal", allow=[*ADMINISTRATOR, deny])
    tags = {"UserName": "hal", "Tags": [{"Key": "team", "Value": "payroll"}]}
    with pytest.raises(AccessDenied):
        perform(Call(Caller(hal), "iam", "TagUser", tags))
    tags["Tags"] = [{"Key": "team", "Value": "web"}]
    perform(Call(Caller(hal), "iam", "TagUser", tags))


def test_a_policy_compares_the_tags_of_principal_and_resource(account: Account) -> None:
    same_team = {
        "Effect": "Allow",
        "Action": "iam:GetUser",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    }
    ida, jon, kim = (make_user(account, name, allow=[same_team]) for name in ("ida", "jon", "kim"))
    for user, team in ((ida, "web"), (jon, "web"), (kim, "mail")):
        UserTag.objects.create(user=user, key="team", value=team)
    assert may(ida, "iam:GetUser", jon.arn)
    assert not may(ida, "iam:GetUser", kim.arn)


def test_which_tag_keys_may_be_set_is_a_condition_on_all_of_them(account: Account) -> None:
    only_team = {
        "Effect": "Deny",
        "Action": "iam:TagUser",
        "Resource": "*",
        "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team"]}},
    }
    lea = make_user(account, "lea", allow=[*ADMINISTRATOR, only_team])
    tags = [{"Key": "team", "Value": "web"}, {"Key": "cost", "Value": "1"}]
    with pytest.raises(AccessDenied):
        perform(Call(Caller(lea), "iam", "TagUser", {"UserName": "lea", "Tags": tags}))
    perform(Call(Caller(lea), "iam", "TagUser", {"UserName": "lea", "Tags": tags[:1]}))

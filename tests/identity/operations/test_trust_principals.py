"""Whom a trust policy names: by ARN outside, by unique ID inside, so no namesake is trusted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity import trust_principals
from identity.errors import MalformedPolicyDocument
from identity.models import Account, Role, User
from identity.policy import Kind, Layer, LayerKind, Request, Source, decide, load, principals
from tests.factories import make_document, make_key, make_role, make_user, trusting
from tests.refusals import refused
from tests.sdk_in_process import sdk

PROVIDER = "arn:aws:iam::{}:saml-provider/dex"


def statement(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def principal_of(client: Any, name: str = "deploy") -> Any:
    shown = client.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    return shown["Statement"][0]["Principal"]


def create(client: Any, document: str, name: str = "deploy") -> Any:
    return client.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]


def trusts(document: str, user: User) -> bool:
    """What the engine says of the stored text, for a user that no other policy concerns."""
    request = Request(
        user.arn,
        "sts:AssumeRole",
        f"arn:aws:iam::{user.account_id}:role/deploy",
        {},
        principal=principals.user(user.arn, user.unique_id),
        resource_account=user.account_id,
    )
    layer = Layer(LayerKind.TRUST, (Source("trust policy", load(document, Kind.TRUST)),))
    return bool(decide(request, [layer]))


# --- stored and shown ---------------------------------------------------------------------------


def test_users_and_roles_are_stored_by_id_and_shown_by_arn(iam: Any, ana: User, cleo: User) -> None:
    li = make_user(ana.account, "Li", path="/staff/")
    runner = make_role(cleo.account, "runner", path="/ci/")
    client = iam(ana)
    given = {"AWS": [li.arn, runner.arn]}
    made = create(client, make_document([statement(given)]))
    stored = Role.objects.get(name="deploy").trust_policy
    assert json.loads(stored)["Statement"][0]["Principal"] == {
        "AWS": [li.unique_id, runner.unique_id]
    }
    assert made["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == given
    assert principal_of(client) == given
    (listed,) = client.list_roles()["Roles"]
    assert listed["AssumeRolePolicyDocument"] == made["AssumeRolePolicyDocument"]


def test_an_account_is_stored_as_its_root_and_may_be_another(
    iam: Any, ana: User, cleo: User
) -> None:
    client = iam(ana)
    create(client, trusting(ana.account_id))
    assert principal_of(client) == {"AWS": ana.account.root_arn}
    client.update_assume_role_policy(
        RoleName="deploy", PolicyDocument=trusting(cleo.account.root_arn)
    )
    assert principal_of(client) == {"AWS": cleo.account.root_arn}


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "*"},
        {"Service": "ec2.amazonaws.com"},
        {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/Any/session"},
        {"AWS": ["arn:aws:sts::111122223333:federated-user/bo", "*"]},
        {"Federated": PROVIDER.format("111122223333")},
        {"CanonicalUser": "0" * 64},
    ],
    ids=str,
)
def test_services_sessions_and_providers_stay_as_they_are(
    iam: Any, ana: User, principal: dict[str, Any]
) -> None:
    client = iam(ana)
    create(client, make_document([statement(principal)]))
    assert principal_of(client) == principal


def test_of_the_text_only_white_space_between_tokens_goes(iam: Any, ana: User, ben: User) -> None:
    written = (
        '{ "Statement" :\n {"Principal":{"AWS":\t"BEN"}, "Sid":"Tr\\u0075st", "Effect":"Allow",'
        ' "Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":3.60e3},'
        '"StringEquals":{"aws:PrincipalTag/who":"a  b"}},'
        ' "Action":["sts:AssumeRole"]}, "Version":"2012-10-17" }'
    )
    create(iam(ana), written.replace("BEN", ben.arn))
    stored = Role.objects.get().trust_policy
    assert stored.replace(ben.unique_id, "BEN") == (
        '{"Statement":{"Principal":{"AWS":"BEN"},"Sid":"Tr\\u0075st","Effect":"Allow",'
        '"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":3.60e3},'
        '"StringEquals":{"aws:PrincipalTag/who":"a  b"}},'
        '"Action":["sts:AssumeRole"]},"Version":"2012-10-17"}'
    )


def test_ids_elsewhere_in_the_text_are_not_taken_for_principals(
    iam: Any, ana: User, ben: User
) -> None:
    """A condition, a Sid or an ID compare what was written, whoever it looks like."""
    condition = {"StringEquals": {"aws:userid": ben.unique_id}}
    document = {
        "Version": "2012-10-17",
        "Id": ben.unique_id,
        "Statement": [statement({"AWS": ben.arn}, Sid=ben.unique_id, Condition=condition)],
    }
    client = iam(ana)
    create(client, json.dumps(document))
    assert client.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"] == document


def test_every_statement_and_every_spelling_is_translated(iam: Any, ana: User, ben: User) -> None:
    escaped = json.dumps(ana.arn).replace(":", "\\u003a")
    document = make_document([statement({"AWS": [ben.arn, ben.arn]}), statement({"AWS": "@"})])
    create(iam(ana), document.replace('"@"', escaped))
    first, second = json.loads(Role.objects.get().trust_policy)["Statement"]
    assert first["Principal"] == {"AWS": [ben.unique_id] * 2}
    assert second["Principal"] == {"AWS": ana.unique_id}


def test_a_bare_id_of_somebody_who_is_there_is_taken(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    create(client, trusting(ben.unique_id))
    assert principal_of(client) == {"AWS": ben.arn}


def test_what_was_shown_can_be_saved_again(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    shown = create(client, trusting(ben.arn))["AssumeRolePolicyDocument"]
    before = Role.objects.get().trust_policy
    client.update_assume_role_policy(RoleName="deploy", PolicyDocument=json.dumps(shown))
    assert Role.objects.get().trust_policy == before


@pytest.mark.parametrize("path", ['/"\\{}/', "/a//b/", "/$%&*?:/"])
def test_every_path_that_a_user_can_have_can_be_trusted(iam: Any, ana: User, path: str) -> None:
    iam(ana).create_user(UserName="odd", Path=path)
    odd = User.objects.get(name="odd")
    client = iam(ana)
    create(client, trusting(odd.arn))
    assert principal_of(client) == {"AWS": odd.arn}


# --- who does not exist -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:iam::{account}:user/nobody",
        "arn:aws:iam::{account}:user/BEN",
        "arn:aws:iam::{account}:user/staff/ben",
        "arn:aws:iam::{account}:role/ben",
        "arn:aws:iam::{account}:role/nothing",
        "arn:aws:iam::{other}:user/ben",
        "arn:aws:iam::999999999999:user/ben",
        "arn:aws-cn:iam::{account}:user/ben",
        "arn:aws-cn:iam::{account}:root",
        "arn:aws:iam::{account}:group/ops",
        "arn:aws:iam::{account}:user/*",
        "arn:aws:iam::{account}:user/",
        "arn:aws:iam::{account}:root/",
        "arn:aws:iam::999999999999:root",
        "999999999999",
        "99999999999",
        "AIDAAAAAAAAAAAAAAAAAA",
        "AROAAAAAAAAAAAAAAAAAA",
        "ben",
        "",
    ],
)
def test_who_does_not_exist_cannot_be_trusted(
    iam: Any, ana: User, ben: User, cleo: User, name: str
) -> None:
    name = name.format(account=ana.account_id, other=cleo.account_id)
    client = iam(ana)
    make_role(ana.account, "there")
    message = f'Invalid principal in policy: "AWS":"{name}"'
    document = make_document([statement({"AWS": [ben.arn, name]})])
    with refused("MalformedPolicyDocument", message, 400):
        create(client, document)
    with refused("MalformedPolicyDocument", message, 400):
        client.update_assume_role_policy(RoleName="there", PolicyDocument=document)
    assert Role.objects.count() == 1


def test_the_place_of_who_does_not_exist_is_told(account: Account) -> None:
    gone = f"arn:aws:iam::{account.id}:user/gone"
    text = json.dumps(json.loads(trusting(gone)), indent=2)
    with pytest.raises(MalformedPolicyDocument) as refusal:
        trust_principals.stored(text, account)
    assert text.splitlines()[refusal.value.line - 1].strip() == f'"AWS": "{gone}"'
    assert "a user or a role that exists" in refusal.value.detail


def test_a_role_cannot_trust_itself_before_it_is_there(iam: Any, ana: User) -> None:
    client = iam(ana)
    document = trusting(f"arn:aws:iam::{ana.account_id}:role/deploy")
    with refused("MalformedPolicyDocument", status=400):
        create(client, document)
    make_role(ana.account, "deploy")
    client.update_assume_role_policy(RoleName="deploy", PolicyDocument=document)


# --- rename, delete, make anew ------------------------------------------------------------------


def test_a_rename_keeps_the_trust_and_is_shown(iam: Any, ana: User) -> None:
    client = iam(ana)
    li = make_user(ana.account, "li")
    create(client, trusting(li.arn))
    client.update_user(UserName="li", NewUserName="lee", NewPath="/staff/")
    li.refresh_from_db()
    assert principal_of(client) == {"AWS": li.arn}
    assert li.arn.endswith(":user/staff/lee")
    assert trusts(Role.objects.get().trust_policy, li)
    sdk("sts", make_key(li)).assume_role(RoleArn=Role.objects.get().arn, RoleSessionName="work")


def test_who_is_made_anew_under_an_old_name_is_not_trusted(iam: Any, ana: User) -> None:
    client = iam(ana)
    li = make_user(ana.account, "li")
    create(client, trusting(li.arn))
    assert trusts(Role.objects.get().trust_policy, li)
    client.delete_user(UserName="li")
    client.create_user(UserName="li")
    namesake = User.objects.get(name="li")
    assert namesake.arn == li.arn
    assert not trusts(Role.objects.get().trust_policy, namesake)
    with refused("AccessDenied", status=403):
        sdk("sts", make_key(namesake)).assume_role(
            RoleArn=Role.objects.get().arn, RoleSessionName="work"
        )


def test_the_id_of_who_is_gone_is_shown_bare_and_cannot_be_saved_again(iam: Any, ana: User) -> None:
    client = iam(ana)
    li = make_user(ana.account, "li")
    create(client, make_document([statement({"AWS": [li.arn, ana.arn]})]))
    client.delete_user(UserName="li")
    assert principal_of(client) == {"AWS": [li.unique_id, ana.arn]}
    shown = client.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]
    with refused(
        "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{li.unique_id}"', 400
    ):
        client.update_assume_role_policy(RoleName="deploy", PolicyDocument=json.dumps(shown))


def test_a_role_that_is_made_anew_is_not_trusted_either(iam: Any, ana: User) -> None:
    client = iam(ana)
    first = create(client, trusting(ana.arn), "runner")
    create(client, trusting(first["Arn"]))
    client.delete_role(RoleName="runner")
    create(client, trusting(ana.arn), "runner")
    assert principal_of(client) == {"AWS": first["RoleId"]}


def test_nobody_is_found_by_the_id_of_a_root_user(account: Account) -> None:
    """A root user's unique ID is the account's: it means the account, not the user."""
    stored = trust_principals.stored(trusting(account.id), account)
    assert json.loads(stored)["Statement"][0]["Principal"] == {"AWS": account.root_arn}

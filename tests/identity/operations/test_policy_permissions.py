"""Who may call what about policies: the action asked for, the ARN it is asked on, the keys told."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Account, ManagedPolicy, User
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
DOCUMENT = make_document(READ)
INLINE = {"PolicyName": "inline", "PolicyDocument": DOCUMENT}
OWN = "arn:aws:iam::{account}:policy/eng/own"
HOLDERS = {"User": "li", "Group": "devs", "Role": "ci"}


def arn(kind: str) -> str:
    return f"arn:aws:iam::{{account}}:{kind.lower()}/eng/{HOLDERS[kind]}"


def on(kind: str, **more: Any) -> dict[str, Any]:
    return {f"{kind}Name": HOLDERS[kind], **more}


# Action, parameters, and the ARN that has to be allowed; `{own}` is the policy's ARN.
CALLS: list[tuple[str, dict[str, Any], str]] = [
    (
        "CreatePolicy",
        {"PolicyName": "new", "Path": "/eng/", "PolicyDocument": DOCUMENT},
        "arn:aws:iam::{account}:policy/eng/new",
    ),
    ("GetPolicy", {"PolicyArn": OWN}, OWN),
    ("ListPolicies", {}, "*"),
    ("DeletePolicy", {"PolicyArn": OWN}, OWN),
    ("TagPolicy", {"PolicyArn": OWN, "Tags": [{"Key": "a", "Value": "b"}]}, OWN),
    ("UntagPolicy", {"PolicyArn": OWN, "TagKeys": ["a"]}, OWN),
    ("ListPolicyTags", {"PolicyArn": OWN}, OWN),
    ("CreatePolicyVersion", {"PolicyArn": OWN, "PolicyDocument": DOCUMENT}, OWN),
    ("GetPolicyVersion", {"PolicyArn": OWN, "VersionId": "v1"}, OWN),
    ("ListPolicyVersions", {"PolicyArn": OWN}, OWN),
    ("SetDefaultPolicyVersion", {"PolicyArn": OWN, "VersionId": "v1"}, OWN),
    ("ListEntitiesForPolicy", {"PolicyArn": OWN}, OWN),
    *((f"Attach{kind}Policy", on(kind, PolicyArn=OWN), arn(kind)) for kind in HOLDERS),
    *((f"ListAttached{kind}Policies", on(kind), arn(kind)) for kind in HOLDERS),
    *((f"Put{kind}Policy", on(kind, **INLINE), arn(kind)) for kind in HOLDERS),
    *((f"Get{kind}Policy", on(kind, PolicyName="test"), arn(kind)) for kind in HOLDERS),
    *((f"Delete{kind}Policy", on(kind, PolicyName="test"), arn(kind)) for kind in HOLDERS),
    *((f"List{kind}Policies", on(kind), arn(kind)) for kind in HOLDERS),
    *(
        (f"Put{kind}PermissionsBoundary", on(kind, PermissionsBoundary=OWN), arn(kind))
        for kind in ("User", "Role")
    ),
]


def verb(action: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in action)[1:]


def filled(value: Any, account: Account) -> Any:
    if isinstance(value, dict):
        return {key: filled(item, account) for key, item in value.items()}
    return value.replace("{account}", account.id) if isinstance(value, str) else value


@pytest.fixture
def own(account: Account) -> ManagedPolicy:
    """A policy, and holders of all kinds with an inline policy `test`."""
    for make, name in ((make_user, "li"), (make_group, "devs"), (make_role, "ci")):
        make_policy(make(account, name, path="/eng/"), "test", READ)
    return make_managed_policy(account, "own", READ, path="/eng/")


@pytest.mark.parametrize(("action", "params", "resource"), CALLS, ids=[one[0] for one in CALLS])
def test_who_may_only_this_may_call_it_and_who_may_all_but_this_may_not(
    iam: Any,
    account: Account,
    own: ManagedPolicy,
    action: str,
    params: dict[str, Any],
    resource: str,
) -> None:
    target = filled(resource, account)
    name, asked = f"iam:{action}", filled(params, account)
    only = make_user(
        account, "only", allow=[{"Effect": "Allow", "Action": name, "Resource": target}]
    )
    deny = {"Effect": "Deny", "Action": name, "Resource": target}
    but = make_user(account, "but", allow=[*ADMINISTRATOR, deny])
    elsewhere = [{"Effect": "Allow", "Action": name, "NotResource": target}]
    for refused_user in (but, make_user(account, "nearby", allow=elsewhere)):
        with refused("AccessDenied", status=403):
            getattr(iam(refused_user), verb(action))(**asked)
    getattr(iam(only), verb(action))(**asked)


@pytest.mark.parametrize("kind", HOLDERS)
def test_detaching_is_asked_on_the_holder(
    iam: Any, account: Account, own: ManagedPolicy, kind: str
) -> None:
    target = filled(arn(kind), account)
    action = f"iam:Detach{kind}Policy"
    admin = iam(make_user(account, "admin", allow=ADMINISTRATOR))
    getattr(admin, f"attach_{kind.lower()}_policy")(**on(kind), PolicyArn=own.arn)
    only = [{"Effect": "Allow", "Action": action, "Resource": target}]
    detach = f"detach_{kind.lower()}_policy"
    with refused("AccessDenied", status=403):
        deny = [*ADMINISTRATOR, {**only[0], "Effect": "Deny"}]
        getattr(iam(make_user(account, "but", allow=deny)), detach)(**on(kind), PolicyArn=own.arn)
    getattr(iam(make_user(account, "only", allow=only)), detach)(**on(kind), PolicyArn=own.arn)


# --- condition keys -------------------------------------------------------------------------------


def allowing(action: str, key: str, value: str, operator: str = "ArnEquals") -> list[Any]:
    condition = {operator: {key: value}}
    return [{"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}]


@pytest.mark.parametrize("kind", HOLDERS)
def test_attaching_may_be_delegated_for_one_policy(
    iam: Any, account: Account, own: ManagedPolicy, kind: str
) -> None:
    other = make_managed_policy(account, "other", READ)
    only = allowing(f"iam:*tach{kind}Policy", "iam:PolicyARN", own.arn)
    client = iam(make_user(account, "delegate", allow=only))
    for way in ("attach", "detach"):
        call = getattr(client, f"{way}_{kind.lower()}_policy")
        with refused("AccessDenied", status=403):
            call(**on(kind), PolicyArn=other.arn)
        call(**on(kind), PolicyArn=own.arn)


def test_users_may_be_made_by_a_delegate_only_with_the_boundary(
    iam: Any, account: Account, own: ManagedPolicy
) -> None:
    other = make_managed_policy(account, "other", ADMINISTRATOR)
    only = allowing("iam:CreateUser", "iam:PermissionsBoundary", own.arn)
    client = iam(make_user(account, "delegate", allow=only))
    with refused("AccessDenied", status=403):
        client.create_user(UserName="mo")
    with refused("AccessDenied", status=403):
        client.create_user(UserName="mo", PermissionsBoundary=other.arn)
    client.create_user(UserName="mo", PermissionsBoundary=own.arn)


@pytest.mark.parametrize("kind", ["User", "Role"])
def test_policies_may_be_given_by_a_delegate_only_within_the_boundary(
    iam: Any, account: Account, own: ManagedPolicy, kind: str
) -> None:
    shipped = ManagedPolicy.objects.shipped().get(name="ReadOnlyAccess")
    only = allowing(f"iam:*{kind}Policy", "iam:PermissionsBoundary", own.arn)
    delegate = iam(make_user(account, "delegate", allow=only))
    admin = iam(make_user(account, "admin", allow=ADMINISTRATOR))
    low = kind.lower()
    calls = [
        (f"put_{low}_policy", INLINE),
        (f"delete_{low}_policy", {"PolicyName": "inline"}),
        (f"attach_{low}_policy", {"PolicyArn": shipped.arn}),
        (f"detach_{low}_policy", {"PolicyArn": shipped.arn}),
    ]
    for name, more in calls:
        with refused("AccessDenied", status=403):
            getattr(delegate, name)(**on(kind), **more)
    put = getattr(admin, f"put_{low}_permissions_boundary")
    put(**on(kind), PermissionsBoundary=own.arn)
    for name, more in calls:
        getattr(delegate, name)(**on(kind), **more)


@pytest.mark.parametrize("kind", ["User", "Role"])
def test_a_delegate_may_put_one_boundary_and_not_take_it_away(
    iam: Any, account: Account, own: ManagedPolicy, kind: str
) -> None:
    other = make_managed_policy(account, "other", ADMINISTRATOR)
    low = kind.lower()
    only = allowing(f"iam:Put{kind}PermissionsBoundary", "iam:PermissionsBoundary", own.arn)
    client = iam(make_user(account, "delegate", allow=only))
    put = getattr(client, f"put_{low}_permissions_boundary")
    with refused("AccessDenied", status=403):
        put(**on(kind), PermissionsBoundary=other.arn)
    put(**on(kind), PermissionsBoundary=own.arn)
    delete = f"delete_{low}_permissions_boundary"
    with refused("AccessDenied", status=403):
        getattr(client, delete)(**on(kind))
    wrong = allowing(f"iam:Delete{kind}PermissionsBoundary", "iam:PermissionsBoundary", other.arn)
    with refused("AccessDenied", status=403):
        getattr(iam(make_user(account, "wrong", allow=wrong)), delete)(**on(kind))
    right = allowing(f"iam:Delete{kind}PermissionsBoundary", "iam:PermissionsBoundary", own.arn)
    getattr(iam(make_user(account, "right", allow=right)), delete)(**on(kind))


def test_a_new_policy_may_need_a_tag(iam: Any, account: Account) -> None:
    only = allowing("iam:*Policy", "aws:RequestTag/team", "red", "StringEquals")
    client = iam(make_user(account, "delegate", allow=only))
    with refused("AccessDenied", status=403):
        client.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)
    for team in ("blue", "red"):
        tags = [{"Key": "team", "Value": team}]
        if team == "red":
            client.create_policy(PolicyName="p", PolicyDocument=DOCUMENT, Tags=tags)
        else:
            with refused("AccessDenied", status=403):
                client.create_policy(PolicyName="p", PolicyDocument=DOCUMENT, Tags=tags)


def test_which_keys_a_delegate_may_take_away_is_a_condition(
    iam: Any, account: Account, own: ManagedPolicy
) -> None:
    only = allowing("iam:UntagPolicy", "aws:TagKeys", "team", "ForAllValues:StringEquals")
    client = iam(make_user(account, "delegate", allow=only))
    with refused("AccessDenied", status=403):
        client.untag_policy(PolicyArn=own.arn, TagKeys=["team", "cost"])
    client.untag_policy(PolicyArn=own.arn, TagKeys=["team"])


def test_versions_are_made_by_who_has_the_policys_tag(
    iam: Any, account: Account, own: ManagedPolicy, ben: User
) -> None:
    attach(
        ben,
        make_managed_policy(
            account,
            "by-tag",
            allowing("iam:CreatePolicyVersion", "aws:ResourceTag/team", "red", "StringEquals"),
        ),
    )
    client = iam(ben)
    with refused("AccessDenied", status=403):
        client.create_policy_version(PolicyArn=own.arn, PolicyDocument=DOCUMENT)
    ManagedPolicy.objects.filter(pk=own.pk).update(tags=[{"Key": "team", "Value": "red"}])
    client.create_policy_version(PolicyArn=own.arn, PolicyDocument=DOCUMENT)

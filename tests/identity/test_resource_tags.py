"""`aws:ResourceTag`: the tags that something has or will be made with, not those it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from identity import condition_keys
from identity.callers import Caller
from identity.models import Account, InstanceProfile, User, VirtualMfaDevice
from tests.factories import make_managed_policy, make_role, make_user
from tests.refusals import refused

TAGS = [{"Key": "team", "Value": "red"}]
READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]


def of_user(account: Account) -> str:
    user = make_user(account, "li", path="/a:b/")
    user.tags.create(key="team", value="red")
    return user.arn


def of_role(account: Account) -> str:
    role = make_role(account, "Ci", path="/eng/")
    role.tags = TAGS
    role.save()
    return role.arn


def of_policy(account: Account) -> str:
    policy = make_managed_policy(account, "p", READ, path="/eng/")
    policy.tags = TAGS
    policy.save()
    return policy.arn


def of_instance_profile(account: Account) -> str:
    return InstanceProfile.objects.create(account=account, name="Web", tags=TAGS).arn


def of_device(account: Account) -> str:
    arn = f"arn:aws:iam::{account.id}:mfa/phone"
    VirtualMfaDevice.objects.create(
        account=account, name="phone", serial_number=arn, sealed_seed=b"", tags=TAGS
    )
    return arn


MAKERS = [of_user, of_role, of_policy, of_instance_profile, of_device]


def told(user: User, arn: str, **params: Any) -> dict[str, Any]:
    return dict(condition_keys.of_tags(Caller(user), arn, params))


@pytest.mark.parametrize("make", MAKERS)
def test_a_request_is_told_the_tags_of_what_it_is_about(
    account: Account, ben: User, make: Callable[[Account], str]
) -> None:
    assert told(ben, make(account))["aws:ResourceTag/team"] == "red"


@pytest.mark.parametrize(("make", "has"), list(zip(MAKERS, [1, 1, 0, 0, 0], strict=True)))
def test_the_key_of_iam_is_told_of_users_and_roles_only(
    account: Account, ben: User, make: Callable[[Account], str], has: int
) -> None:
    assert ("iam:ResourceTag/team" in told(ben, make(account))) == bool(has)


@pytest.mark.parametrize("make", MAKERS)
def test_nobody_is_told_the_tags_of_another_account(
    account: Account, cleo: User, make: Callable[[Account], str]
) -> None:
    assert "aws:ResourceTag/team" not in told(cleo, make(account))


def test_what_is_made_has_the_tags_that_are_asked_for(account: Account, ben: User) -> None:
    arn = f"arn:aws:iam::{account.id}:policy/new"
    keys = told(ben, arn, Tags=TAGS)
    assert keys["aws:ResourceTag/team"] == keys["aws:RequestTag/team"] == "red"
    assert keys["aws:TagKeys"] == ("team",)


def test_a_tag_that_is_asked_for_is_not_yet_one_of_the_resource(
    iam: Any, account: Account, ben: User
) -> None:
    """Else who may tag what is of the own team could first make it so."""
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    of_team = {"Effect": "Allow", "Action": "iam:Tag*", "Resource": "*", "Condition": condition}
    client = iam(make_user(account, "dev", allow=[of_team]))
    policy = make_managed_policy(account, "p", READ)
    with refused("AccessDenied", status=403):
        client.tag_user(UserName="ben", Tags=TAGS)
    with refused("AccessDenied", status=403):
        client.tag_policy(PolicyArn=policy.arn, Tags=TAGS)
    ben.tags.create(key="team", value="red")
    client.tag_user(UserName="ben", Tags=TAGS)

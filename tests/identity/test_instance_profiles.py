"""What an instance gets by its profile: a role session, made anew when it has to be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from identity.errors import AccessDenied, NoSuchEntity
from identity.instance_profiles import Instance
from identity.metadata_service import Tokens
from identity.models import Account, InstanceProfile, Role, TemporarySession
from tests.events import logged
from tests.factories import Key, make_document, make_role, trusting
from tests.refusals import refused
from tests.sdk_in_process import sdk

EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = make_document([EC2])


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "web", trust=TRUST, allow=["sts:AssumeRole"])


@pytest.fixture
def instance(role: Role) -> Instance:
    profile = InstanceProfile.objects.create(account=role.account, name="web", role=role)
    return Instance(profile.pk)


def key_of(instance: Instance) -> Key:
    given = instance.credentials()
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def test_the_session_is_named_after_the_instance_and_lasts_six_hours(
    instance: Instance, role: Role
) -> None:
    given = instance.credentials()
    who = sdk("sts", key_of(instance)).get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::{role.account_id}:assumed-role/web/{instance.id}"
    left = given["Expiration"] - timezone.now()
    assert timedelta(hours=5, minutes=59) < left <= timedelta(hours=6)


def test_the_event_tells_that_ec2_assumed_the_role(instance: Instance, role: Role) -> None:
    given = instance.credentials()
    event = logged().get(name="AssumeRole")
    assert event.user_identity["invokedBy"] == "ec2.amazonaws.com"
    assert event.request_parameters == {"roleArn": role.arn, "roleSessionName": instance.id}
    assert given["SecretAccessKey"] not in str(event.describe())
    assert given["SessionToken"] not in str(event.describe())


def test_credentials_are_kept_until_an_hour_before_their_end(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = instance.credentials()
    assert instance.credentials() == first
    now = timezone.now()
    monkeypatch.setattr(
        "identity.instance_profiles.timezone.now", lambda: now + timedelta(hours=5, minutes=1)
    )
    assert instance.credentials()["AccessKeyId"] != first["AccessKeyId"]
    assert TemporarySession.objects.filter(pk=first["AccessKeyId"]).exists()


def test_another_role_in_the_profile_gives_other_credentials(
    instance: Instance, account: Account
) -> None:
    first = instance.credentials()
    other = make_role(account, "batch", trust=TRUST)
    InstanceProfile.objects.update(role=other)
    assert instance.credentials()["AccessKeyId"] != first["AccessKeyId"]
    InstanceProfile.objects.update(role=None)
    with pytest.raises(NoSuchEntity):
        instance.credentials()
    InstanceProfile.objects.all().delete()
    with pytest.raises(NoSuchEntity):
        instance.credentials()


@pytest.mark.parametrize(
    "trust",
    [
        "account",
        make_document([{**EC2, "Principal": {"Service": "lambda.amazonaws.com"}}]),
        make_document([{**EC2, "Principal": {"AWS": "*"}}]),
        make_document([EC2, {**EC2, "Effect": "Deny"}]),
        "not a document",
    ],
)
def test_a_role_that_does_not_trust_ec2_mints_nothing(
    instance: Instance, role: Role, trust: str
) -> None:
    role.trust_policy = trusting(role.account.root_arn) if trust == "account" else trust
    role.save()
    with pytest.raises(AccessDenied):
        instance.credentials()
    assert not TemporarySession.objects.exists()


def test_a_role_assumed_from_an_instance_is_not_bound_by_the_hour_of_chains(
    instance: Instance, account: Account
) -> None:
    second = make_role(account, "second")
    Role.objects.update(max_session_duration=43_200)
    sts = sdk("sts", key_of(instance))
    asked = {"RoleArn": second.arn, "RoleSessionName": "work", "DurationSeconds": 7200}
    given = sts.assume_role(**asked)["Credentials"]
    chained = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    with refused("AccessDenied"):
        sdk("sts", chained).assume_role(**asked)


def test_metadata_tokens_end_and_are_not_kept_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("identity.metadata_service._TOKENS_AT_ONCE", 3)
    tokens = Tokens()
    first, *later = (tokens.issue(60) for _ in range(4))
    assert [tokens.holds(one) for one in (first, *later)] == [False, True, True, True]
    assert not tokens.holds("")
    monkeypatch.setattr("identity.metadata_service.time.monotonic", lambda: 10.0**12)
    assert not tokens.holds(later[0])

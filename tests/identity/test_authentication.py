"""Which credentials open, and how the others are told: AWS's codes, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.utils import timezone

from identity import identifiers, tokens, vault
from identity.models import AccessKey, TemporarySession, User
from tests.factories import Key, make_key
from tests.sdk_in_process import sdk

INVALID_KEY = "The security token included in the request is invalid."
INVALID_TOKEN = "The security token included in the request is invalid"


def refusal(key: Key, service: str = "sts", region: str = "us-east-1") -> tuple[str, int, str]:
    with pytest.raises(ClientError) as problem:
        (sdk(service, key, region).get_caller_identity if service == "sts" else _get(key, region))()
    error = problem.value.response
    status = error["ResponseMetadata"]["HTTPStatusCode"]
    return error["Error"]["Code"], status, error["Error"]["Message"]


def _get(key: Key, region: str) -> Callable[[], Any]:
    client: Any = sdk("iam", key, region)
    call: Callable[[], Any] = client.get_user
    return call


def make_session(user: User, *, lasts: timedelta = timedelta(hours=1)) -> Key:
    key = Key(
        identifiers.access_key_id("ASIA"),
        identifiers.secret_access_key(),
        identifiers.session_token(),
    )
    TemporarySession.objects.create(
        id=key.id,
        user=user,
        operation="GetSessionToken",
        sealed_secret=vault.seal(key.secret.encode(), f"temporary_session:{key.id}"),
        token_hash=tokens.hashed(key.token or ""),
        expires_at=timezone.now() + lasts,
    )
    return key


def test_a_key_acts_as_its_owner(ana: User, sts: Callable[[User], Any]) -> None:
    identity = sts(ana).get_caller_identity()
    assert (identity["UserId"], identity["Account"], identity["Arn"]) == (
        ana.unique_id,
        ana.account_id,
        ana.arn,
    )


def test_a_root_key_acts_as_the_account(root: User, sts: Callable[[User], Any]) -> None:
    identity = sts(root).get_caller_identity()
    assert identity["UserId"] == identity["Account"] == root.account_id
    assert identity["Arn"] == f"arn:aws:iam::{root.account_id}:root"


def test_an_inactive_key_is_told_as_an_unknown_one_is(ana: User) -> None:
    inactive = refusal(make_key(ana, active=False))
    unknown = refusal(Key("AKIAAAAAAAAAAAAAAAAA", "x" * 40))
    assert inactive == unknown == ("InvalidClientTokenId", 403, INVALID_KEY)


def test_a_deactivated_key_is_refused_by_the_very_next_call(ana: User) -> None:
    key = make_key(ana)
    sdk("sts", key).get_caller_identity()
    AccessKey.objects.filter(pk=key.id).update(active=False)
    assert refusal(key)[0] == "InvalidClientTokenId"


def test_a_wrong_secret_does_not_match(ana: User) -> None:
    key = make_key(ana)
    code, status, _ = refusal(Key(key.id, "y" * 40))
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    assert AccessKey.objects.get(pk=key.id).last_used_at is None


def test_the_secret_of_another_key_does_not_match(ana: User, ben: User) -> None:
    anas, bens = make_key(ana), make_key(ben)
    assert refusal(Key(anas.id, bens.secret))[0] == "SignatureDoesNotMatch"


def test_a_token_with_a_long_term_key_is_refused(ana: User) -> None:
    key = make_key(ana)
    assert refusal(Key(key.id, key.secret, "token")) == (
        "InvalidClientTokenId",
        403,
        INVALID_TOKEN,
    )


def test_temporary_credentials_act_as_their_user(ana: User) -> None:
    assert sdk("sts", make_session(ana)).get_caller_identity()["Arn"] == ana.arn


def test_temporary_credentials_need_their_own_token(ana: User) -> None:
    first, second = make_session(ana), make_session(ana)
    for token in (None, second.token, (first.token or "")[:-1], (first.token or "") + "x"):
        assert refusal(Key(first.id, first.secret, token))[0] == "InvalidClientTokenId"


def test_expired_credentials_are_told_so(ana: User) -> None:
    key = make_session(ana, lasts=timedelta(0))
    assert refusal(key) == (
        "ExpiredToken",
        403,
        "The security token included in the request is expired",
    )


def test_credentials_of_a_deleted_user_are_unknown(ben: User) -> None:
    key, session = make_key(ben), make_session(ben)
    ben.delete()
    assert refusal(key)[0] == "InvalidClientTokenId"
    assert refusal(session)[0] == "InvalidClientTokenId"


def test_iam_wants_its_own_region_in_the_scope(ana: User) -> None:
    code, status, message = refusal(make_key(ana), "iam", "eu-west-1")
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    assert message.startswith("Credential should be scoped to a valid region")


def test_sts_takes_any_region(ana: User) -> None:
    assert sdk("sts", make_key(ana), "eu-west-1").get_caller_identity()["Arn"] == ana.arn


def test_a_sealed_secret_that_was_moved_to_another_key_does_not_open(ana: User, ben: User) -> None:
    anas, bens = make_key(ana), make_key(ben)
    stolen = AccessKey.objects.get(pk=bens.id).sealed_secret
    AccessKey.objects.filter(pk=anas.id).update(sealed_secret=stolen)
    assert refusal(Key(anas.id, bens.secret))[0] == "InternalFailure"


def test_session_credentials_without_mfa_may_not_call_iam(ana: User) -> None:
    key = make_session(ana)
    with pytest.raises(ClientError) as problem:
        sdk("iam", key).get_user()
    assert problem.value.response["Error"]["Code"] == "InvalidClientTokenId"
    TemporarySession.objects.filter(pk=key.id).update(mfa_at=timezone.now())
    assert sdk("iam", key).get_user()["User"]["Arn"] == ana.arn


def test_of_requests_at_once_only_the_first_writes_when_the_key_was_used(ana: User) -> None:
    key_id, now = make_key(ana).id, timezone.now()
    first, second = AccessKey.signing(key_id), AccessKey.signing(key_id)
    assert first is not None
    assert second is not None
    first.used(now, "iam", "us-east-1")
    second.used(now, "sts", "eu-west-1")
    third = AccessKey.objects.get(pk=key_id)
    assert third.last_used_service == "iam"
    third.used(now + timedelta(seconds=61), "sts", "eu-west-1")
    third.refresh_from_db()
    assert third.last_used_region == "eu-west-1"

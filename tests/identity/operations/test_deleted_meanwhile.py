"""What a call is about may be deleted after it was authorised: an answer of AWS's, never ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from federation.models import OidcProvider, SamlProvider
from identity import vault
from identity.callers import Caller
from identity.calls import Call
from identity.errors import AwsError
from identity.gateway import prepared
from identity.mfa import _purpose
from identity.models import (
    Account,
    Group,
    InstanceProfile,
    ManagedPolicy,
    PolicyUsage,
    Role,
    ServerCertificate,
    User,
    VirtualMfaDevice,
)
from identity.operations.registry import TABLE, Operation
from tests.factories import ADMINISTRATOR, make_account, make_user
from tests.identity.operations.test_isolation import own_params, own_values, undone
from tests.one_of_each import fill

# What has to go before what it hangs on.
_EVERYTHING = (
    InstanceProfile,
    VirtualMfaDevice,
    ServerCertificate,
    SamlProvider,
    OidcProvider,
    Role,
    Group,
    PolicyUsage,
)

# Reads of what was there a moment ago, what is made anew, and what is about the account itself.
# AssumeRole inserts a row that points to the role: the commit fails, which comes after this test.
_NEEDS_NOTHING = (
    *("Get", "List", "Simulate", "Generate", "Create", "AssumeRole"),
    *("DeleteAccount", "UpdateAccountPasswordPolicy", "SetSecurityTokenServicePreferences"),
    "UploadServerCertificate",
)


@pytest.fixture
def account(db: None) -> Account:
    account = make_account("Ours", alias="corpours")
    fill(account, "ours")
    for device in VirtualMfaDevice.objects.filter(account=account):
        device.sealed_seed = vault.seal(b"A" * 32, _purpose(device.serial_number))
        device.save()
    make_user(account, "bossours", allow=ADMINISTRATOR)
    return account


def delete_everything(account: Account, *, but: User) -> None:
    """As another request might, a moment after this one was let in."""
    for model in _EVERYTHING:
        model._default_manager.filter(account=account).delete()
    account.iam_users.exclude(pk=but.pk).update(boundary=None)
    account.iam_users.exclude(pk=but.pk).delete()
    for policy in ManagedPolicy.objects.of(account):
        policy.delete()


def let_in(caller: User, operation: Operation, own: dict[str, Any]) -> Callable[[], Any]:
    """A call that is authorised and prepared, but not run."""
    params = own_params(operation, own)
    if "SerialNumber" in params and "TokenCode" in str(operation.model.input_shape):
        params["TokenCode"] = "123456"
    return prepared(Call(Caller(caller), operation.service, operation.name, params))


def outcome(run: Callable[[], Any]) -> str:
    """The code of the answer, or that it broke."""
    try:
        run()
    except AwsError as problem:
        return problem.code if problem.status < 500 else f"BROKEN {problem.code}"
    return "answered"


def test_what_is_deleted_meanwhile_is_not_there_and_breaks_nothing(account: Account) -> None:
    boss, own, told = account.iam_users.get(name="bossours"), own_values(account), {}
    waiting: dict[str, Callable[[], Any]] = {}
    for key, operation in sorted(TABLE.items()):
        try:
            waiting[key[1]] = let_in(boss, operation, own)
        except AwsError as problem:
            if problem.status >= 500:
                raise
    delete_everything(account, but=boss)
    for name, run in waiting.items():
        with undone():
            told[name] = outcome(run)
    assert {name: code for name, code in told.items() if code.startswith("BROKEN")} == {}
    answered = {name for name, code in told.items() if code == "answered"}
    assert {name for name in answered if not name.startswith(_NEEDS_NOTHING)} == set()

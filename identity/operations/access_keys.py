"""Access keys: the long-term credentials of users and of root, two a principal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from identity import identifiers, quotas, user_status, vault
from identity.calls import Call
from identity.errors import NoSuchEntity
from identity.models import AccessKey, User
from identity.operations import paging, resources, statuses
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "CreateAccessKey", resource=resources.user)
def create_access_key(call: Call, params: t.CreateAccessKeyRequestTypeDef) -> Result:
    user = call.locked_user()
    key_id, secret = identifiers.access_key_id(), identifiers.secret_access_key()
    key = AccessKey.objects.create(
        id=key_id,
        user=user,
        slot=_free_slot(user),
        sealed_secret=vault.seal(secret.encode(), f"access_key:{key_id}"),
    )
    user_status.refresh(user.pk)
    return {"AccessKey": {**key.describe(), "SecretAccessKey": secret}}


def _free_slot(user: User) -> int:
    taken = set(user.access_keys.values_list("slot", flat=True))
    free = [slot for slot in (1, 2) if slot not in taken]
    if not free:
        raise quotas.exceeded("AccessKeysPerUser", quotas.ACCESS_KEYS_PER_USER)
    return free[0]


@operation("iam", "ListAccessKeys", resource=resources.user)
def list_access_keys(call: Call, params: t.ListAccessKeysRequestTypeDef) -> Result:
    keys = call.user().access_keys.select_related("user").order_by("created_at", "id")
    described = [key.describe() for key in keys]
    return paging.page_of_few(call, described, member="AccessKeyMetadata")


@operation("iam", "UpdateAccessKey", resource=resources.user)
def update_access_key(call: Call, params: t.UpdateAccessKeyRequestTypeDef) -> None:
    active = statuses.is_active(params["Status"], "an access key")
    named = call.user().access_keys.filter(pk=params["AccessKeyId"])
    if not named.exists():
        raise _no_such_key(params["AccessKeyId"])
    named.exclude(active=active).update(active=active, status_changed_at=timezone.now())
    user_status.refresh(call.user().pk)


@operation("iam", "DeleteAccessKey", resource=resources.user)
def delete_access_key(call: Call, params: t.DeleteAccessKeyRequestTypeDef) -> None:
    deleted, _ = call.user().access_keys.filter(pk=params["AccessKeyId"]).delete()
    if not deleted:
        raise _no_such_key(params["AccessKeyId"])
    user_status.refresh(call.user().pk)


@operation("iam", "GetAccessKeyLastUsed", resource=resources.access_key_owner)
def get_access_key_last_used(call: Call, params: t.GetAccessKeyLastUsedRequestTypeDef) -> Result:
    key = resources.access_key(call)
    owner = {} if key.user.is_root else {"UserName": key.user.name}
    return {**owner, "AccessKeyLastUsed": key.last_used()}


def _no_such_key(key_id: str) -> NoSuchEntity:
    return NoSuchEntity(f"The Access Key with id {key_id} cannot be found")

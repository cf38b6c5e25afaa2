"""SSH public keys of users: five a user. Root has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import identifiers, public_keys, quotas
from identity.calls import Call
from identity.errors import DuplicateSSHPublicKey, NoSuchEntity
from identity.models import SSHPublicKey, User
from identity.operations import paging, resources, statuses
from identity.operations.registry import operation

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "UploadSSHPublicKey", resource=resources.user)
def upload_ssh_public_key(call: Call, params: t.UploadSSHPublicKeyRequestTypeDef) -> Result:
    body = public_keys.openssh(params["SSHPublicKeyBody"])
    user = call.locked_user()
    _require_room(user, body)
    key = SSHPublicKey.objects.create(
        id=identifiers.unique_id("APKA"),
        user=user,
        body=body,
        fingerprint=public_keys.fingerprint(body),
    )
    return {"SSHPublicKey": _shown(key, params["SSHPublicKeyBody"])}


def _require_room(user: User, body: str) -> None:
    present = user.ssh_public_keys.values_list("body", flat=True)
    if body in present:
        raise DuplicateSSHPublicKey(
            "The SSH public key is already associated with the specified IAM user."
        )
    if len(present) >= quotas.SSH_PUBLIC_KEYS_PER_USER:
        raise quotas.exceeded("SSHPublicKeysPerUser", quotas.SSH_PUBLIC_KEYS_PER_USER)


@operation("iam", "GetSSHPublicKey", resource=resources.user)
def get_ssh_public_key(call: Call, params: t.GetSSHPublicKeyRequestTypeDef) -> Result:
    key = _named(call).select_related("user").first()
    if key is None:
        raise _no_such_key(params["SSHPublicKeyId"])
    body = key.body if params["Encoding"] == "SSH" else public_keys.pem(key.body)
    return {"SSHPublicKey": _shown(key, body)}


@operation("iam", "ListSSHPublicKeys", resource=resources.user)
def list_ssh_public_keys(call: Call, params: t.ListSSHPublicKeysRequestTypeDef) -> Result:
    keys = call.iam_user().ssh_public_keys.select_related("user").order_by("uploaded_at", "id")
    return paging.page_of_few(call, [key.describe() for key in keys], member="SSHPublicKeys")


@operation("iam", "UpdateSSHPublicKey", resource=resources.user)
def update_ssh_public_key(call: Call, params: t.UpdateSSHPublicKeyRequestTypeDef) -> None:
    active = statuses.is_active(params["Status"], "an SSH public key")
    if not _named(call).update(active=active):
        raise _no_such_key(params["SSHPublicKeyId"])


@operation("iam", "DeleteSSHPublicKey", resource=resources.user)
def delete_ssh_public_key(call: Call, params: t.DeleteSSHPublicKeyRequestTypeDef) -> None:
    deleted, _ = _named(call).delete()
    if not deleted:
        raise _no_such_key(params["SSHPublicKeyId"])


def _named(call: Call) -> QuerySet[SSHPublicKey]:
    return SSHPublicKey.objects.filter(user=call.user(), pk=call.params["SSHPublicKeyId"])


def _shown(key: SSHPublicKey, body: str) -> dict[str, object]:
    return {**key.describe(), "Fingerprint": key.fingerprint, "SSHPublicKeyBody": body}


def _no_such_key(key_id: str) -> NoSuchEntity:
    return NoSuchEntity(f"The SSH Public Key with id {key_id} cannot be found")

"""Tags of virtual MFA devices: kept in the device's row, their keys told apart by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import quotas
from identity.calls import Call
from identity.errors import InvalidInput, LimitExceeded
from identity.models import VirtualMfaDevice
from identity.operations import mfa_devices, paging, resources, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagMFADevice", resource=resources.mfa_device)
def tag_mfa_device(call: Call, params: t.TagMFADeviceRequestTypeDef) -> None:
    if not params["Tags"]:
        raise InvalidInput("The list of tags must not be empty.")
    tags.check(params["Tags"], ignoring_case=False)
    device = _locked(call)
    values = _values(device) | {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    if len(values) > quotas.TAGS_PER_RESOURCE:
        raise LimitExceeded("The number of tags has reached the maximum limit.")
    _store(device, values)


@operation("iam", "UntagMFADevice", resource=resources.mfa_device)
def untag_mfa_device(call: Call, params: t.UntagMFADeviceRequestTypeDef) -> None:
    device = _locked(call)
    values = _values(device)
    _store(device, {key: values[key] for key in values if key not in params["TagKeys"]})


@operation("iam", "ListMFADeviceTags", resource=resources.mfa_device)
def list_mfa_device_tags(call: Call, params: t.ListMFADeviceTagsRequestTypeDef) -> Result:
    found = sorted(mfa_devices.of(call).tags, key=lambda tag: str(tag["Key"]))
    return paging.page_of_few(call, found, member="Tags")


def _locked(call: Call) -> VirtualMfaDevice:
    """The device, locked and read again inside the transaction."""
    found: VirtualMfaDevice = VirtualMfaDevice.objects.select_for_update().get(
        pk=mfa_devices.of(call).pk
    )
    return found


def _values(device: VirtualMfaDevice) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in device.tags}


def _store(device: VirtualMfaDevice, values: dict[str, str]) -> None:
    device.tags = [{"Key": key, "Value": value} for key, value in values.items()]
    device.save(update_fields=["tags"])

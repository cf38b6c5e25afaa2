"""Tags of virtual MFA devices, their keys told apart by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.models import VirtualMfaDevice
from identity.operations import mfa_devices, resources, row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagMFADevice", resource=resources.mfa_device)
def tag_mfa_device(call: Call, params: t.TagMFADeviceRequestTypeDef) -> None:
    row_tags.put(_locked(call), params["Tags"])


@operation("iam", "UntagMFADevice", resource=resources.mfa_device)
def untag_mfa_device(call: Call, params: t.UntagMFADeviceRequestTypeDef) -> None:
    row_tags.remove(_locked(call), params["TagKeys"])


@operation("iam", "ListMFADeviceTags", resource=resources.mfa_device)
def list_mfa_device_tags(call: Call, params: t.ListMFADeviceTagsRequestTypeDef) -> Result:
    return row_tags.page(call, mfa_devices.of(call))


def _locked(call: Call) -> VirtualMfaDevice:
    """The device, locked and read again inside the transaction."""
    found: VirtualMfaDevice = VirtualMfaDevice.objects.select_for_update().get(
        pk=mfa_devices.of(call).pk
    )
    return found

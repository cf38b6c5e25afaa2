"""GetAccountSummary: what the account holds and what it may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from identity import quotas
from identity.calls import Call
from identity.models import AccessKey, Account, PolicyUsage, SigningCertificate, VirtualMfaDevice
from identity.operations.registry import operation

if TYPE_CHECKING:
    from identity.operations.registry import Result


def _nothing(account: Account) -> int:
    """For what this release does not have yet, or no release will."""
    return 0


def _root_has_mfa(account: Account) -> int:
    devices = VirtualMfaDevice.objects.filter(user__account=account, user__is_root=True)
    return int(devices.exists())


def _root_has_keys(account: Account) -> int:
    """Whether there are any, not how many."""
    return int(AccessKey.objects.filter(user__account=account, user__is_root=True).exists())


def _root_has_certificates(account: Account) -> int:
    held = SigningCertificate.objects.filter(user__account=account, user__is_root=True)
    return int(held.exists())


def _policies_in_use(account: Account) -> int:
    """Managed policies that are attached or a boundary, shipped ones too: one version each."""
    return PolicyUsage.objects.in_use().filter(account=account).count()


COUNTERS: dict[str, Callable[[Account], int]] = {
    "AccountAccessKeysPresent": _root_has_keys,
    "AccountMFAEnabled": _root_has_mfa,
    "AccountPasswordPresent": lambda account: 1,
    "AccountSigningCertificatesPresent": _root_has_certificates,
    "GlobalEndpointTokenVersion": lambda account: account.global_endpoint_token_version,
    "Groups": lambda account: account.group_count,
    "InstanceProfiles": lambda account: account.instance_profile_count,
    "MFADevices": lambda account: account.mfa_device_count,
    "MFADevicesInUse": lambda account: account.mfa_device_in_use_count,
    "Policies": lambda account: account.policy_count,
    "PolicyVersionsInUse": _policies_in_use,
    "Providers": _nothing,
    "Roles": lambda account: account.role_count,
    "ServerCertificates": lambda account: account.server_certificate_count,
    "Users": lambda account: account.user_count,
}
"""What is counted, by its key of the summary; federation puts its own counter of providers here."""


@operation("iam", "GetAccountSummary")
def get_account_summary(call: Call, params: dict[str, object]) -> Result:
    account = Account.objects.get(pk=call.account.pk)
    counted = {name: counter(account) for name, counter in COUNTERS.items()}
    return {"SummaryMap": {**counted, **quotas.summary(account)}}

"""The quotas of an account, under the names that GetAccountSummary and LimitExceeded give them.

Those of AWS's "IAM and AWS STS quotas" page, at their defaults. Those of ADJUSTABLE may be set by
`manage.py set_quota`, above AWS's own maxima too: they cost no more here than one row each.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import F, Model, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from identity.errors import LimitExceeded
from identity.models import Account, Quota
from identity.models.prepared_writes import PreparedUpdate

ADJUSTABLE = {
    "ACLSizePerRole": 2048,
    "GroupsPerAccount": 300,
    "GroupsPerUser": 10,
    "InstanceProfilesPerAccount": 1000,
    "OpenIdConnectProvidersPerAccount": 100,
    "PoliciesPerAccount": 1500,
    "PoliciesPerGroup": 10,
    "PoliciesPerRole": 10,
    "PoliciesPerUser": 10,
    "RolesPerAccount": 1000,
    "SAMLProvidersPerAccount": 100,
    "ServerCertificatesPerAccount": 20,
    "UsersPerAccount": 5000,
}
"""The defaults."""

_SAME_AS = {"MFADevicesPerAccount": "UsersPerAccount"}

ACCESS_KEYS_PER_USER = 2
CLIENT_IDS_PER_OIDC_PROVIDER = 100
GROUP_POLICY_SIZE = 5120
MFA_DEVICES_PER_USER = 8
POLICY_SIZE = 6144
POLICY_VERSIONS_IN_USE = 10000
PRIVATE_KEYS_PER_SAML_PROVIDER = 2
ROLE_POLICY_SIZE = 10240
SERVICE_SPECIFIC_CREDENTIALS_PER_USER = 2
SIGNING_CERTIFICATES_PER_USER = 2
SSH_PUBLIC_KEYS_PER_USER = 5
TAGS_PER_RESOURCE = 50
THUMBPRINTS_PER_OIDC_PROVIDER = 5
USER_POLICY_SIZE = 2048
VERSIONS_PER_POLICY = 5


def of(account_id: str, name: str) -> int:
    """What the operator has set for the account, or else for all, or else the default."""
    return all_of(account_id)[_SAME_AS.get(name, name)]


def all_of(account_id: str) -> dict[str, int]:
    """The same for every one of ADJUSTABLE, by its name."""
    return {**ADJUSTABLE, **Quota.set_for(account_id)}


def summary(account: Account) -> dict[str, int]:
    """Every quota that GetAccountSummary names, also of what this release does not answer."""
    present = all_of(account.pk)
    return {
        "AccessKeysPerUserQuota": ACCESS_KEYS_PER_USER,
        "AssumeRolePolicySizeQuota": present["ACLSizePerRole"],
        "AttachedPoliciesPerGroupQuota": present["PoliciesPerGroup"],
        "AttachedPoliciesPerRoleQuota": present["PoliciesPerRole"],
        "AttachedPoliciesPerUserQuota": present["PoliciesPerUser"],
        "GroupPolicySizeQuota": GROUP_POLICY_SIZE,
        "GroupsPerUserQuota": present["GroupsPerUser"],
        "GroupsQuota": present["GroupsPerAccount"],
        "InstanceProfilesQuota": present["InstanceProfilesPerAccount"],
        "PoliciesQuota": present["PoliciesPerAccount"],
        "PolicySizeQuota": POLICY_SIZE,
        "PolicyVersionsInUseQuota": POLICY_VERSIONS_IN_USE,
        "RolePolicySizeQuota": ROLE_POLICY_SIZE,
        "RolesQuota": present["RolesPerAccount"],
        "ServerCertificatesQuota": present["ServerCertificatesPerAccount"],
        "SigningCertificatesPerUserQuota": SIGNING_CERTIFICATES_PER_USER,
        "UserPolicySizeQuota": USER_POLICY_SIZE,
        "UsersQuota": present["UsersPerAccount"],
        "VersionsPerPolicyQuota": VERSIONS_PER_POLICY,
    }


def exceeded(name: str, limit: int) -> LimitExceeded:
    return LimitExceeded(f"Cannot exceed quota for {name}: {limit}")


def take(account: Account, counter: str, name: str) -> None:
    """Add one to a counter of the account, as the last statement of a transaction.

    One conditional update, so that no race passes the limit. Last, because the account's row stays
    locked to the end: taken first it would wait for locks that others hold who wait for it.
    Raises LimitExceeded at the limit.
    """
    quota = _SAME_AS.get(name, name)
    if _one_more(counter, quota).run(account.pk, ADJUSTABLE[quota]) != 1:
        raise exceeded(name, of(account.pk, name))


@cache
def _one_more(counter: str, name: str) -> PreparedUpdate:
    """The limit is looked up by the update itself: the account's own, that of all, the default."""

    def make(account_id: str, default: int) -> tuple[QuerySet[Account], dict[str, Any]]:
        there = Quota.objects.filter(name=name).values("value")
        own, of_all = there.filter(account_id=account_id), there.filter(account=None)
        limit = Coalesce(Subquery(own), Subquery(of_all), Value(default))
        below = Account.objects.filter(pk=account_id, **{f"{counter}__lt": limit})
        return below, {counter: F(counter) + 1}

    return PreparedUpdate(make, "123456789012", 5000)


def require_room(account: Account, rows: QuerySet[Model], name: str) -> None:
    """As `take`, for few rows without a counter: count them when the new one is there already.

    The lock on the account's row lets one transaction at a time count.
    """
    Account.objects.locked().get(pk=account.pk)
    limit = of(account.pk, name)
    if rows.count() > limit:
        raise exceeded(name, limit)

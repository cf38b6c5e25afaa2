"""The quotas of an account, under the names that GetAccountSummary and LimitExceeded give them.

Those of AWS's "IAM and AWS STS quotas" page, at their defaults. Only the number of users may be
raised (BARTIZAN_USERS_QUOTA): it costs no more here than one row each.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import F, Model, QuerySet

from identity.errors import LimitExceeded
from identity.models import Account

ACCESS_KEYS_PER_USER = 2
ATTACHED_POLICIES_PER_GROUP = 10
ATTACHED_POLICIES_PER_ROLE = 10
ATTACHED_POLICIES_PER_USER = 10
CLIENT_IDS_PER_OIDC_PROVIDER = 100
GROUPS = 300
GROUPS_PER_USER = 10
GROUP_POLICY_SIZE = 5120
INSTANCE_PROFILES = 1000
MFA_DEVICES_PER_USER = 8
OIDC_PROVIDERS = 100
POLICIES = 1500
POLICY_SIZE = 6144
PRIVATE_KEYS_PER_SAML_PROVIDER = 2
ROLES = 1000
ROLE_POLICY_SIZE = 10240
SAML_PROVIDERS = 100
SERVER_CERTIFICATES = 20
SERVICE_SPECIFIC_CREDENTIALS_PER_USER = 2
SIGNING_CERTIFICATES_PER_USER = 2
SSH_PUBLIC_KEYS_PER_USER = 5
TAGS_PER_RESOURCE = 50
THUMBPRINTS_PER_OIDC_PROVIDER = 5
TRUST_POLICY_SIZE = 2048
USER_POLICY_SIZE = 2048
VERSIONS_PER_POLICY = 5


def users() -> int:
    """How many users an account may have, and how many virtual MFA devices."""
    return int(settings.USERS_QUOTA)


def summary() -> dict[str, int]:
    """Every quota that GetAccountSummary names, also of what this release does not answer yet."""
    return {
        "AccessKeysPerUserQuota": ACCESS_KEYS_PER_USER,
        "AssumeRolePolicySizeQuota": TRUST_POLICY_SIZE,
        "AttachedPoliciesPerGroupQuota": ATTACHED_POLICIES_PER_GROUP,
        "AttachedPoliciesPerRoleQuota": ATTACHED_POLICIES_PER_ROLE,
        "AttachedPoliciesPerUserQuota": ATTACHED_POLICIES_PER_USER,
        "GroupPolicySizeQuota": GROUP_POLICY_SIZE,
        "GroupsPerUserQuota": GROUPS_PER_USER,
        "GroupsQuota": GROUPS,
        "InstanceProfilesQuota": INSTANCE_PROFILES,
        "PoliciesQuota": POLICIES,
        "PolicySizeQuota": POLICY_SIZE,
        "PolicyVersionsInUseQuota": 10000,
        "RolePolicySizeQuota": ROLE_POLICY_SIZE,
        "RolesQuota": ROLES,
        "ServerCertificatesQuota": SERVER_CERTIFICATES,
        "SigningCertificatesPerUserQuota": SIGNING_CERTIFICATES_PER_USER,
        "UserPolicySizeQuota": USER_POLICY_SIZE,
        "UsersQuota": users(),
        "VersionsPerPolicyQuota": VERSIONS_PER_POLICY,
    }


def exceeded(name: str, limit: int) -> LimitExceeded:
    return LimitExceeded(f"Cannot exceed quota for {name}: {limit}")


def take(account: Account, counter: str, *, limit: int, name: str) -> None:
    """Add one to a counter of the account, as the last statement of a transaction.

    One conditional update, so that no race passes the limit. Last, because the account's row stays
    locked to the end: taken first it would wait for locks that others hold who wait for it.
    Raises LimitExceeded at the limit.
    """
    below = Account.objects.filter(pk=account.pk, **{f"{counter}__lt": limit})
    if below.update(**{counter: F(counter) + 1}) != 1:
        raise exceeded(name, limit)


def require_room(account: Account, rows: QuerySet[Model], *, limit: int, name: str) -> None:
    """As `take`, for few rows without a counter: count them when the new one is there already.

    The lock on the account's row lets one transaction at a time count.
    """
    Account.objects.locked().get(pk=account.pk)
    if rows.count() > limit:
        raise exceeded(name, limit)

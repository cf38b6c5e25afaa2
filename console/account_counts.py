"""What the recommendations count in an account, in one query whatever there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from console.models import KeyRotation
from federation.models import OidcProvider, SamlProvider
from identity.models import (
    AccessKey,
    Account,
    GroupAttachment,
    LoginProfile,
    Role,
    User,
    UserAttachment,
    VirtualMfaDevice,
)

OLD = timedelta(days=90)
RECENT = timedelta(days=30)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of root whether, of the others how many; `everybody` says whether users were counted."""

    everybody: bool
    root_mfa: int
    root_keys: int
    root_used: int
    saml_providers: int
    oidc_providers: int
    own_mfa: int
    rotating: int
    passwords: int = 0
    no_mfa: int = 0
    unused_passwords: int = 0
    old_keys: int = 0
    unused_keys: int = 0
    rotations: int = 0
    administrators: int = 0
    unused_roles: int = 0

    @property
    def providers(self) -> int:
        return self.saml_providers + self.oidc_providers


def counts(account: Account, own: User | None, *, everybody: bool) -> Counts:
    """`own` is whose MFA is asked about; without `everybody` no user is counted through."""
    now = timezone.now()
    wanted = _few(own, now)
    if everybody:
        wanted |= _many(now)
    found = Account.objects.filter(pk=account.pk).annotate(
        **{f"n_{name}": _number(rows) for name, rows in wanted.items()}
    )
    row = found.values(*(f"n_{name}" for name in wanted)).get()
    return Counts(everybody=everybody, **{name: row[f"n_{name}"] for name in wanted})


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, as a part of another query; `rows` are those of the account `OuterRef`."""
    counted = rows.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


def _few(own: User | None, now: datetime) -> dict[str, QuerySet[Any]]:
    here = OuterRef("pk")
    root = {"user__account": here, "user__is_root": True}
    used = User.objects.filter(account=here, is_root=True, password_last_used_at__gte=now - RECENT)
    return {
        "root_mfa": VirtualMfaDevice.objects.filter(**root),
        "root_keys": AccessKey.objects.filter(**root),
        "root_used": used,
        "saml_providers": SamlProvider.objects.filter(account=here),
        "oidc_providers": OidcProvider.objects.filter(account=here),
        "own_mfa": VirtualMfaDevice.objects.filter(user=own)
        if own
        else VirtualMfaDevice.objects.none(),
        "rotating": KeyRotation.objects.filter(old_key__account=here),
    }


def _many(now: datetime) -> dict[str, QuerySet[Any]]:
    here, before = OuterRef("pk"), now - OLD
    profiles = LoginProfile.objects.filter(user__account=here, user__is_root=False)
    keys = AccessKey.objects.filter(user__account=here, user__is_root=False, active=True)
    unused = Q(last_used_at__lt=before) | Q(last_used_at=None, created_at__lt=before)
    devices = VirtualMfaDevice.objects.filter(user=OuterRef("user"))
    other_key = AccessKey.objects.filter(user=OuterRef("user"), slot=2, active=True)
    directly = UserAttachment.objects.filter(user=OuterRef("pk"), policy__arn=ADMINISTRATOR)
    by_group = GroupAttachment.objects.filter(
        group__memberships__user=OuterRef("pk"), policy__arn=ADMINISTRATOR
    )
    return {
        "passwords": profiles,
        "no_mfa": profiles.filter(~Exists(devices)),
        "unused_passwords": profiles.filter(
            Q(user__password_last_used_at__lt=before)
            | Q(user__password_last_used_at=None, created_at__lt=before)
        ),
        "old_keys": keys.filter(created_at__lt=before),
        "unused_keys": keys.filter(unused),
        "rotations": keys.filter(Exists(other_key), slot=1),
        "administrators": User.objects.filter(
            Exists(directly) | Exists(by_group), account=here, is_root=False
        ),
        "unused_roles": Role.objects.filter(account=here)
        .filter(Q(last_used_at__lt=before) | Q(last_used_at=None, created_at__lt=before))
        .exclude(path__startswith="/aws-service-role/"),
    }

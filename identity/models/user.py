"""Root and IAM users alike: who may sign in and who may hold access keys."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from identity import arns, once
from identity.models.account import Account
from identity.models.lookups import Under
from identity.models.prepared import Prepared
from identity.models.prepared_writes import Inserted

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from identity.models.access_key import AccessKey
    from identity.models.attachment import UserAttachment
    from identity.models.group import Membership
    from identity.models.login_profile import LoginProfile, PreviousPassword
    from identity.models.mfa_device import RecoveryCode, VirtualMfaDevice
    from identity.models.policy import UserPolicy
    from identity.models.service_specific_credential import ServiceSpecificCredential
    from identity.models.signing_certificate import SigningCertificate
    from identity.models.ssh_public_key import SSHPublicKey
    from identity.models.tag import UserTag


models.CharField.register_lookup(Under)


def folded(name: str) -> str:
    """The form under which names are unique: AWS keeps the case given and ignores it."""
    return name.lower()


class UserQuerySet(models.QuerySet["User"]):
    def named(self, name: str) -> Self:
        return self.filter(name_folded=folded(name))

    def with_root_email(self, email: str) -> Self:
        return self.filter(is_root=True, email_folded=folded(email.strip()))

    def under(self, path_prefix: str) -> Self:
        """Those whose path begins so. All paths begin with `/`, so that is no condition."""
        return self if path_prefix == "/" else self.filter(path__under=path_prefix)

    def locked(self) -> Self:
        """Rows locked to the end of the transaction (SQLite's whole file is, by then)."""
        return self.select_for_update(of=("self",))


_IAM_USER = Q(is_root=False)

# What the list of users is narrowed or sorted by, and who may be left out: a new user, who has no
# password and no key, costs fewer of them. The name makes each order total.
_LISTS: list[tuple[str, list[str], Q]] = [
    ("console", ["console_enabled"], _IAM_USER),
    ("mfa", ["mfa_enabled"], _IAM_USER),
    ("console_and_mfa", ["console_enabled", "mfa_enabled"], _IAM_USER),
    ("new_password_due", [], _IAM_USER & Q(must_change_password=True)),
    ("sign_in", ["console_enabled", "password_last_used_at"], _IAM_USER),
    (
        "password_age",
        ["console_enabled", "password_changed_at"],
        _IAM_USER & Q(password_changed_at__isnull=False),
    ),
    ("key_age", ["oldest_active_key_at"], _IAM_USER & Q(oldest_active_key_at__isnull=False)),
    ("activity", ["idle_since"], _IAM_USER),
    ("creation", ["created_at"], _IAM_USER),
]


class User(Inserted, AbstractBaseUser):
    """A principal with long-term credentials. Root has an e-mail, a user has a name."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="users")
    unique_id = models.CharField(max_length=128, unique=True)
    is_root = models.BooleanField(default=False)
    name = models.CharField(max_length=64, blank=True)
    name_folded = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=512, default="/")
    email = models.CharField(max_length=64, blank=True)
    email_folded = models.CharField(max_length=64, unique=True, null=True, default=None)
    created_at = models.DateTimeField(default=timezone.now)
    password_changed_at = models.DateTimeField(null=True, default=None)
    password_last_used_at = models.DateTimeField(null=True, default=None)
    last_login = None
    # Kept by identity/user_status.py, so that lists are narrowed by an index and not by a scan.
    console_enabled = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    mfa_enabled = models.BooleanField(default=False)
    oldest_active_key_at = models.DateTimeField(null=True, default=None)
    idle_since = models.DateTimeField(default=timezone.now)
    boundary = models.ForeignKey(
        "ManagedPolicy",
        on_delete=models.RESTRICT,
        related_name="bounded_users",
        db_index=False,
        null=True,
        default=None,
    )

    objects = UserQuerySet.as_manager()

    USERNAME_FIELD = "unique_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    if TYPE_CHECKING:
        account_id: str
        boundary_id: int | None
        attachments: RelatedManager[UserAttachment]
        memberships: RelatedManager[Membership]
        access_keys: RelatedManager[AccessKey]
        login_profile: LoginProfile
        previous_passwords: RelatedManager[PreviousPassword]
        mfa_devices: RelatedManager[VirtualMfaDevice]
        recovery_codes: RelatedManager[RecoveryCode]
        policies: RelatedManager[UserPolicy]
        service_specific_credentials: RelatedManager[ServiceSpecificCredential]
        signing_certificates: RelatedManager[SigningCertificate]
        ssh_public_keys: RelatedManager[SSHPublicKey]
        tags: RelatedManager[UserTag]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name_folded"],
                condition=_IAM_USER,
                name="user_name_once_in_an_account",
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_root=True), name="one_root_in_an_account"
            ),
            models.CheckConstraint(
                condition=Q(is_root=True, name="", email_folded__isnull=False)
                | (Q(is_root=False, email_folded__isnull=True) & ~Q(name="")),
                name="root_has_an_email_and_a_user_a_name",
            ),
        ]
        indexes = [
            # Pattern operators let PostgreSQL answer LIKE from it; SQLite needs and has none.
            # Without root's row, which no list shows, a page is sorted from the index alone.
            models.Index(
                fields=["account", "path", "name_folded"],
                condition=_IAM_USER,
                name="user_by_path",
                opclasses=["varchar_ops", "varchar_pattern_ops", "varchar_ops"],
            ),
            models.Index(
                fields=["boundary"], condition=Q(boundary__isnull=False), name="user_by_boundary"
            ),
            *(
                models.Index(
                    fields=["account", *fields, "name_folded"],
                    condition=condition,
                    name=f"user_by_{name}",
                )
                for name, fields, condition in _LISTS
            ),
        ]

    @staticmethod
    def named_in(account: Account, name: str) -> User | None:
        """The IAM user of this name in the account, in one prepared query."""

        def look() -> User | None:
            user = _named.first(account.pk, folded(name))
            if user is not None:
                user.account = account
            return user

        return once.read(once.user(account.pk, name), look)

    def __str__(self) -> str:
        return self.email if self.is_root else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)
        self.email_folded = folded(self.email) if self.is_root else None
        super().save(*args, **kwargs)

    @property
    def arn(self) -> str:
        if self.is_root:
            return arns.root(self.account_id)
        return arns.user(self.account_id, self.name, self.path)

    @property
    def has_console_password(self) -> bool:
        """Root always; an IAM user when it has a login profile."""
        return self.is_root or hasattr(self, "login_profile")

    def describe(self) -> dict[str, Any]:
        """The `User` structure of the IAM API, without tags (GetUser adds them)."""
        shown: dict[str, Any] = {
            "UserId": self.unique_id,
            "Arn": self.arn,
            "CreateDate": self.created_at,
        }
        if not self.is_root:
            shown |= {"Path": self.path, "UserName": self.name}
        if self.password_last_used_at:
            shown["PasswordLastUsed"] = whole_seconds(self.password_last_used_at)
        return shown


def whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


_named = Prepared(
    lambda account_id, name: User.objects.filter(
        account_id=account_id, name_folded=name, is_root=False
    ),
    "123456789012",
    "li",
)

"""The console's own rows: secrets handed over, forms sent, preferences, roles used, and more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from console.jobs.rows import Job as Job
from console.jobs.rows import JobPart as JobPart
from identity import arns, vault
from identity.backends import WITH
from identity.models import AccessKey, Account, User
from identity.sealed import COLUMNS, Sealed


class Handoff(models.Model):
    """A secret shown once, for ten minutes: sealed here, its key in a cookie, neither alone is
    enough (console/handoff.py)."""

    id = models.CharField(max_length=43, primary_key=True)
    owner = models.CharField(max_length=200)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id


class SentForm(models.Model):
    """A rendered form that was sent: the same form sent twice leads to the first one's result."""

    token = models.CharField(max_length=43, primary_key=True)
    result = models.CharField(max_length=512, blank=True)
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.token


class Draft(models.Model):
    """An unfinished wizard of somebody (console/drafts.py), sealed."""

    id = models.CharField(max_length=22, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    owner = models.CharField(max_length=200, db_index=True)
    page = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=128, blank=True)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    if TYPE_CHECKING:
        account_id: str

    def __str__(self) -> str:
        return self.label or self.id

    @property
    def purpose(self) -> str:
        """What the vault binds the sealed values to."""
        return f"draft:{self.owner}:{self.pk}"


class KeptForm(models.Model):
    """What was typed into a form whose session was over (console/kept_forms.py), sealed."""

    id = models.CharField(max_length=22, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=512)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id

    @property
    def purpose(self) -> str:
        """What the vault binds the sealed fields to."""
        return f"kept_form:{self.pk}:{self.path}"


class KeptPreferences(models.Model):
    """How a user, or root, wants the console, and where they were last (console/preferences.py)."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="kept_preferences"
    )
    chosen = models.JSONField(default=dict)
    recent = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class KeyRotation(models.Model):
    """That one access key replaces another (console/key_rotation.py); over when either is gone."""

    old_key = models.OneToOneField(
        AccessKey, on_delete=models.CASCADE, primary_key=True, related_name="rotation"
    )
    new_key = models.OneToOneField(AccessKey, on_delete=models.CASCADE, related_name="replaces")
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.CharField(max_length=256)

    if TYPE_CHECKING:
        old_key_id: str
        new_key_id: str

    def __str__(self) -> str:
        return f"{self.old_key_id} to {self.new_key_id}"


class Dismissal(models.Model):
    """A security recommendation that an account does not want to hear of until `until`."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=32)
    reason = models.CharField(max_length=256)
    by = models.CharField(max_length=256)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="dismissed_once"),
        ]

    def __str__(self) -> str:
        return self.key


class UsedRole(models.Model):
    """A role that a user switched to in the console, under a name and colour of their own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role_arn = models.CharField(max_length=640)
    label = models.CharField(max_length=128)
    colour = models.CharField(max_length=16)
    pinned = models.BooleanField(default=False)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role_arn"], name="used_role_once_a_user"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def account_id(self) -> str:
        return arns.owner(self.role_arn)

    @property
    def path_and_name(self) -> str:
        """`staff/Auditor`, as the form takes it."""
        return self.role_arn.partition(":role/")[2]


class SavedRun(models.Model):
    """What somebody asked the policy simulator, kept under a name for themselves.

    `owner` is the unique ID of a user, or of a role whose sessions share it.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    owner = models.CharField(max_length=128)
    name = models.CharField(max_length=64)
    query = models.TextField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "owner", "name"], name="saved_run_once"),
        ]

    def __str__(self) -> str:
        return self.name


class DemoKey(models.Model):
    """A key that the demonstrations sign with, sealed; made at first use (console/demo/keys.py)."""

    name = models.CharField(max_length=16, primary_key=True)
    sealed_key = models.BinaryField()
    certificate = models.TextField()

    def __str__(self) -> str:
        return self.name

    @property
    def purpose(self) -> str:
        """What the vault binds the sealed key to."""
        return f"demo_key:{self.name}"


class Demonstration(models.Model):
    """A demonstration that is set up in an account: what was made for it, in that order.

    `made` are pairs of kind and ARN or name; the secret is what its program signs its calls with.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    scenario = models.CharField(max_length=16)
    made = models.JSONField(default=list)
    key_id = models.CharField(max_length=128, default="")
    sealed_secret = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "scenario"], name="demonstration_once"),
        ]

    def __str__(self) -> str:
        return self.scenario

    @property
    def purpose(self) -> str:
        """What the vault binds the sealed secret to."""
        return f"demonstration:{self.account_id}:{self.scenario}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.sealed_secret:
            self.keep("")
        super().save(*args, **kwargs)

    @property
    def secret(self) -> str:
        return vault.unseal(self.sealed_secret, self.purpose).decode()

    def keep(self, secret: str) -> None:
        """Seal the secret; the row is not yet saved."""
        self.sealed_secret = vault.seal(secret.encode(), self.purpose)

    def names(self, kind: str) -> list[str]:
        """Those of one kind, in the order in which they were made."""
        return [name for made, name in self.made if made == kind]


WITH.append("kept_preferences")
COLUMNS += [
    Sealed(Draft, "sealed", lambda row: row.purpose),
    Sealed(KeptForm, "sealed", lambda row: row.purpose),
    Sealed(DemoKey, "sealed_key", lambda row: row.purpose),
    Sealed(Demonstration, "sealed_secret", lambda row: row.purpose),
]

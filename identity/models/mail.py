"""Messages that wait to be sent, and who asked for a link to set root's password anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F
from django.utils import timezone

from identity.models.account import Account
from identity.models.user import User


class Mail(models.Model):
    """One message, sealed: it may hold a link that opens something (identity/mail.py).

    It goes when it was sent; a demonstration keeps it for its mailbox instead.
    """

    id = models.CharField(max_length=22, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    to = models.CharField(max_length=254)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.id

    @property
    def purpose(self) -> str:
        """What the vault binds the sealed message to."""
        return f"mail:{self.pk}:{self.to}"


class RootRecovery(models.Model):
    """That somebody asked for a link to set the password of the root user with this address, or
    (`of_devices`) to take its lost MFA devices away.

    Until it is answered nobody has looked whether there is one; then `user` and the hash of the
    link's token stand here (identity/root_recovery.py, identity/lost_devices.py). `fits` is the
    password that it was asked with. Devices go at `due_at`; the token is then that of the link
    which keeps them.
    """

    of_devices = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, default=None, db_index=True)
    email = models.CharField(max_length=254)
    facts = models.JSONField()
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="root_recoveries", null=True, default=None
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, default=None)
    fits = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField(null=True, default=None)

    if TYPE_CHECKING:
        user_id: int | None

    def __str__(self) -> str:
        return f"recovery {self.pk}"


class EmailChange(models.Model):
    """That a root user wants another e-mail address, and the hash of the code that was sent there
    (identity/root_user.py)."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="email_change"
    )
    email = models.CharField(max_length=64)
    code = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.email

    def take_try(self) -> bool:
        """Count a try before it is looked at; False for one that another was faster to count."""
        same = EmailChange.objects.filter(pk=self.pk, tries=self.tries, code=self.code)
        return bool(same.update(tries=F("tries") + 1))

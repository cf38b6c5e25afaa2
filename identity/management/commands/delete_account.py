"""`manage.py delete_account ID --yes`: an account and all in it, for good."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity import accounts
from identity.management import operator


class Command(BaseCommand):
    help = "Delete an account with its users, credentials and audit log. This cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id", help="the 12-digit account ID")
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, **options: Any) -> None:
        account = operator.account_with_id(options["account_id"])
        if not options["yes"]:
            raise CommandError(
                f"account `{account.pk}` ({account.name}) with {account.user_count} users would be "
                "deleted; add --yes to do it"
            )
        account_id = account.pk
        accounts.delete(account)
        self.stdout.write(f"deleted account {account_id}")

"""`manage.py reset_root_password`: the way back in when root's password or device is lost."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from identity import accounts
from identity.management import operator


class Command(BaseCommand):
    help = "Give a root user a new password and end its console sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--email", help="root's e-mail address")
        who.add_argument("--account-id", help="the 12-digit account ID")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input; without, one is made and printed once",
        )
        parser.add_argument(
            "--remove-mfa", action="store_true", help="also remove root's MFA and recovery codes"
        )

    def handle(self, **options: Any) -> None:
        if options["email"]:
            account = operator.account_with_email(options["email"])
        else:
            account = operator.account_with_id(options["account_id"])
        given = operator.password_from_stdin() if options["password_stdin"] else None
        password = given or f"{secrets.token_urlsafe(18)}-7aA"
        with operator.in_words():
            accounts.set_root_password(account, password)
        self.stdout.write(f"root user: {account.root.email}")
        if given is None:
            self.stdout.write(f"new password: {password}")
        if options["remove_mfa"]:
            self.stdout.write(f"MFA devices removed: {accounts.remove_root_mfa(account)}")

"""`manage.py create_account`: an account and its root user, without a browser."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from identity import accounts
from identity.management import operator
from identity.models import Account


class Command(BaseCommand):
    help = "Create an account and its root user; prints what is needed to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="1 to 50 printable characters")
        parser.add_argument("--email", required=True, help="root's e-mail address")
        parser.add_argument("--account-id", help="12 digits; random when left out")
        parser.add_argument("--alias", help="a name for the sign-in URL")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read root's password from standard input; without, root has none yet",
        )
        parser.add_argument(
            "--access-key", action="store_true", help="make an access key for root and print it"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, **options: Any) -> None:
        password = operator.password_from_stdin() if options["password_stdin"] else None
        with operator.in_words():
            account = accounts.create(
                name=options["name"],
                email=options["email"],
                password=password,
                account_id=options["account_id"],
                alias=options["alias"],
            )
            made: dict[str, Any] = {
                "AccountId": account.pk,
                "Alias": account.alias,
                "RootEmail": account.root.email,
                "SignInUrl": operator.sign_in_url(account),
            }
            if options["access_key"]:
                made["AccessKey"] = _root_key(account)
        self.stdout.write(json.dumps(made) if options["format"] == "json" else _text(made))


def _root_key(account: Account) -> dict[str, str]:
    key = operator.root_client(account).create_access_key()["AccessKey"]
    return {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}


def _text(made: dict[str, Any]) -> str:
    flat = {**made, **made.get("AccessKey", {})}
    flat.pop("AccessKey", None)
    return "\n".join(f"{name}: {value or '-'}" for name, value in flat.items())

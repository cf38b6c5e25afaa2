"""`manage.py set_quota ACCOUNT|--all NAME VALUE`: what AWS's support would raise on request."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity import quotas
from identity.management import operator
from identity.models import Account, Quota

_MOST = 2**31 - 1


class Command(BaseCommand):
    help = "Set a quota of one account or of all; `default` as the value takes it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="for all accounts without their own")
        parser.add_argument("words", nargs="+", metavar="[ACCOUNT] NAME VALUE")

    def handle(self, **options: Any) -> None:
        *account_id, name, value = _words(options["words"], 2 if options["all"] else 3)
        account = operator.account_with_id(account_id[0]) if account_id else None
        if name not in quotas.ADJUSTABLE:
            known = ", ".join(quotas.ADJUSTABLE)
            raise CommandError(f"no quota `{name}` that can be set; there are {known}")
        self._set(account, name, value)

    def _set(self, account: Account | None, name: str, value: str) -> None:
        if value == "default":
            Quota.objects.filter(account=account, name=name).delete()
        else:
            set_to = {"value": _number(value)}
            Quota.objects.update_or_create(account=account, name=name, defaults=set_to)
        self.stdout.write(f"{name} of {account.pk if account else 'all accounts'}: {value}")


def _words(words: list[str], wanted: int) -> list[str]:
    if len(words) != wanted:
        raise CommandError("give an account or --all, the name of a quota and its value")
    return words


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) <= _MOST):
        raise CommandError(f"`{value}` is no number from 0 to {_MOST}, nor `default`")
    return int(value)

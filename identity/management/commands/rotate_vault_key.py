"""`manage.py rotate_vault_key`: a new key for the vault, and every sealed value under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from identity import vault
from identity.sealed import COLUMNS, Sealed

_BATCH = 500


class Command(BaseCommand):
    help = (
        "Add a vault key and seal every secret anew under it. A run that was interrupted is "
        "finished by the next one. With --drop, take an old key out that no secret needs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drop", type=int, metavar="NUMBER", help="remove this unused key")

    def handle(self, **options: Any) -> None:
        if options["drop"] is not None:
            self._drop(options["drop"])
        elif _old_values():
            self._seal_anew()
        elif settings.VAULT_KEYS:
            self._say_what_to_do()
        else:
            self.stdout.write(f"added key {vault.add_key()}")
            self._seal_anew()

    def _seal_anew(self) -> None:
        done = sum(_seal_batch(sealed, keys) for sealed in COLUMNS for keys in _batches(sealed))
        self.stdout.write(f"{done} secrets are now sealed with key {vault.numbers()[0]}")

    def _say_what_to_do(self) -> None:
        self.stdout.write("the keys come from BARTIZAN_VAULT_KEYS: put this one in front, with a")
        self.stdout.write("comma, on every node; restart them; then run this command again:")
        self.stdout.write(vault.new_key_text(vault.next_number()))

    def _drop(self, number: int) -> None:
        if number not in vault.numbers():
            raise CommandError(f"there is no key `{number}`")
        if number == vault.numbers()[0]:
            raise CommandError(f"key `{number}` is the newest: it seals what is made now")
        used = _usage()[number]
        if used:
            raise CommandError(f"key `{number}` still opens {used} secrets; rotate first")
        if settings.VAULT_KEYS:
            self.stdout.write(f"key {number} can be taken out of BARTIZAN_VAULT_KEYS")
            return
        vault.drop_key(number)
        self.stdout.write(f"dropped key {number}")


def _usage() -> Counter[int]:
    """How many secrets each key opens."""
    return Counter(
        vault.number_of(value)
        for sealed in COLUMNS
        for value in sealed.model._default_manager.values_list(sealed.column, flat=True).iterator()
    )


def _old_values() -> int:
    newest = vault.numbers()[0]
    return sum(count for number, count in _usage().items() if number != newest)


def _batches(sealed: Sealed) -> Iterator[list[Any]]:
    """Primary keys in order, so that rows made meanwhile neither shift nor repeat a batch."""
    rows = sealed.model._default_manager.order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:_BATCH])
    while keys:
        yield keys
        keys = list(rows.filter(pk__gt=keys[-1]).values_list("pk", flat=True)[:_BATCH])


def _seal_batch(sealed: Sealed, keys: list[Any]) -> int:
    """Seal one batch anew in one transaction; what is current already is left alone."""
    with transaction.atomic():
        rows = list(sealed.model._default_manager.select_for_update().filter(pk__in=keys))
        old = [row for row in rows if not vault.is_current(getattr(row, sealed.column))]
        for row in old:
            purpose = sealed.purpose(row)
            secret = vault.unseal(getattr(row, sealed.column), purpose)
            setattr(row, sealed.column, vault.seal(secret, purpose))
        sealed.model._default_manager.bulk_update(old, [sealed.column])
    return len(old)

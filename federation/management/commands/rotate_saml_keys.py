"""`manage.py rotate_saml_keys`: our own key towards SAML identity providers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from federation import service_provider
from federation.models import ServiceProviderKey


class Command(BaseCommand):
    help = (
        "Make a new key that signs our SAML requests and opens what is encrypted for us. The ones "
        "before it stay in the metadata until --drop, so that identity providers can follow."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drop", metavar="KEY", help="remove this key, which is not in use")

    def handle(self, **options: Any) -> None:
        if options["drop"] is not None:
            self._drop(options["drop"])
        else:
            row = service_provider.add_key(timezone.now())
            self.stdout.write(f"added key {row.key_id}")
        for row in service_provider.newest_first():
            self.stdout.write(f"{row.key_id} of {row.created_at:%Y-%m-%d}")

    def _drop(self, key_id: str) -> None:
        rows = service_provider.newest_first()
        if key_id not in [row.key_id for row in rows]:
            raise CommandError(f"there is no key `{key_id}`")
        if key_id == rows[0].key_id:
            raise CommandError(f"key `{key_id}` is the newest: it signs")
        ServiceProviderKey.objects.filter(pk=key_id).delete()
        self.stdout.write(f"dropped key {key_id}")

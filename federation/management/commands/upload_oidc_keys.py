"""`manage.py upload_oidc_keys`: a provider's key set by hand, where it cannot be asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from federation import key_sets, models
from federation.models import OidcKeySet, OidcProvider
from federation.oidc.discovery import DiscoveryError
from federation.oidc.keys import KeysError
from identity import arns


class Command(BaseCommand):
    help = (
        "Take the keys of an OpenID Connect provider from a JWKS file and never ask the provider "
        "for them; with --configuration people can sign in to the console, too; --forget asks the "
        "provider again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", metavar="ARN")
        parser.add_argument("file", nargs="?", metavar="FILE", help="a JSON Web Key Set")
        parser.add_argument(
            "--configuration", metavar="FILE", help="the provider's discovery document"
        )
        parser.add_argument("--forget", action="store_true", help="forget the keys there are")

    def handle(self, **options: Any) -> None:
        provider = _provider(options["provider"])
        if options["forget"] == bool(options["file"]):
            raise CommandError("give a file, or --forget")
        if options["forget"] and options["configuration"]:
            raise CommandError("--configuration goes with a file of keys")
        if options["forget"]:
            OidcKeySet.objects.filter(provider=provider).delete()
            self.stdout.write("forgotten")
            return
        try:
            documents = [_text(options[name]) for name in ("file", "configuration")]
            count = key_sets.upload(provider, *documents)
        except (OSError, KeysError, DiscoveryError, UnicodeDecodeError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"keys: {count}")


def _text(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8") if path else ""


def _provider(arn: str) -> OidcProvider:
    if arn.count(":") >= 5:
        for row in OidcProvider.objects.filter(account=arns.owner(arn)):
            if models.oidc_arn(row.account_id, row.url) == arn:
                return row
    raise CommandError(f"there is no provider `{arn}`")

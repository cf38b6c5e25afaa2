"""`manage.py load_managed_policies`: brings the shipped policies up to date without a migration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from identity import managed_policies


class Command(BaseCommand):
    help = "Enter the managed policies that are shipped, and a new version of each changed one."

    def handle(self, **options: Any) -> None:
        changed = managed_policies.load()
        for name in changed:
            self.stdout.write(name)
        self.stdout.write(f"{len(changed)} of {len(managed_policies.shipped())} policies changed")

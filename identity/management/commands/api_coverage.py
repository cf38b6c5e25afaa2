"""`manage.py api_coverage`: writes docs/api-coverage.md from the service models and the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity.operations.registry import TABLE
from identity.wire import spec

_TITLES = {"iam": "IAM, version 2010-05-08", "sts": "STS, version 2011-06-15"}
_NO_ORGANIZATION = "no: accounts are in no organization"
_REASONS = {
    "GenerateOrganizationsAccessReport": _NO_ORGANIZATION,
    "GetOrganizationsAccessReport": _NO_ORGANIZATION,
}
_HEAD = """# API coverage

Which actions of AWS's service models this release answers. An action that is not answered gives
`InvalidAction` with a message that says so. Written by `manage.py api_coverage`; a test keeps it
true.
"""


class Command(BaseCommand):
    help = "Write docs/api-coverage.md; with --check, only say whether it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="fail when the file is out of date"
        )

    def handle(self, **options: Any) -> None:
        path: Path = settings.BASE_DIR / "docs" / "api-coverage.md"
        text = page()
        if not options["check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError("docs/api-coverage.md is out of date; run manage.py api_coverage")


def page() -> str:
    """The whole file: a section for each service, its actions in the model's order."""
    return "\n".join([_HEAD, *(_section(service, title) for service, title in _TITLES.items())])


def _section(service: str, title: str) -> str:
    names = sorted(spec.model(service).operation_names)
    answered = sum((service, name) in TABLE for name in names)
    rows = [f"| {name} | {_word(service, name)} |" for name in names]
    head = [f"## {title}", "", f"{answered} of {len(names)} actions are answered.", ""]
    return "\n".join([*head, "| Action | Answered |", "| --- | --- |", *rows, ""])


def _word(service: str, name: str) -> str:
    return "yes" if (service, name) in TABLE else _REASONS.get(name, "")

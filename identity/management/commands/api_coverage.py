"""`manage.py api_coverage`: writes docs/api-coverage.md from the service models and the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity import unsigned
from identity.operations import registry
from identity.wire import spec

_ANSWERED = {*registry.TABLE, *unsigned.TABLE}
_TITLES = {"iam": "IAM, version 2010-05-08", "sts": "STS, version 2011-06-15"}
_DELEGATION = "no: temporary delegation to AWS partners"
_ROLE_TEMPLATES = "no: templates that AWS keeps for its role manager"
_ORGANIZATION_REPORTS = "no: reports over the accounts of an organization"
_OUTBOUND = "no: accounts issue no tokens here; the feature is always off"
_MEMBER_ROOTS = "no: of an organization's management account, on the root users of its members"
_PROPERTIES = "no: settings of AWS's role manager"

_LEFT_OUT = {
    "AcceptDelegationRequest": _DELEGATION,
    "AcquireRole": _ROLE_TEMPLATES,
    "AssumeRoot": _MEMBER_ROOTS,
    "AssociateDelegationRequest": _DELEGATION,
    "CreateDelegationRequest": _DELEGATION,
    "EnableOutboundWebIdentityFederation": _OUTBOUND,
    "GenerateOrganizationsAccessReport": _ORGANIZATION_REPORTS,
    "GetAccountProperties": _PROPERTIES,
    "GetDelegatedAccessToken": _DELEGATION,
    "GetDelegationRequest": _DELEGATION,
    "GetHumanReadableSummary": _DELEGATION,
    "GetRoleTemplateVersion": _ROLE_TEMPLATES,
    "GetWebIdentityToken": _OUTBOUND,
    "ListDelegationRequests": _DELEGATION,
    "PutAccountProperties": _PROPERTIES,
    "RejectDelegationRequest": _DELEGATION,
    "SendDelegationToken": _DELEGATION,
    "UpdateDelegationRequest": _DELEGATION,
}

_HEAD = """# API coverage

Which actions of AWS's service models this release answers, and why those are left out that will
stay so. An action that is not answered gives `InvalidAction` with a message that says so. Written
by `manage.py api_coverage`; a test keeps it true.
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


def _answer(service: str, name: str) -> str:
    """`yes`, the reason why not, or nothing for what is still to come."""
    return "yes" if (service, name) in _ANSWERED else _LEFT_OUT.get(name, "")


def _section(service: str, title: str) -> str:
    names = sorted(spec.model(service).operation_names)
    answered = sum((service, name) in _ANSWERED for name in names)
    rows = [f"| {name} | {_answer(service, name)} |" for name in names]
    head = [f"## {title}", "", f"{answered} of {len(names)} actions are answered.", ""]
    return "\n".join([*head, "| Action | Answered |", "| --- | --- |", *rows, ""])

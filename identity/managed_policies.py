"""The managed policies that are shipped: read from `data/managed_policies.json`, kept as rows.

AWS has many hundreds; these are the ones about what this server does and the best known besides.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction

from identity.models.user import folded

_FILE = Path(__file__).parent / "data" / "managed_policies.json"

GetModel = Callable[[str, str], Any]


@dataclass(frozen=True, slots=True)
class Shipped:
    """One policy; `document` is JSON, indented for people. Times are UTC.

    `version` is the number of the version that AWS has in force, whatever came before it.
    """

    name: str
    path: str
    description: str
    document: str
    version: int
    created_at: datetime
    updated_at: datetime
    is_attachable: bool

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::aws:policy{self.path}{self.name}"

    @property
    def unique_id(self) -> str:
        """The same in every installation: `ANPA…`, derived from the ARN."""
        digest = hashlib.sha256(self.arn.encode()).digest()
        return "ANPA" + base64.b32encode(digest).decode()[:17]


@cache
def shipped() -> tuple[Shipped, ...]:
    """All of them, by name."""
    policies = json.loads(_FILE.read_text(encoding="utf-8"))["policies"]
    return tuple(_shipped(policy) for policy in policies)


def _shipped(policy: dict[str, Any]) -> Shipped:
    return Shipped(
        name=policy["name"],
        path=policy["path"],
        description=policy["description"],
        document=json.dumps(policy["document"], indent=4),
        version=int(policy["default_version"].removeprefix("v")),
        created_at=datetime.fromisoformat(policy["created_at"]),
        updated_at=datetime.fromisoformat(policy["updated_at"]),
        is_attachable=policy["attachable"],
    )


def load(
    get_model: GetModel = apps.get_model, policies: Iterable[Shipped] | None = None
) -> list[str]:
    """Bring the rows up to date with what is shipped, and return the names of the changed policies.

    A changed document becomes a new version, in force at once wherever the policy is attached; an
    unchanged one is left alone, and none is deleted. Two loads at once wait for each other.
    `get_model` is for migrations, whose models are those of their time.
    """
    wanted = {policy.arn: policy for policy in (shipped() if policies is None else policies)}
    table, versions = get_model("identity", "ManagedPolicy"), get_model("identity", "PolicyVersion")
    with transaction.atomic():
        new = [table(**_columns(policy)) for policy in wanted.values()]
        table.objects.bulk_create(new, ignore_conflicts=True)
        # Locked before the documents are read, which another load may be changing.
        rows = list(table.objects.filter(arn__in=wanted).select_for_update().order_by("arn"))
        documents = dict(_in_force(table, wanted))
        changed = [row for row in rows if _differs(row, wanted[row.arn], documents[row.arn])]
        _change(table, versions, [(row, wanted[row.arn]) for row in changed], documents)
    return [row.name for row in changed]


def _columns(policy: Shipped) -> dict[str, Any]:
    return {
        "unique_id": policy.unique_id,
        "name": policy.name,
        "name_folded": folded(policy.name),
        "path": policy.path,
        "arn": policy.arn,
        "description": policy.description,
        "is_attachable": policy.is_attachable,
        "newest": policy.version,
        "created_at": policy.created_at,
        "updated_at": policy.updated_at,
    }


def _in_force(table: Any, arns: Iterable[str]) -> Iterable[tuple[str, str | None]]:
    """ARNs with the documents in force; None where the policy has only just been entered."""
    rows = table.objects.filter(arn__in=arns)
    documents: Iterable[tuple[str, str | None]] = rows.values_list(
        "arn", "default_version__document"
    )
    return documents


def _differs(row: Any, policy: Shipped, document: str | None) -> bool:
    facts = (row.description, row.is_attachable)
    return facts != (policy.description, policy.is_attachable) or _says_else(policy, document)


def _says_else(policy: Shipped, document: str | None) -> bool:
    """White space is no part of what a document says."""
    return document is None or json.loads(document) != json.loads(policy.document)


def _change(
    table: Any, versions: Any, rows: list[tuple[Any, Shipped]], documents: dict[str, str | None]
) -> None:
    """Give the rows the facts that are shipped, and a version where the document is another."""
    added = []
    for row, policy in rows:
        row.description, row.is_attachable = policy.description, policy.is_attachable
        row.updated_at = policy.updated_at
        if _says_else(policy, documents[row.arn]):
            row.default_version = _next_version(versions, row, policy)
            added.append(row.default_version)
    versions.objects.bulk_create(added)
    fields = ["description", "is_attachable", "updated_at", "newest", "default_version"]
    table.objects.bulk_update([row for row, _ in rows], fields)


def _next_version(versions: Any, row: Any, policy: Shipped) -> Any:
    """The version to add. A row without any was entered with the number that its first has."""
    if row.default_version_id:
        row.newest = max(row.newest + 1, policy.version)
    return versions(
        policy=row, number=row.newest, document=policy.document, created_at=policy.updated_at
    )

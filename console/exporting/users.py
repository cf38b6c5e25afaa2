"""Users as a table: one line each, as the import takes it back.

Several of a kind stand in one cell with `;` between them, which no name, ARN or tag can hold.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from console.exporting.snapshot import Entity

COLUMNS = ("user", "path", "groups", "policies", "boundary", "tags", "arn", "id", "created")
READ = COLUMNS[:6]
"""The columns that an import reads; the others say what only this account can know."""


def row(user: Entity) -> list[str]:
    """The line of a UserDetail; inline policies have no place in it."""
    boundary = user.get("PermissionsBoundary") or {}
    return [
        user["UserName"],
        user["Path"],
        ";".join(user["GroupList"]),
        ";".join(one["PolicyArn"] for one in user["AttachedManagedPolicies"]),
        boundary.get("PermissionsBoundaryArn", ""),
        ";".join(f"{quote(tag['Key'], safe=_IN_KEYS)}={tag['Value']}" for tag in user["Tags"]),
        user["Arn"],
        user["UserId"],
        user["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    ]


_IN_KEYS = " _.:/+-@"  # all that a key may hold but letters, and `=`, which ends it here


def tags(cell: str) -> list[dict[str, str]]:
    """The tags of a cell; ValueError where a pair has no `=`."""
    found = []
    for pair in filter(None, cell.split(";")):
        key, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(pair)
        found.append({"Key": unquote(key), "Value": value})
    return found

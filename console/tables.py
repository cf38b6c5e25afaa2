"""The tables whose columns a person can choose, on `/preferences/tables/<table>`.

A table names its optional columns here; its page asks `request.preferences.shown(USERS)` for the
keys of those to show, and gives it to the template, which asks
`{% if "path" in columns %}` and leads to the choice with `{% columns_link "users" %}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """`default` says whether it is shown to who has chosen nothing."""

    key: str
    label: Label
    default: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """`url_name` is the page that the table stands on."""

    key: str
    label: Label
    url_name: str
    columns: tuple[Column, ...]

    @property
    def default(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns if column.default)

    def known(self, keys: Iterable[object]) -> tuple[str, ...]:
        """Those of `keys` that are optional columns of this table, in the table's order."""
        wanted = set(map(str, keys))
        return tuple(column.key for column in self.columns if column.key in wanted)


USERS = Table(
    "users",
    _("Users"),
    "users",
    (
        Column("groups", _("Groups")),
        Column("access", _("Console access")),
        Column("mfa", _("MFA")),
        Column("key_age", _("Active key age")),
        Column("activity", _("Last activity")),
        Column("path", _("Path"), default=False),
        Column("keys", _("Access keys"), default=False),
        Column("key_used", _("Key last used"), default=False),
        Column("password_age", _("Password age"), default=False),
        Column("sign_in", _("Last console sign-in"), default=False),
        Column("created", _("Created"), default=False),
        Column("arn", _("ARN"), default=False),
        Column("unique_id", _("Unique ID"), default=False),
        Column("tags", _("Tags"), default=False),
        Column("boundary", _("Permissions boundary"), default=False),
    ),
)
ROLES = Table(
    "roles",
    _("Roles"),
    "roles",
    (
        Column("trusted", _("Trusted by it")),
        Column("activity", _("Last activity")),
        Column("limit", _("Session limit")),
        Column("path", _("Path"), default=False),
        Column("arn", _("ARN"), default=False),
        Column("unique_id", _("Unique ID"), default=False),
        Column("created", _("Created"), default=False),
        Column("description", _("Description"), default=False),
        Column("tags", _("Tags"), default=False),
        Column("boundary", _("Boundary"), default=False),
    ),
)
GROUPS = Table(
    "groups",
    _("User groups"),
    "groups",
    (
        Column("users", _("Users")),
        Column("permissions", _("Permissions")),
        Column("created", _("Created")),
        Column("path", _("Path"), default=False),
        Column("arn", _("ARN"), default=False),
        Column("unique_id", _("Unique ID"), default=False),
        Column("used", _("Last used"), default=False),
    ),
)
POLICIES = Table(
    "policies",
    _("Policies"),
    "policies",
    (
        Column("type", _("Type")),
        Column("attached", _("Attached to")),
        Column("description", _("Description")),
        Column("arn", _("ARN"), default=False),
        Column("created", _("Created"), default=False),
        Column("changed", _("Changed"), default=False),
        Column("versions", _("Versions"), default=False),
        Column("findings", _("Check"), default=False),
        Column("used", _("Last used"), default=False),
    ),
)
TABLES = {table.key: table for table in (USERS, ROLES, GROUPS, POLICIES)}

"""Lookups that Django lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    TextLookup = Lookup[str]
else:
    TextLookup = Lookup  # generic for the type checker only


class Under(TextLookup):
    """`path__under="/eng"`: begins with it, case counting, answered from an index.

    SQLite's LIKE ignores case and no index serves it, but its text order is that of bytes, in which
    all that begins alike is one range. PostgreSQL's order is the language's, so there it is LIKE,
    with an index of pattern operators.
    """

    lookup_name = "under"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        column, column_params = self.process_lhs(compiler, connection)
        prefix = str(self.rhs)
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        params = [*column_params, prefix, *column_params, after]
        return f"({column} >= %s AND {column} < %s)", params

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        column, column_params = self.process_lhs(compiler, connection)
        pattern = str(connection.ops.prep_for_like_query(str(self.rhs))) + "%"
        return f"{column} LIKE %s", [*column_params, pattern]

"""Inserts and updates of what is written often, compiled once, as `prepared` does for look-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Manager, QuerySet
from django.db.models.base import ModelBase
from django.db.models.signals import post_save, pre_save
from django.db.models.sql import UpdateQuery

from identity.models import statements

_Sample = str | int
# Of these a text, a number or a truth is not stored as it is.
_CONVERTED = (models.JSONField, models.DateField, models.DecimalField, models.UUIDField)


class Inserted(models.Model):
    """A model whose INSERT is compiled once; `save` and `create` do all else as they always do."""

    class Meta:
        abstract = True

    def save_base(
        self,
        raw: bool = False,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Django's own step of `save`; for a new row that no signal tells of, the INSERT alone."""
        listened = pre_save.has_listeners(type(self)) or post_save.has_listeners(type(self))
        if force_insert and not listened:
            with transaction.mark_for_rollback_on_error(using):
                self._insert(using or DEFAULT_DB_ALIAS)
        else:
            super().save_base(raw, force_insert, force_update, using, update_fields)

    def _insert(self, using: str) -> None:
        meta: Any = self._meta
        if self.pk is None:
            self.pk = meta.pk.get_pk_value_on_save(self)
        numbered = self.pk is None  # by the database
        fields = [one for one in meta.local_concrete_fields if not numbered or one != meta.pk]
        chosen = meta.db_returning_fields
        for row in self._do_insert(type(self)._default_manager, using, fields, chosen, False):
            for field, value in zip(chosen, row, strict=True):
                setattr(self, field.attname, value)
        self._state.db, self._state.adding = using, False

    def _do_insert(
        self,
        manager: Manager[Any],
        using: str,
        fields: Sequence[Field[Any, Any]],
        returning_fields: Sequence[Field[Any, Any]],
        raw: bool,
    ) -> list[tuple[Any, ...]]:
        """Django's own step of `save`: returns what the database chose, such as the number."""
        database = connections[using]
        values = [as_stored(field, field.pre_save(self, add=True), database) for field in fields]
        statement = _insert(type(self), database.vendor, fields, returning_fields)
        if returning_fields:
            return statements.fetch(statement, values, using)
        statements.execute(statement, values, using)
        return []


_AS_THEY_ARE = frozenset({str, int, bool, NoneType})


def as_stored(field: Field[Any, Any], value: Any, database: BaseDatabaseWrapper) -> Any:
    """What the driver gets of a value: most are what they are, and need not be asked for it."""
    if type(value) in _AS_THEY_ARE and not isinstance(field, _CONVERTED):
        return value
    return field.get_db_prep_save(value, database)


_inserts: dict[tuple[type[models.Model], str, int], str] = {}


def _insert(
    model: type[models.Model],
    vendor: str,
    fields: Sequence[Field[Any, Any]],
    returning_fields: Sequence[Field[Any, Any]],
) -> str:
    """Fields are all of the model's, but for a number that the database will choose."""
    statement = _inserts.get((model, vendor, len(fields)))
    if statement is None:
        chosen = _columns(returning_fields)
        statement = insert_of(model, fields) + (f" RETURNING {chosen}" if chosen else "")
        _inserts[model, vendor, len(fields)] = statement
    return statement


def insert_of(model: type[models.Model], fields: Sequence[Field[Any, Any]]) -> str:
    """The INSERT of these fields of a row, with `%s` for each of their values."""
    table, values = connection.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(fields))
    # Only names of our own models are put together here.
    return f"INSERT INTO {table} ({_columns(fields)}) VALUES ({values})"  # noqa: S608


def _columns(fields: Sequence[Field[Any, Any]]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


class PreparedUpdate:
    """`run(*values)` of the update of some rows that `make(*values)` names, with what it sets.

    `samples` are values of the right types to compile it with, which nothing else in it may equal.
    """

    def __init__(
        self, make: Callable[..., tuple[QuerySet[Any], dict[str, Any]]], *samples: _Sample
    ) -> None:
        self._make, self._samples = make, samples
        self._statements: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def run(self, *values: _Sample) -> int:
        """Update, and return how many rows there were."""
        sql, parameters = self._statement()
        given = dict(zip(self._samples, values, strict=True))
        return statements.execute(
            sql, [given.get(parameter, parameter) for parameter in parameters]
        )

    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        statement = self._statements.get(connection.vendor)
        if statement is None:
            rows, changes = self._make(*self._samples)
            query: Any = rows.query.chain(UpdateQuery)
            query.add_update_values(changes)
            statement = query.get_compiler(connection=connection).as_sql()
            self._statements[connection.vendor] = statement
        return statement

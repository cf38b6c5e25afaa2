"""Inserts and updates of what is written often, compiled once, as `prepared` does for look-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from types import NoneType
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Manager, QuerySet
from django.db.models.base import ModelBase, ModelState
from django.db.models.signals import post_save, pre_save
from django.db.models.sql import UpdateQuery

from identity.models import statements, times

_Sample = str | int
Made = TypeVar("Made", bound=models.Model)
Stored = Callable[[Any, BaseDatabaseWrapper], Any]

_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}
_AS_THEY_ARE = frozenset({str, int, bool, NoneType})
# Of these a text, a number or a truth is not stored as it is.
_CONVERTED = (models.DateField, models.DecimalField, models.UUIDField)


def new(model: type[Made], **values: Any) -> Made:
    """As `model(**values)`, which takes longer than an INSERT; for a model that nobody listens to
    and that has no `__init__` of its own. Raises TypeError for a name that it does not have."""
    known = _fields_of(model)
    made = model.__new__(model)
    made._state = ModelState()
    columns = made.__dict__
    columns.update(known.constants)
    for name, default in known.defaults:
        if name not in values:
            columns[name] = default()
    for name, value in values.items():
        if name in known.columns:
            columns[name] = value
        elif name in known.relations:
            setattr(made, name, value)
        else:
            raise TypeError(f"{model.__name__} has no field {name}")
    return made


class _Fields:
    """What `new` knows of a model: defaults that are always the same, and those that are made."""

    def __init__(self, model: type[models.Model]) -> None:
        fields: Any = model._meta.concrete_fields
        made = [one for one in fields if callable(one.default)]
        self.columns = {one.attname for one in fields}
        self.relations = {one.name for one in fields if one.name != one.attname}
        self.constants = {one.attname: one.get_default() for one in fields if one not in made}
        self.defaults = [(one.attname, one.get_default) for one in made]


@cache
def _fields_of(model: type[models.Model]) -> _Fields:
    return _Fields(model)


def storing(field: Field[Any, Any]) -> Stored:
    """What the driver gets of a value of this field: as `get_db_prep_save` says, with fewer
    questions. Most values are what they are."""
    if isinstance(field, models.JSONField):
        return _document(field)
    if isinstance(field, models.DateTimeField):
        return times.stored
    if isinstance(field, _CONVERTED):
        return field.get_db_prep_save
    return lambda value, database: (
        value if type(value) in _AS_THEY_ARE else field.get_db_prep_save(value, database)
    )


def _document(field: models.JSONField[Any, Any]) -> Stored:
    def stored(value: Any, database: BaseDatabaseWrapper) -> Any:
        if value is None:
            return None
        if not value and type(value) in _EMPTY and database.vendor == "sqlite":
            return _EMPTY[type(value)]
        return database.ops.adapt_json_value(value, field.encoder)

    return stored


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
            self.insert(using or DEFAULT_DB_ALIAS)
        else:
            super().save_base(raw, force_insert, force_update, using, update_fields)

    def insert(self, using: str = DEFAULT_DB_ALIAS) -> None:
        """As `save(force_insert=True)`, without looking whether what the row refers to was saved.
        It passes by a `save` of the model's own, and nobody who listens hears of it."""
        with transaction.mark_for_rollback_on_error(using):
            self._insert(using)

    def _insert(self, using: str) -> None:
        meta: Any = self._meta
        if self.pk is None:
            self.pk = meta.pk.get_pk_value_on_save(self)
        statement = _insert_of(type(self), numbered=self.pk is None)
        for row in statement.run(self, connections[using]):
            for field, value in zip(statement.chosen, row, strict=True):
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
        return _insert_of(type(self), numbered=self.pk is None).run(self, connections[using])


class _Insert:
    """The INSERT of a row, of one that the database gives its number without that."""

    def __init__(self, model: type[models.Model], *, numbered: bool) -> None:
        meta: Any = model._meta
        fields = [one for one in meta.local_concrete_fields if not numbered or one != meta.pk]
        self.chosen: Sequence[Field[Any, Any]] = meta.db_returning_fields
        self._values = [(one, storing(one)) for one in fields]
        returned = _columns(self.chosen)
        self._sql = insert_of(model, fields) + (f" RETURNING {returned}" if returned else "")

    def run(self, row: models.Model, database: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
        """Insert; returns what the database chose."""
        values = [stored(one.pre_save(row, add=True), database) for one, stored in self._values]
        if self.chosen:
            return statements.fetch(self._sql, values, database)
        statements.execute(self._sql, values, database)
        return []


@cache
def _insert_of(model: type[models.Model], *, numbered: bool) -> _Insert:
    return _Insert(model, numbered=numbered)


def insert_of(model: type[models.Model], fields: Sequence[Field[Any, Any]], rows: int = 1) -> str:
    """The INSERT of these fields of some rows, with `%s` for each of their values."""
    row = f"({', '.join(['%s'] * len(fields))})"
    table, values = _quoted(model._meta.db_table), ", ".join([row] * rows)
    # Only names of our own models are put together here.
    return f"INSERT INTO {table} ({_columns(fields)}) VALUES {values}"  # noqa: S608


def _columns(fields: Sequence[Field[Any, Any]]) -> str:
    return ", ".join(_quoted(str(field.column)) for field in fields)


def _quoted(name: str) -> str:
    """Both databases write a name alike."""
    return f'"{name}"'


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

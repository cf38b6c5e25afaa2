"""Look-ups of every signed request, compiled once.

The ORM takes longer to write such a query than the database to answer it. A prepared look-up is an
ordinary queryset that is compiled at its first use; after that only its values change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from identity.models import statements, times

Row = TypeVar("Row", bound=Model)


class Prepared(Generic[Row]):
    """`rows(*values)` of the queryset that `make(*values)` would build.

    `samples` are values of the right types to compile it with. Values may only be compared with:
    what depends on them in another way (None, a list) would change the statement. Forward relations
    named in select_related come with the row.
    """

    def __init__(self, make: Callable[..., QuerySet[Row]], *samples: str | int) -> None:
        self._make, self._samples = make, samples
        self._statements: dict[str, _Statement[Row]] = {}

    def first(self, *values: str | int) -> Row | None:
        """The row, of a look-up by something unique; or None."""
        return next(iter(self.rows(*values)), None)

    def rows(self, *values: str | int) -> list[Row]:
        database = connections[DEFAULT_DB_ALIAS]
        statement = self._statement(database.vendor)
        rows = statements.fetch(statement.sql, values, database)
        return [statement.read(list(row), database) for row in rows]

    def _statement(self, vendor: str) -> _Statement[Row]:
        """One per kind of database; two threads at the first use compile the same one twice."""
        statement = self._statements.get(vendor)
        if statement is None:
            statement = _Statement(self._make(*self._samples), self._samples)
            self._statements[vendor] = statement
        return statement


_SAMPLE = -1


class PreparedValues:
    """`rows(value)` of the values_list, or union of such, that `make(value)` would build.

    The value is a row's number, and may be compared with in several places; constants stay.
    """

    def __init__(self, make: Callable[[int], QuerySet[Any]]) -> None:
        self._make = make
        self._statements: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, value: int) -> list[tuple[Any, ...]]:
        database = connections[DEFAULT_DB_ALIAS]
        sql, parameters = self._statement(database.vendor)
        values = [value if one == _SAMPLE else one for one in parameters]
        return statements.fetch(sql, values, database)

    def _statement(self, vendor: str) -> tuple[str, tuple[Any, ...]]:
        statement = self._statements.get(vendor)
        if statement is None:
            compiler = self._make(_SAMPLE).query.get_compiler(connection=connection)
            statement = self._statements[vendor] = compiler.as_sql()
        return statement


class _Statement(Generic[Row]):
    """What the ORM's compiler says of a queryset: its text, and how to read its columns."""

    def __init__(self, queryset: QuerySet[Row], samples: Sequence[str | int]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, parameters = compiler.as_sql()
        if tuple(parameters) != samples:
            raise TypeError("a prepared look-up compares each of its values once, in their order")
        columns = [column for column, _, _ in compiler.select]
        self._converters = {
            place: (times.quick(converters, connection), expression)
            for place, (converters, expression) in compiler.get_converters(columns).items()
        }
        self._plan = _Plan(compiler.klass_info, columns)

    def read(self, row: list[Any], database: BaseDatabaseWrapper) -> Row:
        for place, (converters, expression) in self._converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, database)
        return self._plan.build(row)  # type: ignore[return-value]  # the model of the queryset


class _Plan:
    """Which columns make which model, and which relation of the outer one the inner one is."""

    def __init__(self, info: dict[str, Any], columns: Sequence[Any]) -> None:
        self._model: type[Model] = info["model"]
        self._places = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self._names = [column.target.attname for column in columns[self._places]]
        self._key = self._names.index(self._model._meta.pk.attname)
        self._set: Any = info.get("local_setter")
        self._related = [_Plan(inner, columns) for inner in info.get("related_klass_infos", [])]

    def build(self, row: list[Any]) -> Model:
        """As `Model.from_db`; whose `__init__` takes longer than all else, and has no listeners."""
        made = self._model.__new__(self._model)
        made._state = state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        made.__dict__.update(zip(self._names, row[self._places], strict=True))
        for plan in self._related:
            plan._set(made, plan.build(row) if plan.is_there(row) else None)
        return made

    def is_there(self, row: list[Any]) -> bool:
        """Whether an outer join found the relation."""
        return row[self._places.start + self._key] is not None

"""What groups, roles, policies and instance profiles share: an account, a name, a path, an ID."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.utils import timezone

from identity import arns, identifiers
from identity.models.account import Account
from identity.models.prepared import Prepared
from identity.models.prepared_writes import Inserted
from identity.models.user import folded

Row = TypeVar("Row", bound=models.Model, covariant=True)


class NamedQuerySet(models.QuerySet[Row]):
    def named(self, name: str) -> Self:
        return self.filter(name_folded=folded(name))

    def under(self, path_prefix: str) -> Self:
        """Those whose path begins so. All paths begin with `/`, so that is no condition."""
        return self if path_prefix == "/" else self.filter(path__under=path_prefix)

    def locked(self) -> Self:
        """Rows locked to the end of the transaction (SQLite's whole file is, by then)."""
        return self.select_for_update(of=("self",))


class Named(Inserted):
    """`kind` is the word in the ARN, `id_prefix` the first letters of the unique ID."""

    kind = ""
    id_prefix = ""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="%(class)ss")
    unique_id = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=128)
    name_folded = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    created_at = models.DateTimeField(default=timezone.now)

    if TYPE_CHECKING:
        account_id: str

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)
        self.unique_id = self.unique_id or identifiers.unique_id(self.id_prefix)
        super().save(*args, **kwargs)

    @property
    def arn(self) -> str:
        return arns.iam(self.account_id, self.kind, self.name, self.path)


def constraints(kind: str) -> list[models.BaseConstraint]:
    """Names are unique in an account whatever the case."""
    return [
        models.UniqueConstraint(
            fields=["account", "name_folded"], name=f"{kind}_name_once_in_an_account"
        )
    ]


def indexes(kind: str) -> list[models.Index]:
    """For lists under a path. Pattern operators let PostgreSQL answer LIKE from the index."""
    return [
        models.Index(
            fields=["account", "path", "name_folded"],
            name=f"{kind}_by_path",
            opclasses=["varchar_ops", "varchar_pattern_ops", "varchar_ops"],
        )
    ]


Same = TypeVar("Same", bound=models.Model)


def locked_again(seen: Same) -> Same | None:
    """The row that was read before, with its account, locked to the end of the transaction.

    None when it is gone, or was renamed or moved since.
    """
    row: Any = seen
    return _same(type(seen)).first(row.name, row.path, row.pk)


@cache
def _same(model: type[Same]) -> Prepared[Same]:
    rows: Any = model._default_manager
    return Prepared(
        lambda name, path, number: (
            rows.locked().filter(name=name, path=path, pk=number).select_related("account")
        ),
        *("li", "/", 1),
    )

"""Users from a table, as the export writes it or a person does."""

from __future__ import annotations

import csv
import io

from console.exporting import users
from console.importing.wishes import USER, UnreadableError, Wish, each_once


def read_users(text: str) -> list[Wish]:
    """One wish for each line. Columns may stand in any order; `user` is needed, others are not."""
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        names = [name.strip().lower() for name in rows.fieldnames or []]
        _check(names)
        rows.fieldnames = names
        found = [_wish(number, row) for number, row in enumerate(rows, 2) if any(row.values())]
        return each_once(found)
    except csv.Error as problem:
        raise UnreadableError(f"it is no table: {problem}") from problem


def _check(names: list[str]) -> None:
    if "user" not in names:
        raise UnreadableError("line 1: there is no column `user`")
    unknown = [name for name in names if name not in users.COLUMNS]
    if unknown:
        known = ", ".join(users.COLUMNS)
        raise UnreadableError(f"line 1: `{unknown[0]}` is none of the columns {known}")


def _wish(line: int, row: dict[str, str | None]) -> Wish:
    if None in row or None in row.values():
        raise UnreadableError(f"line {line}: it has not as many cells as line 1")
    cells = {name: _cell(str(cell)) for name, cell in row.items()}
    if not cells["user"]:
        raise UnreadableError(f"line {line}: the name is missing")
    try:
        tags = users.tags(cells.get("tags", ""))
    except ValueError as problem:
        raise UnreadableError(f"line {line}: `{problem}` is no tag: key=value") from problem
    return Wish(
        USER,
        cells["user"],
        cells.get("path", ""),
        boundary=cells.get("boundary", ""),
        groups=_listed(cells.get("groups", "")),
        attached=_listed(cells.get("policies", "")),
        tags=tuple((tag["Key"], tag["Value"]) for tag in tags),
        arn=cells.get("arn", ""),
    )


def _cell(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reading a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in cell.split(";") if one.strip())

"""Users from a table, as the export writes it or a person does."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

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
        raise UnreadableError(_("it is no table: %s") % problem) from problem


def _check(names: list[str]) -> None:
    if "user" not in names:
        raise UnreadableError(_("line 1: there is no column `user`"))
    unknown = [name for name in names if name not in users.COLUMNS]
    if unknown:
        known = ", ".join(users.COLUMNS)
        words = _("line 1: `%(name)s` is none of the columns %(known)s")
        raise UnreadableError(words % {"name": unknown[0], "known": known})


def _wish(line: int, row: dict[str, str | None]) -> Wish:
    if None in row or None in row.values():
        raise UnreadableError(_("line %d: it has not as many cells as line 1") % line)
    cells = {name: _cell(str(cell)) for name, cell in row.items()}
    if not cells["user"]:
        raise UnreadableError(_("line %d: the name is missing") % line)
    try:
        tags = users.tags(cells.get("tags", ""))
    except ValueError as problem:
        words = _("line %(line)d: `%(tag)s` is no tag: key=value")
        raise UnreadableError(words % {"line": line, "tag": problem}) from problem
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

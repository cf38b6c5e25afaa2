"""Decision tables: Markdown that a person reads, as rows that a test can ask.

How the tables are written is told in `tests/data/decisions/README.md`. Whatever is not said there -
a column, a word, a row that is too short - is a `TableError` that names file and line.
"""

from __future__ import annotations

import json
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "decisions"
README = FOLDER / "README.md"

ELEMENTS = (
    *("Effect", "Action", "NotAction", "Resource", "NotResource"),
    *("Principal", "NotPrincipal", "Condition"),
)
FORMS = {
    "plain": "{}",
    "IfExists": "{}IfExists",
    "ForAllValues": "ForAllValues:{}",
    "ForAllValues IfExists": "ForAllValues:{}IfExists",
    "ForAnyValue": "ForAnyValue:{}",
    "ForAnyValue IfExists": "ForAnyValue:{}IfExists",
}
_DECISION = {"policies", "who", "does", "on", "owner", "when", "expect", "why", "version"}
_CONDITION = {"operator", "wants", "version", "why", *FORMS}
_KINDS: dict[str, set[str]] = {
    "decision": {*_DECISION, *ELEMENTS},
    "condition": _CONDITION,
    "policy": {"policy", "says"},
    "stored policy": {"stored policy", "says"},
    "column": {"column", "says"},
    "who": {"who", "is", "account", "arn", "id", "of"},
}
_DEFAULT = re.compile(r"- ([\w:/ -]+?): (.+)")
_RULER = re.compile(r"\|(?: ?-+ ?\|)+")


class TableError(ValueError):
    """A table that says what no table can say."""


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column, and what stands for columns that it lacks."""

    file: str
    line: int
    kind: str
    cells: dict[str, str]
    texts: dict[str, tuple[str, bool]] = field(repr=False)
    """The policies of the file by name: text, and whether it is only ever read as stored."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def keys(self) -> dict[str, str]:
        """The condition keys that have a column of their own."""
        return {name: cell for name, cell in self.cells.items() if ":" in name}

    def error(self, message: str) -> TableError:
        return TableError(f"{self}: {message}")


def rows(kind: str) -> list[Row]:
    """Every row of that kind in the folder's files, those of the README excepted."""
    files = sorted(path for path in FOLDER.glob("*.md") if path != README)
    return [row for path in files for row in _read(path) if row.kind == kind]


@cache
def people() -> dict[str, dict[str, str]]:
    """Who may stand in the column `who`, from the README."""
    return {row.cells["who"]: row.cells for row in _read(README) if row.kind == "who"}


@cache
def _read(path: Path) -> tuple[Row, ...]:
    return tuple(read(path.stem, path.read_text()))


def read(file: str, text: str) -> Iterator[Row]:
    """The rows of a Markdown text; `file` is its name, for messages."""
    texts: dict[str, tuple[str, bool]] = {}
    defaults = ChainMap[str, str]({})
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        where = Row(file, number, "text", {}, texts)
        if line.startswith("## "):
            defaults = ChainMap({}, defaults.maps[-1])
        elif line.startswith("- "):
            defaults.update(_default(where, line))
        elif not line.startswith("|"):
            header = []
        elif not header:
            header = _cells(line)
            kind = _kind(where, header)
        elif not _RULER.fullmatch(line):
            yield from _row(where, kind, header, _cells(line), defaults)


def _default(where: Row, line: str) -> dict[str, str]:
    found = _DEFAULT.fullmatch(line)
    if not found:
        raise where.error("a list item sets a column: `- who: ana`")
    _check_columns(where, [found[1]], _KINDS["decision"])
    return {found[1]: found[2].replace("`", "")}


def _cells(line: str) -> list[str]:
    return [cell.replace("`", "").strip() for cell in line.strip()[1:-1].split("|")]


def _row(
    where: Row, kind: str, header: list[str], cells: list[str], defaults: Mapping[str, str]
) -> Iterator[Row]:
    if len(cells) != len(header):
        raise where.error(f"{len(cells)} cells under {len(header)} columns")
    given = dict(zip(header, cells, strict=True))
    if kind in ("policy", "stored policy"):
        _add_policy(where, kind, given)
        return
    wanted = {"why": defaults.get("why", "")} if kind == "condition" else defaults
    row = Row(where.file, where.line, kind, {**wanted, **given}, where.texts)
    if kind in ("decision", "condition") and not row.cells.get("why"):
        raise row.error("no `why`")
    yield row


def _kind(where: Row, header: list[str]) -> str:
    """What a table is about, told by a column that only such tables have."""
    if header[0] in _KINDS:
        kind = header[0] if "expect" not in header else "decision"
    else:
        kind = "condition" if "operator" in header else "decision"
    _check_columns(where, header, _KINDS[kind])
    if kind == "decision" and "expect" not in header:
        raise where.error("no column `expect`")
    return kind


def _check_columns(where: Row, names: list[str], known: set[str]) -> None:
    for name in names:
        if name not in known and ":" not in name:
            raise where.error(f"unknown column `{name}`")
    if len(set(names)) < len(names):
        raise where.error("a column twice")


def _add_policy(where: Row, kind: str, given: dict[str, str]) -> None:
    name = given[kind]
    if name in where.texts or name == "this":
        raise where.error(f"policy `{name}` twice")
    said = given["says"]
    where.texts[name] = (said if kind == "stored policy" else document(said), kind != "policy")


def document(said: str) -> str:
    """The text of a policy, from that of its statements unless it says more."""
    members = json.loads(said)
    if isinstance(members, dict) and "Statement" in members:
        return said
    return json.dumps({"Version": "2012-10-17", "Statement": members})


def value(cell: str) -> Any:
    """A cell as JSON if it is any, else as the text that it is."""
    try:
        return json.loads(cell, parse_float=str, parse_constant=str)
    except json.JSONDecodeError:
        return cell

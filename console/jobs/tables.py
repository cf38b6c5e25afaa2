"""Results that are tables, read a page at a time: the counts in each part say which to open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict

from console.jobs.rows import Job, JobPart
from console.jobs.work import Marks, Row

SIZE = 50
_NUMBER = re.compile(r"[1-9]\d{0,11}", re.ASCII)
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows of a table; `first` is the number of the first one, `total` of all that match."""

    rows: list[Row]
    first: int
    total: int
    previous_url: str = ""
    next_url: str = ""

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page(job: Job, query: QueryDict, mark: str, marks: Marks) -> TablePage:
    """The rows that have the mark ("" for all), from the one that `?from=` names."""
    counts = [(number, hits.get(mark, 0)) for number, hits in _index(job)]
    total = sum(count for _number, count in counts)
    asked = query.get("from", "")
    first = int(asked) if _NUMBER.fullmatch(asked) and int(asked) <= total else 1
    wanted, before = _parts(counts, first)
    found = [row for row in _rows(job, wanted) if not mark or mark in marks(row)]
    rows = found[first - 1 - before :][:SIZE]
    previous = _url(query, max(1, first - SIZE)) if first > 1 else ""
    following = _url(query, first + SIZE) if first + SIZE <= total else ""
    return TablePage(rows, first, total, previous, following)


def counts(job: Job, *wanted: str) -> dict[str, int]:
    """How many rows have each mark."""
    index = _index(job)
    return {mark: sum(hits.get(mark, 0) for _number, hits in index) for mark in wanted}


def _index(job: Job) -> list[tuple[int, dict[str, int]]]:
    return list(job.parts.order_by("number").values_list("number", "hits"))


def _parts(counts: list[tuple[int, int]], first: int) -> tuple[list[int], int]:
    """The parts that the page lies in, and how many rows come before them."""
    wanted: list[int] = []
    seen = before = 0
    for number, count in counts:
        if count and seen + count >= first:
            before = before if wanted else seen
            wanted.append(number)
        seen += count
        if seen >= first + SIZE - 1:
            break
    return wanted, before


def _url(query: QueryDict, first: int) -> str:
    new = query.copy()
    new["from"] = str(first)
    return f"?{new.urlencode()}"


def _rows(job: Job, numbers: list[int]) -> list[Row]:
    parts = job.parts.filter(number__in=numbers).order_by("number")
    return [row for part in parts for row in read(part)]


def read(part: JobPart) -> list[Row]:
    """The rows of one part, the head for part 0."""
    return list(csv.reader(io.StringIO(part.content.decode().removeprefix("\n"), newline="")))


def rows_of(job: Job, mark: str, marks: Marks) -> Iterator[Row]:
    """The head, then all rows with the mark."""
    for part in job.parts.order_by("number").iterator(chunk_size=1):
        if part.number == 0:
            yield from read(part)
        elif part.hits.get(mark):
            yield from (row for row in read(part) if not mark or mark in marks(row))


def for_spreadsheets(row: Row) -> Row:
    """Cells that a spreadsheet would take for formulas begin with an apostrophe."""
    return [f"'{cell}" if cell.startswith(_RISKY) else cell for cell in row]

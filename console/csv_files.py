"""Lists as CSV files: exactly for programs, or so that a spreadsheet takes no cell as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse, StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands back what is written to it, so that the csv module writes into a stream."""

    def write(self, text: str) -> str:
        return text


def streamed(
    name: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, for_spreadsheets: bool
) -> StreamingHttpResponse:
    """A file of RFC 4180 under this name, written while the rows are read."""
    lines = _lines(header, rows, for_spreadsheets=for_spreadsheets)
    return StreamingHttpResponse(lines, headers=_headers(name))


def whole(
    name: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, for_spreadsheets: bool
) -> HttpResponse:
    """The same, of a list that is short."""
    lines = _lines(header, rows, for_spreadsheets=for_spreadsheets)
    return HttpResponse("".join(lines), headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    shown = f'attachment; filename="{name}"'
    return {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": shown}


def _lines(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, for_spreadsheets: bool
) -> Iterator[str]:
    write = csv.writer(_Echo()).writerow
    yield write(header)
    for row in rows:
        yield write([_safe(cell) for cell in row] if for_spreadsheets else row)


def _safe(cell: str) -> str:
    """User names may begin with `=`, `+`, `-` or `@`: an apostrophe keeps them text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

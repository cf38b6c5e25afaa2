"""Results as downloads: exact and resumable (RFC 9110 section 14), or made for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from console.jobs.rows import Job, bytes_of, size_of
from console.jobs.tables import for_spreadsheets, rows_of
from console.jobs.work import Marks, Row, as_csv

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_AT_ONCE = 500


def exact(request: HttpRequest, job: Job) -> HttpResponseBase:
    """The bytes as they are; a single range of them to who lost the rest on the way."""
    size, tag = size_of(job), f'"{job.pk}"'
    first, end = _range(request, size, tag)
    if first >= end and size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(bytes_of(job, first, end), content_type=job.content_type)
    response.headers["Accept-Ranges"], response.headers["ETag"] = "bytes", tag
    response.headers["Content-Length"] = str(end - first)
    if (first, end) != (0, size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return _named(response, job.file_name)


def _range(request: HttpRequest, size: int, tag: str) -> tuple[int, int]:
    """From which byte up to, and without, which; all of them when no one range was asked for."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or found.group() == "bytes=-" or request.headers.get("If-Range", tag) != tag:
        return 0, size
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(int(last) + 1, size) if last else size
    return int(first), end


def table(job: Job, mark: str, marks: Marks, *, spreadsheet: bool, name: str) -> HttpResponseBase:
    """The head and the rows with a mark, anew as CSV."""
    rows: Iterable[Row] = rows_of(job, mark, marks)
    if spreadsheet:
        rows = map(for_spreadsheets, rows)
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    return _named(response, name)


def _lines(rows: Iterable[Row]) -> Iterator[bytes]:
    held: list[Row] = []
    for row in rows:
        held.append(row)
        if len(held) == _AT_ONCE:
            yield as_csv(held) + b"\n"
            held = []
    if held:
        yield as_csv(held) + b"\n"


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response

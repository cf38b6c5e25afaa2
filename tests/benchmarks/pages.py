"""Pages of the console with a million users: `python -m tests.benchmarks.pages`, or with all.

The lists, and pages that look for somebody, in an account of 1,000,000 users and in one of 1,000,
on SQLite and on PostgreSQL: queries, and the server's processor and database time.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Result, tell
from tests.benchmarks.sessions import postgresql

MANY, FEW = 1_000_000, 1_000
QUERIES, RATIO, MEDIAN_MS = 12, 1.2, 50


def results() -> Iterator[Result]:
    """All figures of pages."""
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder)) as url:
        yield from _on("SQLite", Path(folder) / "sqlite", "")
        yield from _on("PostgreSQL", Path(folder) / "other", url)


def _on(database: str, data: Path, url: str) -> Iterator[Result]:
    data.mkdir()
    measured = _measured(data, url)
    for page, (many, few, queries) in measured.items():
        ratio = many / few
        told = f"{ratio:.2f}  ({many:.1f} / {few:.1f} ms)"
        yield (f"{page}, {database}, {MANY:,} users against {FEW:,} (1.2)", told, ratio <= RATIO)
        if queries > QUERIES:
            yield (f"queries of {page}, {database} ({QUERIES})", str(queries), False)
    median = statistics.median(many for many, _, _ in measured.values())
    yield (f"median page, ms, {database} (50)", f"{median:.1f}", median < MEDIAN_MS)


def _measured(data: Path, url: str) -> dict[str, tuple[float, float, int]]:
    """Of each page: milliseconds with many users and with few, and its queries; in a process that
    has the settings of this database."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BARTIZAN_", "DATABASE_"))}
    own = {"BARTIZAN_DATA_DIR": str(data), "BARTIZAN_BASE_URL": "http://127.0.0.1:8000"}
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.page_times", str(MANY), str(FEW)],
        env={**kept, **own, **({"DATABASE_URL": url} if url else {})},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    found: dict[str, tuple[float, float, int]] = json.loads(told)
    return found


if __name__ == "__main__":
    sys.exit(tell(results()))

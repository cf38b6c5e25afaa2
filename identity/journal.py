"""Audit events of reads and refusals, kept before the answer goes out and written in batches.
Those of changes are committed with them (identity/outbox.py), and moved along.

Each process appends to a file of its own, which it holds by a lock: one system call an event, and
the event is the kernel's, so that a killed process loses none. A thread moves full lines into the
table every second; files whose process is gone are taken over by whoever looks next.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DataError, IntegrityError, close_old_connections

from identity import event_lines, outbox, transactions
from identity.errors import ServiceUnavailable
from identity.models import Event

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 1.0
_BATCH = 50  # some milliseconds, most of it for the indexes


class Journal:
    """The journal of this process; `append` may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._pid = 0
        self._mover_pid = 0

    def append(self, event: Event) -> None:
        """Keep an event. ServiceUnavailable when it cannot be kept: no answer without a record."""
        kept = f"{event_lines.line(event)}\n".encode()
        try:
            with self._lock:
                if os.write(self._open().fileno(), kept) != len(kept):
                    raise OSError("the disk took a part of an audit event")
        except OSError as problem:
            logger.exception("the audit journal cannot be written")
            self.close()  # the next event must not follow half a line
            raise ServiceUnavailable("The audit log cannot be written.") from problem

    def _open(self) -> IO[bytes]:
        """This process's file; after a fork the parent's is left to the parent."""
        if self._file is None or self._pid != os.getpid():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Locked before it has the name that movers look for: none takes it while it is empty.
            path = self.folder / f"{uuid.uuid4().hex}.new"
            self._file = path.open("ab", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.rename(path.with_suffix(".jsonl"))
            self._pid = os.getpid()
            self.start()
        return self._file

    def start(self) -> None:
        """Move every second: one thread a process, and none where tests drain by hand."""
        if settings.JOURNAL_MOVES_BY_ITSELF and self._mover_pid != os.getpid():
            self._mover_pid = os.getpid()
            threading.Thread(target=_keep_moving, args=(self, os.getpid()), daemon=True).start()

    def drain(self) -> int:
        """Move what this process, dead ones and changes kept into the table; returns how many."""
        return self._drain_files() + outbox.move()

    def _drain_files(self) -> int:
        self.close()
        return sum(_move(path) for path in sorted(self.folder.glob("*.jsonl")))

    def drain_in_turn(self) -> None:
        """As `drain`, but what changes kept is left to another process that moves it just now: both
        would read the same lines, and one of them for nothing."""
        self._drain_files()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.folder / "outbox.lock", "ab") as turn, suppress(BlockingIOError):
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            outbox.move()

    def gather(self) -> None:
        """As `drain`, and store what living processes kept too: they move it within a second, which
        is too late for who follows a link of the page that was just refused."""
        self.drain()
        for path in sorted(self.folder.glob("*.jsonl")):
            _copy(path)

    def close(self) -> None:
        """Give up this process's file and its lock: it is now anybody's to move."""
        with self._lock:
            if self._file is not None and self._pid == os.getpid():
                self._file.close()
            self._file = None


def _move(path: Path) -> int:
    """Store a file's events. One that the database cannot hold must not hold up those after it:
    its file is put aside, and the log says so."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            moved = _stored(event_lines.prepared(event_lines.read(file, str(path))))
            path.unlink()
            return moved
    except (BlockingIOError, FileNotFoundError):
        return 0  # its process lives, or another mover was faster
    except (DataError, IntegrityError):
        logger.exception("the database cannot hold the audit events in %s", path)
        path.rename(path.with_suffix(".refused"))
        return 0


def _stored(found: event_lines.Prepared) -> int:
    try:
        return _store(found)
    except IntegrityError:  # as when an account was deleted meanwhile: it is not there now
        return _store(found)


def _store(found: event_lines.Prepared) -> int:
    """They are counted once all are there: a file that is moved again, after a crash on the way, is
    not counted twice. That transaction waits for the disk, and so for all before it."""
    kept = _add(found)
    with transactions.durable(patient=True):
        event_lines.count(kept)
    return len(kept)


def _add(found: event_lines.Prepared) -> list[event_lines.Values]:
    """In batches: a request that writes waits for one at most."""
    kept: list[event_lines.Values] = []
    for first in range(0, len(found), _BATCH):
        with transactions.transient(patient=True):
            kept += event_lines.add(found[first : first + _BATCH])
    return kept


def _copy(path: Path) -> None:
    """Store a living process's events; they are counted when it moves them itself. The last line
    may be half written."""
    with suppress(FileNotFoundError, DataError, IntegrityError):
        whole = path.read_bytes().rpartition(b"\n")[0].splitlines()
        found = event_lines.prepared(event_lines.read(whole, str(path)))
        _add(found)


def _keep_moving(journal: Journal, pid: int) -> None:
    pause = threading.Event()
    while not pause.wait(_EVERY_SECONDS) and pid == os.getpid():
        try:
            journal.drain_in_turn()
        except Exception:
            logger.exception("audit events stay in the journal for now")
        finally:
            close_old_connections()  # a pool gets its own back; SQLite's stays open


_journal = Journal(settings.DATA_DIR / "journal")


def start() -> None:
    """Have a thread of this process move events every second."""
    _journal.start()


def append(event: Event) -> None:
    """Keep an event of a read or a refusal before the answer goes out."""
    _journal.append(event)


def drain() -> int:
    """Move kept events into the table, so that what is read next has them."""
    return _journal.drain()


def gather() -> None:
    """As `drain`, with what other processes keep at this moment."""
    _journal.gather()

"""Files that only this installation may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def private_file(path: Path, make: str | None = None) -> str:
    """The text of a 0600 file, made with `make` (default: 256 random bits) when it is not there.

    The file appears whole or not at all: of processes that start together all read the same text.
    Raises ImproperlyConfigured when others may read it or when it is empty.
    """
    if not path.exists():
        _create(path, make or secrets.token_urlsafe(32))
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"`{path.name}` can be read by others; run chmod 600 on it")
    text = path.read_text().strip()
    if not text:
        raise ImproperlyConfigured(f"`{path.name}` is empty; restore it from a backup")
    return text


def replace_private_file(path: Path, text: str) -> None:
    """Put `text` in the place of a 0600 file in one step: readers see the old or the new one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    _write(draft, text)
    os.replace(draft, path)


def _create(path: Path, text: str) -> None:
    """Write beside, then link: linking fails when another process was first, and that is fine."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    _write(draft, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)

"""What each worker of the server does beside its requests, each in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 1.0


def start(name: str, work: Callable[[], object]) -> None:
    """Do it every second, until the process ends; what fails waits for the next second."""
    threading.Thread(target=_keep_doing, args=(name, work), name=name, daemon=True).start()


def _keep_doing(name: str, work: Callable[[], object]) -> None:
    pause = threading.Event()
    while not pause.wait(_EVERY_SECONDS):
        try:
            close_old_connections()
            work()
        except Exception:
            logger.exception("`%s` waits for now", name)
        finally:
            close_old_connections()  # a pool gets its own back; SQLite's stays open

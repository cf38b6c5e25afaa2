"""The mail of the installation: links that were asked for, then what waits to be sent."""

from __future__ import annotations

from identity import mail, root_recovery


def work() -> int:
    """Returns how many messages were sent."""
    root_recovery.answer_all()
    return mail.deliver()

"""The mail of the installation: links that were asked for, what is to be sent, waits that end."""

from __future__ import annotations

from identity import lost_devices, mail, root_recovery


def work() -> int:
    """Returns how many messages were sent. What a wait's end writes is sent the next time."""
    root_recovery.answer_all()
    sent = mail.deliver()
    lost_devices.remove_due()
    return sent

"""Where a browser is sent with a message that leaves this site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Where the browser goes with a message: to `url`, or with a form to post there.

    It `asks` a provider to sign the person out, unless it only leads back to a broker's site.
    """

    provider: str
    url: str
    fields: Mapping[str, str]
    asks: bool = True

    @property
    def origin(self) -> str:
        """Where the form goes, for the content security policy; "" if that cannot say it."""
        parts = urlsplit(self.url)
        found = f"{parts.scheme}://{parts.netloc}"
        return found if _ORIGIN.fullmatch(found) else ""

"""Where a page may send a browser: addresses of this console, and no others."""

from __future__ import annotations

import re

from django.utils.http import url_has_allowed_host_and_scheme

# Signing in leads nowhere near itself.
_ENTRANCE = re.compile(
    r"(/c/[0-9]{12})?/(sign-in|sign-out|signed-out|session-expired|other-account|setup)(?![^/?#])"
)
_PRINTABLE = re.compile(r"/[!-\[\]-~]*")
_LONGEST = 2000


def local_path(text: str) -> str:
    """`text` if it is a path of ours (with query), else "".

    Browsers read a backslash as a slash and drop tabs and line ends, so that `/\\evil` and
    `/<tab>/evil` are other hosts to them: only printable ASCII without backslash passes.
    """
    if len(text) > _LONGEST or not _PRINTABLE.fullmatch(text) or _ENTRANCE.match(text):
        return ""
    return text if url_has_allowed_host_and_scheme(text, allowed_hosts=None) else ""

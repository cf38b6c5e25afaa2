"""Headers that every page carries."""

from __future__ import annotations

import pytest
from django.test import Client

from console.middleware import CONTENT_SECURITY_POLICY


def test_our_own_forms_may_say_where_they_come_from_and_other_sites_learn_nothing(
    db: None,
) -> None:
    """With `no-referrer` browsers send `Origin: null`, and no form could be sent at all."""
    assert Client().get("/healthz").headers["Referrer-Policy"] == "same-origin"


def test_nothing_inline_runs_and_nothing_frames_us(db: None) -> None:
    assert Client().get("/healthz").headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in/example", "/setup", "/home"])
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil"])
def test_pages_answer_under_our_own_name_only(db: None, path: str, host: str) -> None:
    """A name that somebody else points at this address (DNS rebinding) shows nothing."""
    answer = Client().get(path, headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["X-Frame-Options"] == "DENY"

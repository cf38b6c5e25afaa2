"""That Django's own failures end in our pages."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from console.views import errors
from identity.models import User
from tests.console.conftest import SignedIn


@pytest.mark.parametrize(
    ("status", "handler"),
    [
        (400, errors.bad_request),
        (403, errors.permission_denied),
        (404, errors.page_not_found),
        (500, errors.server_error),
    ],
)
def test_each_status_has_its_handler(status: int, handler: object) -> None:
    assert get_resolver().resolve_error_handler(status) is handler


def test_a_wrong_method_gets_a_page_that_says_which_are_right(
    signed_in: SignedIn, ana: User
) -> None:
    answer = signed_in(ana).get("/theme")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "This cannot be done here" in answer.content.decode()

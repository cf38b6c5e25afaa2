"""Each form of the site map, sent empty and with what is wrong: it stands at the field, above, and
in the title (console.md 6.1, A15)."""

from __future__ import annotations

import pytest

from tests.every_page import forms
from tests.every_page.conftest import Walk

AT_LEAST = {"empty": 45, "wrong": 50}
# Sent by POST, but what comes back is a report, a choice or the next question, whatever was typed.
NOT_REFUSED = (
    "/sign-in/root",  # it leads on for every address, so as not to tell whose is known
    "/iam/change-users",
    "/iam/delete-groups",
    "/iam/simulator",
    "/iam/check-policy",
    "/iam/providers/saml/Corp/test",
    "/iam/providers/oidc/idp.example.com/test",
)


@pytest.mark.parametrize("kind", AT_LEAST)
def test_a_form_says_what_is_missing_or_wrong(walk: Walk, kind: str) -> None:
    refused = [one for one in walk.sent if one.kind == kind and one.status == 422]
    assert len(refused) > AT_LEAST[kind]
    found = {one.told: faults for one in refused if (faults := list(forms.faults(one)))}
    assert found == {}


def test_a_form_with_wrong_values_is_not_taken(walk: Walk) -> None:
    sent = [one for one in walk.sent if one.kind == "wrong" and one.can_be_wrong]
    taken = {one.at: one.status for one in sent if one.status != 422}
    assert {at: status for at, status in taken.items() if at not in NOT_REFUSED} == {}

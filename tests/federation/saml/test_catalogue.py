"""The catalogue of attacks on SAML, number by number: each refused, and for the right reason."""

from __future__ import annotations

import pytest

from federation.checks import Log, Refused
from federation.saml import aws_attributes, response
from tests.bounded import processor_seconds
from tests.federation.saml.catalogue import (
    donors,
    encryption,
    listening,
    protocol,
    signatures,
    texts,
    wrapping,
)
from tests.federation.saml.catalogue.genuine import Case, expected, genuine, text, verified

_PARTS = (wrapping, donors, signatures, texts, protocol, encryption)
CASES = tuple(one for part in _PARTS for one in part.CASES)


def test_what_the_provider_sent_is_accepted() -> None:
    """Without this, everything below would pass for nothing."""
    for element in ("assertion",):
        assert verified(text(genuine(element))).subject.value == "alice"


@pytest.mark.parametrize("case", CASES, ids=[case.number for case in CASES])
def test_an_attack_is_refused_for_its_reason(case: Case) -> None:
    document, log = case.make(), Log()
    with processor_seconds(10), pytest.raises(Refused) as caught:
        aws_attributes.read(response.verify(document, expected(), log), log)
    assert (caught.value.reason, caught.value.check.name) == (case.reason, case.check)
    assert log.checks[-1] is caught.value.check
    assert listening.nobody_came()

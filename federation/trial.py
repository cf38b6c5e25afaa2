"""One provider's part in a response: how far it came, and its line in the sign-in log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation import attempts, redeeming
from federation.checks import Check, Log, Refused
from federation.models import FederatedAttempt, SamlProvider
from federation.redeeming import Proven
from federation.saml import peek
from federation.saml.xmlsafe import XmlError
from identity.facts import Facts

MOST_OFFERED = 50
"""Of the roles that a response offers so many are kept in the log."""


@dataclass
class Trial:
    """A response may offer roles of several accounts, and is tried with each one's provider."""

    provider: SamlProvider
    log: Log
    proven: Proven | None = None
    refusal: Refused | None = None

    @property
    def result(self) -> Proven:
        """Of a trial that was passed."""
        assert self.proven is not None
        return self.proven

    def verify(self, document: str, acs: str, facts: Facts) -> None:
        """By all rules of the browser's profile, as posted to `acs`."""
        try:
            self.proven = redeeming.prove(
                self.provider, document, facts, self.log, strict=True, acs=acs
            )
        except Refused as problem:
            self.refusal = problem

    def keep(
        self,
        document: str,
        facts: Facts,
        surface: str,
        checks: Iterable[Check] | None = None,
        **columns: Any,
    ) -> FederatedAttempt:
        return attempts.keep(
            self.provider,
            FederatedAttempt.SAML,
            surface,
            facts,
            self.log.checks if checks is None else checks,
            document,
            subject=self.proven.assertion.subject.value if self.proven else "",
            offered=offered(self.provider, document, self.proven),
            **columns,
        )


def offered(provider: SamlProvider, document: str, proven: Proven | None) -> list[str]:
    """The roles that a response offers with this provider; unproven, those that it says."""
    try:
        pairs = proven.claims.pairs if proven else peek.issuer_and_pairs(document)[1]
    except XmlError:
        return []
    found = [one.role_arn for one in pairs if one.provider_arn == provider.arn]
    return found[:MOST_OFFERED]

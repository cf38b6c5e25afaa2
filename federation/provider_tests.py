"""Trying a SAML provider without signing anybody in: by a test sign-in, or by a pasted response."""

from __future__ import annotations

from dataclasses import dataclass

from federation import answers, redeeming, saml_sessions, service_provider, trust
from federation.checks import Check, Log, Reason
from federation.models import FederatedAttempt, SamlProvider
from federation.redeeming import Proven
from federation.saml import peek
from federation.saml.xmlsafe import XmlError
from federation.trial import Trial
from identity.errors import AwsError, InvalidIdentityToken
from identity.facts import Facts

LONGEST = 262_144
MOST_ROLES = 50
_TEST = FederatedAttempt.TEST


@dataclass(frozen=True, slots=True)
class RoleResult:
    """Whether a role that is offered can be assumed; `checks` say how far it came."""

    role_arn: str
    why: str
    checks: tuple[Check, ...]


def of_pasted(provider: SamlProvider, text: str, facts: Facts) -> FederatedAttempt:
    """Verify a response in base64, as the browser's post would be, and keep it as a test.

    It is not used up: what is pasted may still be redeemed.
    """
    trial = Trial(provider, Log())
    try:
        document = redeeming.decoded(text, LONGEST)
    except InvalidIdentityToken:
        check = Check("Base64", False, "a response in base64", "something else", _PASTE)
        return trial.keep(
            "",
            facts,
            _TEST,
            [check],
            outcome=FederatedAttempt.REFUSED,
            refusal=Reason.ENCODING.name,
        )
    trial.verify(document, _destination(provider, document), facts)
    return finished(trial, document, facts)


_PASTE = "Copy the value of the form field SAMLResponse, as the browser's developer tools show it."


def finished(trial: Trial, document: str, facts: Facts) -> FederatedAttempt:
    """Keep a test with what the trust policy of each role says."""
    if trial.proven is None:
        assert trial.refusal is not None  # one of the two
        return trial.keep(
            document,
            facts,
            _TEST,
            outcome=FederatedAttempt.REFUSED,
            refusal=trial.refusal.reason.name,
            answer=answers.error_of(trial.refusal).message,
        )
    results = roles(trial.proven, facts)
    checks = [*trial.log.checks, *(check for result in results for check in result.checks)]
    usable = any(not result.why for result in results)
    return trial.keep(
        document,
        facts,
        _TEST,
        checks,
        outcome=FederatedAttempt.ACCEPTED if usable else FederatedAttempt.REFUSED,
        refusal="" if usable else Reason.ROLE.name,
        answer="" if usable else answers.NOT_AUTHORIZED,
    )


def roles(proven: Proven, facts: Facts) -> list[RoleResult]:
    """Each role of this provider that is offered, and what its trust policy says."""
    found, known = [], trust.roles_named(pair.role_arn for pair in proven.claims.pairs[:MOST_ROLES])
    for pair in proven.claims.pairs[:MOST_ROLES]:
        if pair.provider_arn != proven.provider.arn:
            continue
        log, why = Log(), ""
        try:
            wanted = saml_sessions.wanted(proven)
            role = known.get(pair.role_arn)
            saml_sessions.entry(proven, pair.role_arn, role, facts, log, wanted)
        except AwsError as problem:
            why = problem.message
            if all(check.passed for check in log.checks):
                log.checks.append(Check("Duration", False, "", why))
        found.append(RoleResult(pair.role_arn, why, tuple(log.checks)))
    return found


def _destination(provider: SamlProvider, document: str) -> str:
    """Our address that it names; which one a browser would have posted to is not known."""
    own = service_provider.acs_url(provider)
    try:
        return own if peek.destination(document) == own else service_provider.acs_url()
    except XmlError:
        return service_provider.acs_url()

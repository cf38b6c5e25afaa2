"""The flight recorder's writer: what came in, what was checked, what it was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from federation.checks import Check
from federation.models import FederatedAttempt, OidcProvider, SamlProvider
from identity.facts import Facts

MOST = 500
"""Attempts of one provider that are kept: whoever knows its ARN can make some."""

_LONGEST_DOCUMENT = 262_144


def keep(
    provider: SamlProvider | OidcProvider,
    kind: str,
    surface: str,
    facts: Facts,
    checks: Iterable[Check],
    document: str,
    **columns: Any,
) -> FederatedAttempt:
    """Keep one attempt. `columns` are those of FederatedAttempt: `outcome` and what is known.

    For a refusal call it outside the transaction that is rolled back.
    """
    row = FederatedAttempt(
        account_id=provider.account_id,
        provider_arn=provider.arn,
        kind=kind,
        surface=surface,
        at=facts.at,
        checks=[asdict(check) for check in checks],
        source_ip=facts.source_ip,
        user_agent=facts.user_agent,
        request_id=facts.request_id,
        **columns,
    )
    row.keep(document if len(document) <= _LONGEST_DOCUMENT else "")
    row.save(force_insert=True)
    _forget_oldest(provider)
    return row


def _forget_oldest(provider: SamlProvider | OidcProvider) -> None:
    rows = FederatedAttempt.objects.about(provider)
    beyond = list(rows.values_list("pk", flat=True)[MOST : MOST + 10])
    if beyond:
        FederatedAttempt.objects.filter(pk__in=beyond).delete()

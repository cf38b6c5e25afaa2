"""Which actions documents grant at all, on whatever resource and under whatever condition.

For the reports on last accesses, which ask identity-based policies alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from identity.policy.catalogue import Catalogue
from identity.policy.values import Document, Statement


def actions(documents: Iterable[Document], known: Catalogue) -> dict[str, list[str]]:
    """The granted actions by the prefix of their service, both in alphabetical order.

    A Deny takes away only what it denies on every resource and without a condition.
    """
    allowed: set[str] = set()
    denied: set[str] = set()
    for document in documents:
        for statement in document.statements:
            if statement.effect == "Allow":
                allowed.update(_meant(statement, known))
            elif statement.resources == ("*",) and not statement.conditions:
                denied.update(_meant(statement, known))
    found: dict[str, list[str]] = {}
    for name in sorted(allowed - denied):
        prefix, _, action = name.partition(":")
        found.setdefault(prefix, []).append(action)
    return found


def _meant(statement: Statement, known: Catalogue) -> Iterator[str]:
    if statement.actions:
        for pattern in statement.actions:
            yield from known.matching(pattern)
        return
    spared = {name for pattern in statement.not_actions for name in known.matching(pattern)}
    yield from (name for name in known.matching("*") if name not in spared)

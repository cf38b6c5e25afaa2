"""A policy that allows of what documents allow only some actions, and nothing beside.

For who wants to leave away what is never used: resources and conditions stay as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from identity.policy.conditions import Condition
from identity.policy.patterns import action_matches
from identity.policy.values import VERSION_2012, Document, Statement

_Terms = tuple[tuple[str, ...], tuple[str, ...], tuple[Condition, ...]]


def narrowed(documents: Iterable[Document], used: Collection[str]) -> Document:
    """What the documents allow of the used actions; every Deny stays as it is.

    The actions are written by their full names, as `iam:GetUser`. A request for a used action gets
    the answer that the documents together give to it, one for another action is not allowed.
    """
    statements = [
        statement if document.variables else _literally(statement)
        for document in documents
        for statement in document.statements
    ]
    allowed: dict[_Terms, set[str]] = {}
    for one in statements:
        if one.effect == "Allow":
            terms = (one.resources, one.not_resources, one.conditions)
            allowed.setdefault(terms, set()).update(_meant(one, used))
    allows = [_allow(terms, names) for terms, names in _without_repeats(allowed).items() if names]
    denies = [replace(one, sid="") for one in statements if one.effect == "Deny"]
    unique = dict.fromkeys(replace(one, index=0) for one in [*allows, *denies])
    return Document(
        VERSION_2012, "", tuple(replace(one, index=index) for index, one in enumerate(unique))
    )


def _meant(statement: Statement, used: Collection[str]) -> set[str]:
    patterns = statement.actions or statement.not_actions
    listed = bool(statement.actions)
    return {name for name in used if action_matches(patterns, name) is listed}


def _without_repeats(allowed: dict[_Terms, set[str]]) -> dict[_Terms, set[str]]:
    """Less what is allowed on everything and without a condition anyway."""
    everywhere: _Terms = (("*",), (), ())
    whole = allowed.get(everywhere, set())
    return {
        terms: names if terms == everywhere else names - whole for terms, names in allowed.items()
    }


def _allow(terms: _Terms, names: set[str]) -> Statement:
    resources, not_resources, conditions = terms
    return Statement(
        "",
        "Allow",
        actions=tuple(sorted(names)),
        resources=resources,
        not_resources=not_resources,
        conditions=conditions,
    )


def _literally(statement: Statement) -> Statement:
    """As version 2012-10-17 writes what the former one says: there a `${` is plain text."""
    return replace(
        statement,
        resources=tuple(map(_escaped, statement.resources)),
        not_resources=tuple(map(_escaped, statement.not_resources)),
        conditions=tuple(
            replace(one, values=tuple(map(_escaped, one.values))) for one in statement.conditions
        ),
    )


def _escaped(text: str) -> str:
    return text.replace("${", "${$}{")

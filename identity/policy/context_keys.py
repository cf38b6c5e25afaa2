"""Which condition keys a document asks for, so that whoever simulates it can give them values.

GetContextKeysForCustomPolicy of the IAM API reference tells what counts: the keys of conditions and
the policy variables in resources and in the values of conditions.
"""

from __future__ import annotations

from collections.abc import Iterator

from identity.policy.values import Document, Statement
from identity.policy.variables import names


def used(document: Document) -> tuple[str, ...]:
    """Keys and variables as they are spelled, each once, in the order of first use.

    The plain characters that are written as variables (`${*}`) are among them, as they are for AWS.
    """
    statements = document.statements
    found = (key for one in statements for key in of_statement(one, variables=document.variables))
    return tuple(dict.fromkeys(found))


def of_statement(statement: Statement, *, variables: bool) -> Iterator[str]:
    """Every use of a key in a statement; without `variables` (before 2012-10-17) `${` is text."""
    for resource in statement.resources + statement.not_resources:
        yield from names(resource) if variables else ()
    for condition in statement.conditions:
        yield condition.key
        for value in condition.values:
            yield from names(value) if variables else ()

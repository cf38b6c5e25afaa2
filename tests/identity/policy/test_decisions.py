"""The decision tables of `tests/data/decisions`: table, engine and reference say the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from identity.errors import MalformedPolicyDocument
from identity.policy import Layer, LayerKind, Outcome, Source, decide, load, parse
from tests.identity.policy import reference
from tests.identity.policy.asking import (
    ALLOW_ALL,
    condition_question,
    literal_question,
    question,
)
from tests.identity.policy.reference import Asked, Who
from tests.identity.policy.tables import FORMS, Row, TableError, read, rows

DECISIONS, CONDITIONS = rows("decision"), rows("condition")
_EXPECTED = re.compile(r"(allowed|implicitDeny|explicitDeny)(?: by (\w+))?")


@pytest.mark.parametrize("row", DECISIONS, ids=str)
def test_a_request_is_decided_as_the_table_says(row: Row) -> None:
    outcome, layer = expected(row)
    decision = decide(*question(row))
    assert decision.outcome is outcome, row.cells["why"]
    if layer:
        assert decision.kind is layer, row.cells["why"]
    assert reference.decide(*literal_question(row)) == outcome.value, "the reference disagrees"


def expected(row: Row) -> tuple[Outcome, LayerKind | None]:
    found = _EXPECTED.fullmatch(row.cells["expect"])
    if not found or (found[2] and found[2].upper() not in LayerKind.__members__):
        raise row.error(f"`{row.cells['expect']}` is no decision")
    return Outcome(found[1]), LayerKind[found[2].upper()] if found[2] else None


@pytest.mark.parametrize("row", CONDITIONS, ids=str)
def test_a_condition_holds_as_the_table_says(row: Row) -> None:
    for form in FORMS.keys() & row.cells.keys():
        answer = row.cells[form]
        if answer not in ("yes", "no", "refused"):
            raise row.error(f"`{answer}` is no answer")
        operator = FORMS[form].format(row.cells["operator"])
        check_condition(row, operator, answer)


def check_condition(row: Row, operator: str, answer: str) -> None:
    """An Allow allows if the condition holds, a Deny denies unless it certainly does not."""
    request, allow, deny = condition_question(row, operator)
    asked = Asked(request.action, request.resource, request.context, Who("user"), "")
    for text, allowed in ((allow, answer == "yes"), (deny, answer == "no")):
        assert is_refused(text) is (answer == "refused"), operator
        documents = [text] if text is allow else [ALLOW_ALL, text]
        sources = tuple(Source("", load(one)) for one in documents)
        decision = decide(request, [Layer(LayerKind.IDENTITY, sources)])
        assert bool(decision) is allowed, f"{operator}: {row.cells['why']}"
        literal = reference.decide(asked, [("IDENTITY", documents)])
        assert literal == decision.outcome.value, f"{operator}: the reference disagrees"


def is_refused(text: str) -> bool:
    try:
        parse(text)
    except MalformedPolicyDocument:
        return True
    return False


def test_there_are_rows_enough_to_mean_something() -> None:
    assert len(DECISIONS) + len(CONDITIONS) >= 500
    names = [str(row) for row in DECISIONS + CONDITIONS]
    assert len(set(names)) == len(names)


def test_every_policy_of_a_table_is_asked_somewhere() -> None:
    unasked = {(row.file, name) for row in DECISIONS for name in row.texts}
    for row in DECISIONS:
        asked = re.split(r"[;:,]", row.cells.get("policies", ""))
        unasked -= {(row.file, name.strip()) for name in asked}
    assert not unasked


# --- a table that says nonsense is no table ------------------------------------------------------

GOOD = "| Action | expect | why |\n|---|---|---|\n| iam:* | allowed | it says so |\n"
POLICY = "| policy | says |\n|---|---|\n| all | {} |\n"


def broken(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (broken("Action", "Actoin"), "t:1: unknown column `Actoin`"),
        (broken("expect", "does"), "t:1: no column `expect`"),
        (broken("expect", "Action"), "t:1: a column twice"),
        (broken(" it says so ", ""), "t:3: no `why`"),
        (broken("| it says so ", ""), "t:3: 2 cells under 3 columns"),
        ("- whom: ana\n", "t:1: unknown column `whom`"),
        ("- just a list\n", "t:1: a list item sets a column"),
        (POLICY.format("[]") + "| all | [] |\n", "t:4: policy `all` twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_error(text: str, message: str) -> None:
    with pytest.raises(TableError, match=re.escape(message)):
        list(read("t", text))


@pytest.mark.parametrize(
    ("text", "ask", "message"),
    [
        (broken("allowed", "maybe"), expected, "`maybe` is no decision"),
        (broken("allowed", "allowed by magic"), expected, "`allowed by magic` is no decision"),
        ("- who: zoe\n" + GOOD, question, "nobody is called `zoe`"),
        ("- policies: identity\n" + GOOD, question, "`identity` is no layer"),
        ("- policies: idntity: this\n" + GOOD, question, "`idntity: this` is no layer"),
        ("- policies: identity: that\n" + GOOD, question, "no policy is called `that`"),
        ("- when: ana\n" + GOOD, question, "`when` reads"),
        (broken("Action", "does"), question, "no column says what `this` policy"),
    ],
)
def test_a_word_that_means_nothing_is_an_error(
    text: str, ask: Callable[[Row], Any], message: str
) -> None:
    (row,) = read("t", text)
    with pytest.raises(TableError, match=re.escape(message)):
        ask(row)

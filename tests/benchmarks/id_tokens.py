"""How long an ID token takes with keys at hand, the good and the hostile, in processor time."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from contextlib import suppress

from joserfc import jwt
from joserfc.jwk import KeySet

from federation.checks import Log, Refused
from federation.oidc import keys
from federation.oidc.token import Expected, parse, verify
from tests.benchmarks.figures import Result
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER, NOW

_MOST_MILLISECONDS = 0.3
_HOSTILE_MILLISECONDS = 50
_ROUNDS, _TIMES = 20, 100


def results() -> list[Result]:
    known = keys.read(tokens.key_set())
    expected = Expected(ISSUER, frozenset({CLIENT}), NOW)
    text = tokens.token()
    ours = _milliseconds(lambda: verify(parse(text, log := Log()), known, expected, log))
    bare = KeySet.import_key_set(json.loads(tokens.key_set()))
    library = _milliseconds(lambda: jwt.decode(text, bare, algorithms=["RS256"]))
    slowest = max(_once(hostile) for hostile in _hostile())
    return [
        (
            "ID token verified, RS256, warm keys, ms (below 0.3)",
            f"{ours:.3f}",
            ours < _MOST_MILLISECONDS,
        ),
        (
            "  against joserfc alone, without claims (below 3)",
            f"{ours / library:.2f}",
            ours < 3 * library,
        ),
        (
            "ID token, slowest of the hostile, ms (below 50)",
            f"{slowest:.1f}",
            slowest < _HOSTILE_MILLISECONDS,
        ),
    ]


def _milliseconds(act: Callable[[], object]) -> float:
    """The median of some rounds, for one."""
    rounds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for _ in range(_TIMES):
            act()
        rounds.append((time.process_time() - began) * 1000 / _TIMES)
    return statistics.median(rounds)


def _once(text: str) -> float:
    began = time.process_time()
    with suppress(Refused):
        parse(text, Log())
    return (time.process_time() - began) * 1000


def _hostile() -> list[str]:
    deep = tokens.token('{"a":' + "[" * 7_000 + "]" * 7_000 + "}")
    wide = tokens.token(json.dumps({f"k{number}": 0 for number in range(1_200)}))
    return [
        "a" * 1_000_000,
        ("A" * 350_000 + ".") * 2 + "A",
        deep,
        wide,
        tokens.token('{"a":' + "9" * 14_000 + "}"),
        tokens.token('{"a":"' + "\\\\" * 7_000 + "}"),
        tokens.token('{"a":"' + '\\"' * 7_000),
        tokens.token("[" + '"' * 14_000),
    ]

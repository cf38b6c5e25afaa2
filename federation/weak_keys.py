"""RSA keys that anybody can break: those of chips whose library made primes of one narrow form.

Nemec, Sys, Svenda, Klinec, Matyas: "The Return of Coppersmith's Attack", CCS 2017 (CVE-2017-15361).
Each prime of such a key is a power of 65537 modulo the product of many small primes, and so is the
modulus. Of other keys fewer than one in a hundred million has that form.
"""

from __future__ import annotations

_GENERATOR = 65_537
_HIGHEST = 167
"""The smallest keys of that kind have the primes up to here in common with all larger ones."""

_PRIMES = [n for n in range(3, _HIGHEST + 1) if all(n % d for d in range(2, n))]
_POWERS = {prime: {pow(_GENERATOR, n, prime) for n in range(prime - 1)} for prime in _PRIMES}
_MARKERS = tuple((prime, frozenset(found)) for prime, found in _POWERS.items())


def easily_factored(modulus: int) -> bool:
    """Whether the modulus bears the marks of CVE-2017-15361 (ROCA)."""
    return all(modulus % prime in powers for prime, powers in _MARKERS)

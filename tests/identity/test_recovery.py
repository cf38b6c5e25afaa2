"""Recovery codes stand in for a lost device, each once."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from identity import recovery
from identity.models import RecoveryCode, User

NOW = timezone.now()


def test_ten_codes_are_made_and_none_is_stored(ben: User) -> None:
    codes = recovery.make(ben)
    assert len(set(codes)) == recovery.left(ben) == 10
    stored = " ".join(RecoveryCode.objects.values_list("hash", flat=True))
    assert not any(code.replace("-", "")[4:] in stored for code in codes)


def test_a_code_is_five_groups_of_four_without_look_alikes(ben: User) -> None:
    letters = Counter("".join(recovery.make(ben)))
    assert letters.pop("-") == 40
    assert set(letters) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_a_code_works_once(ben: User) -> None:
    code, *_ = recovery.make(ben)
    assert recovery.use(ben, code, NOW)
    assert not recovery.use(ben, code, NOW)
    assert recovery.left(ben) == 9


@pytest.mark.parametrize(
    "typed", [str.upper, lambda code: code.replace("-", ""), lambda c: f" {c}"]
)
def test_case_dashes_and_spaces_do_not_matter(ben: User, typed) -> None:  # type: ignore[no-untyped-def]  # a table of functions
    assert recovery.use(ben, typed(recovery.make(ben)[0]), NOW)


def test_o_and_l_are_read_as_the_digits_they_look_like(ben: User) -> None:
    code = next(code for code in recovery.make(ben) if "0" in code or "1" in code)
    assert recovery.use(ben, code.replace("0", "O").replace("1", "l"), NOW)


@pytest.mark.parametrize("typed", ["", "-", "0", "0000-0000-0000-0000-0000", "x" * 10_000, "ä1٣"])
def test_what_is_no_code_is_refused(ben: User, typed: str) -> None:
    recovery.make(ben)
    assert not recovery.use(ben, typed, NOW)


def test_the_first_half_of_a_code_is_not_enough(ben: User) -> None:
    assert not recovery.use(ben, recovery.make(ben)[0][:4], NOW)


def test_nobody_else_can_use_a_code(ben: User, cleo: User) -> None:
    assert not recovery.use(cleo, recovery.make(ben)[0], NOW)


def test_new_codes_cancel_the_old_ones(ben: User) -> None:
    old, *_ = recovery.make(ben)
    recovery.make(ben)
    assert not recovery.use(ben, old, NOW)
    assert recovery.left(ben) == 10


def test_a_wrong_code_costs_one_hash_whether_or_not_its_beginning_exists(
    ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, *_ = recovery.make(ben)
    recovery._no_hash()
    hashed: list[str] = []

    def check(text: str, encoded: str) -> bool:
        hashed.append(text)
        return False

    monkeypatch.setattr("identity.recovery.check_password", check)
    for typed in (code[:4] + "0" * 16, "0000" + "0" * 16):
        recovery.use(ben, typed, NOW)
    assert len(hashed) == 2

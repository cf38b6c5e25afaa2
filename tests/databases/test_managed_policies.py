"""Shipped policies are loaded once, however many servers start at the same moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from identity.managed_policies import load, shipped
from identity.models import ManagedPolicy, PolicyVersion
from tests.databases.racing import THREADS, race

DENIES = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)


@pytest.fixture
def nothing_loaded(database: str) -> Iterator[None]:
    ManagedPolicy.objects.shipped().delete()
    yield
    ManagedPolicy.objects.shipped().delete()
    load()


def test_of_many_first_loads_one_enters_the_policies(nothing_loaded: None) -> None:
    assert race(lambda _: bool(load())) == {"won": 1, "lost": THREADS - 1}
    assert ManagedPolicy.objects.shipped().count() == len(shipped())
    assert PolicyVersion.objects.filter(policy__account=None).count() == len(shipped())


def test_of_many_later_loads_one_adds_the_new_version(nothing_loaded: None) -> None:
    load()
    changed = [replace(policy, document=DENIES) for policy in shipped()]
    assert race(lambda _: bool(load(policies=changed))) == {"won": 1, "lost": THREADS - 1}
    for policy in ManagedPolicy.objects.shipped().select_related("default_version"):
        assert policy.default_version
        assert policy.default_version.document == DENIES
        assert policy.versions.count() == 2

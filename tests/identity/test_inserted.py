"""Rows that are inserted without Django's steps around it are the rows that those would make."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models.signals import post_save, pre_save
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from identity.models import (
    Account,
    Event,
    Group,
    ManagedPolicy,
    OutboxEvent,
    Role,
    RolePolicy,
    TemporarySession,
    User,
)
from identity.models.prepared_writes import Inserted, new
from tests.factories import make_group, make_policy, make_role

AT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)

MADE: dict[str, Callable[[User], Inserted]] = {
    "numbered by the database": lambda ana: Group(account=ana.account, name="Ops", unique_id="A"),
    "with an own key": lambda ana: Event(
        id=uuid.UUID(int=7), account=ana.account, name="é", request_parameters={"a": [None, "\n"]}
    ),
    "with dates and documents": lambda ana: TemporarySession(
        id="ASIA1",
        user=ana,
        sealed_secret=b"\0\xff",
        expires_at=AT,
        tags={"team": "blue"},
        policies=["{}"],
    ),
    "with a base of Django's": lambda ana: User(
        account=ana.account, unique_id="AIDALI", name="Li", oldest_active_key_at=AT
    ),
    "with saving of its own": lambda ana: Role(account=ana.account, name="Ops", unique_id="A"),
    "without an account": lambda _: ManagedPolicy(name="Shipped", unique_id="ANPA1"),
}


def kept(made: Inserted) -> dict[str, Any]:
    return dict(type(made)._default_manager.values().get(pk=made.pk))


def known(made: Inserted) -> dict[str, Any]:
    """What the instance knows of itself after it was saved."""
    told = {name: value for name, value in vars(made).items() if name != "_state"}
    relations = {name: one.pk for name, one in made._state.fields_cache.items() if one}
    return {**told, **relations, "adding": made._state.adding, "db": made._state.db}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_row_is_the_one_that_the_orm_makes(
    ana: User, make: Callable[[User], Inserted], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(ana)
    fast, slow = copy.copy(made), copy.copy(made)
    with transaction.atomic():
        fast.save(force_insert=True)
        of_fast = kept(fast)
        transaction.set_rollback(True)
    for step in ("save_base", "_do_insert"):
        monkeypatch.setattr(Inserted, step, getattr(models.Model, step))
    slow.save(force_insert=True)
    assert of_fast == kept(slow)
    assert known(fast) == known(slow)
    assert fast == slow


NEW: dict[str, tuple[type[Inserted], dict[str, Any]]] = {
    "event": (Event, {"id": uuid.UUID(int=7), "account_id": "1", "time": AT, "name": "é"}),
    "session": (
        TemporarySession,
        {"id": "A", "issued_at": AT, "expires_at": AT, "tags": {"a": "b"}},
    ),
    "outbox": (OutboxEvent, {"line": "{}"}),
    "group": (Group, {"name": "Ops", "created_at": AT}),
}


@pytest.mark.parametrize(("model", "values"), NEW.values(), ids=NEW)
def test_a_row_without_init_is_the_one_that_init_makes(
    model: type[Inserted], values: dict[str, Any]
) -> None:
    assert known(new(model, **values)) == known(model(**values))


def test_a_row_without_init_takes_relations_as_init_does(ana: User) -> None:
    values = {"user": ana, "account": ana.account, "id": "A", "issued_at": AT, "expires_at": AT}
    fast, slow = new(TemporarySession, **values), TemporarySession(**values)
    assert known(fast) == known(slow)
    assert fast.user is ana


def test_what_is_made_anew_for_each_row_is_not_shared() -> None:
    one, other = new(Event), new(Event)
    assert one.id != other.id
    assert one.user_identity is not other.user_identity


def test_a_name_that_a_row_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="no field nmae"):
        new(Group, nmae="Ops")


def test_what_was_inserted_can_be_changed_and_deleted(account: Account) -> None:
    made = make_group(account, "Ops")
    made.name = "Dev"
    made.save()
    assert Group.objects.get() == made
    assert Group.objects.get().name == "Dev"
    made.path = "/lost/"
    made.save(update_fields=["path"])
    assert Group.objects.get().path == "/lost/"
    made.delete()
    assert made.pk is None
    assert not Group.objects.exists()


def test_an_insert_is_one_query(
    account: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        Group.objects.create(account=account, name="Ops")


def test_a_row_that_is_there_is_not_inserted_again(account: Account) -> None:
    made = make_group(account, "Ops")
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)
    assert Group.objects.count() == 1


def test_a_row_of_one_that_was_not_saved_is_refused(account: Account) -> None:
    with pytest.raises(ValueError, match="unsaved related object"):
        RolePolicy(role=Role(account=account, name="new"), name="own").save(force_insert=True)


def test_who_listens_hears_of_it_and_the_row_is_the_same(account: Account) -> None:
    heard: list[tuple[str, Any]] = []

    def before(sender: Any, instance: Group, **_: Any) -> None:
        heard.append(("before", instance.pk))
        instance.path = "/heard/"

    def after(sender: Any, instance: Group, created: bool, **_: Any) -> None:
        heard.append(("after", created and instance.pk))

    pre_save.connect(before, sender=Group)
    post_save.connect(after, sender=Group)
    try:
        made = Group.objects.create(account=account, name="Ops")
        Role.objects.create(account=account, name="Ops")  # nobody asked to hear of roles
    finally:
        pre_save.disconnect(before, sender=Group)
        post_save.disconnect(after, sender=Group)
    assert heard == [("before", None), ("after", made.pk)]
    assert Group.objects.get().path == "/heard/"


def test_a_row_that_is_refused_breaks_the_transaction_around_it(account: Account) -> None:
    """As Django has it: who goes on as if nothing had happened would keep half a change."""
    make_group(account, "Ops")
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            Group.objects.create(account=account, name="OPS")
        assert connection.needs_rollback
        with pytest.raises(TransactionManagementError):
            Group.objects.count()
        transaction.set_rollback(True)
    assert Group.objects.count() == 1


def test_a_policy_of_a_holder_knows_its_holder(
    account: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    role = make_role(account, "deploy")
    made: Any = make_policy(role, "own", [])
    with django_assert_num_queries(0):
        assert made.role is role


def test_a_time_that_was_not_given_is_now(account: Account) -> None:
    made = make_group(account, "Ops")
    assert timezone.now() - made.created_at < timedelta(minutes=5)
    assert Group.objects.get().created_at == made.created_at

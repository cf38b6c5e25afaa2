"""Look-ups compiled once give the rows that the ORM gives, on whichever database runs."""

from __future__ import annotations

import pickle

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from identity.models import (
    AccessKey,
    Account,
    Group,
    PolicyUsage,
    TemporarySession,
    User,
    UserTag,
    permissions,
)
from identity.models.attachment import attached_to
from identity.models.named import locked_again
from identity.models.prepared import Prepared
from tests.factories import (
    attach,
    make_group,
    make_key,
    make_managed_policy,
    make_policy,
    make_role,
)


def test_a_prepared_row_equals_the_orms_with_its_relations(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key_id = make_key(ana).id
    slow = AccessKey.objects.select_related("user__account").get(pk=key_id)
    with django_assert_num_queries(1):
        fast = AccessKey.signing(key_id)
        assert fast is not None
        assert fast.user.account.alias == "example"
    assert model_to_dict(fast) == model_to_dict(slow)
    assert fast.created_at == slow.created_at
    assert model_to_dict(fast.user) == model_to_dict(slow.user)
    assert fast.user.account == slow.user.account


def test_a_prepared_row_can_be_saved_and_deleted(ana: User) -> None:
    key_id = make_key(ana).id
    fast = AccessKey.signing(key_id)
    assert fast is not None
    fast.active = False
    fast.save()
    assert not AccessKey.objects.get(pk=key_id).active
    fast.delete()
    assert AccessKey.signing(key_id) is None


def test_a_prepared_row_is_the_same_thing_as_the_orms(ana: User) -> None:
    fast, slow = User.named_in(ana.account, "ana"), User.objects.get(pk=ana.pk)
    assert fast == slow
    assert {fast, slow} == {slow}
    assert fast != User.objects.get(is_root=True)
    assert fast is not None
    assert (fast._state.adding, fast._state.db) == (False, "default")
    assert vars(fast).keys() == vars(slow).keys()
    assert pickle.loads(pickle.dumps(fast)) == slow


def test_a_prepared_row_finds_what_did_not_come_with_it(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    policy = make_managed_policy(ana.account, "edge", [])
    ana.boundary = policy
    ana.save()
    make_key(ana)
    fast = User.named_in(ana.account, "ana")
    assert fast is not None
    with django_assert_num_queries(1):
        assert fast.boundary == policy
        assert fast.boundary == policy
    assert fast.access_keys.get().user == ana


def test_a_prepared_row_reads_columns_that_were_left_for_later(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few = Prepared(lambda name: User.objects.only("name").filter(name_folded=name), "li")
    fast = few.first("ana")
    assert fast is not None
    assert fast.get_deferred_fields() >= {"path", "unique_id", "account_id"}
    with django_assert_num_queries(1):
        assert (fast.name, fast.unique_id) == ("ana", ana.unique_id)


def test_a_prepared_row_reads_itself_anew(ana: User, account: Account) -> None:
    fast = User.named_in(account, "ana")
    assert fast is not None
    assert fast.account == account
    User.objects.filter(pk=ana.pk).update(path="/new/")
    Account.objects.filter(pk=account.pk).update(name="Other")
    fast.refresh_from_db()
    assert fast.path == "/new/"
    assert fast.account.name == "Other", "the relation was read before"


def test_a_relation_that_an_outer_join_did_not_find_is_none_without_asking(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TemporarySession.objects.create(
        id="ASIA1", user=ana, sealed_secret=b"\0\xff", expires_at=timezone.now(), tags={"a": "é"}
    )
    slow = TemporarySession.objects.get()
    with django_assert_num_queries(1):
        fast = TemporarySession.signing("ASIA1")
        assert fast is not None
        assert (fast.role, fast.user) == (None, ana)
        assert fast.account_id == ana.account_id
        assert fast.user is not None
        assert fast.user.account == ana.account
    assert model_to_dict(fast) == model_to_dict(slow)
    assert bytes(fast.sealed_secret) == b"\0\xff"


def test_a_name_is_found_whatever_its_case_and_only_in_its_account(ana: User, cleo: User) -> None:
    assert User.named_in(ana.account, "ANA") == ana
    assert User.named_in(cleo.account, "ana") is None
    assert User.named_in(ana.account, "") is None, "root has no name"


def test_rows_come_in_the_order_that_was_asked_for(ana: User) -> None:
    for key in ("zone", "Area"):
        UserTag.objects.create(user=ana, key=key)
    assert [tag.key for tag in UserTag.of_user(ana.pk)] == ["Area", "zone"]


@pytest.mark.parametrize("name", ["'; DROP TABLE identity_user; --", "%s", "%", "\\", "?"])
def test_values_are_values_and_never_text_of_the_statement(ana: User, name: str) -> None:
    assert User.named_in(ana.account, name) is None
    assert User.named_in(ana.account, "ana") == ana


def test_a_statement_that_its_values_would_change_is_refused(db: None) -> None:
    twice = Prepared(lambda name: User.objects.filter(name=name, path=name), "li")
    with pytest.raises(TypeError, match="each of its values once"):
        twice.first("li")


def test_documents_of_a_user_come_from_everywhere_in_one_query(
    ana: User, ben: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    make_policy(ben, "own", everything)
    group = make_group(ben.account, "ops", ben)
    make_policy(group, "shared", everything)
    attached, of_group, boundary = (
        make_managed_policy(ben.account, name, everything) for name in ("direct", "grouped", "edge")
    )
    attach(ben, attached)
    attach(group, of_group)
    ben.boundary = boundary
    ben.save()
    with django_assert_num_queries(1):
        found = permissions.of_user(ben.pk)
    assert sorted((one.holder.name, one.source) for one in found) == [
        ("BOUNDARY", boundary.arn),
        ("GROUP", of_group.arn),
        ("GROUP", "group/ops/shared"),
        ("USER", attached.arn),
        ("USER", "user/ben/own"),
    ]
    assert [one.source for one in permissions.of_user(ana.pk)] == ["user/ana/test"]


def test_documents_of_a_role_are_its_own(ana: User) -> None:
    everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    role, other = make_role(ana.account, "deploy"), make_role(ana.account, "other")
    make_policy(role, "own", everything)
    make_policy(other, "own", everything)
    attach(role, make_managed_policy(ana.account, "direct", everything))
    sources = sorted(one.source for one in permissions.of_role(role.pk))
    assert sources == [f"arn:aws:iam::{ana.account_id}:policy/direct", "role/deploy/own"]


def test_an_insert_that_is_compiled_once_gives_the_row_that_was_saved(account: Account) -> None:
    made = make_group(account, "Ops")
    assert made.pk is not None
    assert model_to_dict(Group.objects.get(pk=made.pk)) == model_to_dict(made)


def test_an_update_that_is_compiled_once_says_how_many_rows_it_changed(account: Account) -> None:
    policy = make_managed_policy(account, "reading", [])
    PolicyUsage.count(policy, account, attachment_count=2)
    PolicyUsage.count(policy, account, attachment_count=-1, boundary_count=1)
    usage = PolicyUsage.objects.get(policy=policy)
    assert (usage.attachment_count, usage.boundary_count) == (1, 1)


def test_a_row_that_was_renamed_since_is_not_locked_again(ana: User) -> None:
    seen = User.objects.get(pk=ana.pk)
    assert locked_again(seen) == ana
    User.objects.filter(pk=ana.pk).update(name="anna")
    assert locked_again(seen) is None


def test_what_is_attached_is_told_for_every_kind_of_holder(account: Account, ana: User) -> None:
    policy = make_managed_policy(account, "reading", [])
    for holder in (ana, make_group(account, "ops"), make_role(account, "deploy")):
        assert attached_to(holder) == []
        attach(holder, policy)
        assert attached_to(holder) == [policy.pk]

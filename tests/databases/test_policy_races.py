"""Policies, attached and changed by several at once: counts, quotas and numbers hold."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from identity.models import (
    Account,
    ManagedPolicy,
    PolicyUsage,
    PolicyVersion,
    User,
    UserAttachment,
)
from tests.databases.racing import THREADS, iam, race
from tests.factories import make_document, make_managed_policy, make_role, make_user

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
DOCUMENT = make_document(READ)


@pytest.fixture
def li(account: Account) -> User:
    return make_user(account, "li")


def uses(policy: ManagedPolicy) -> tuple[int, int]:
    found = PolicyUsage.objects.filter(policy=policy)
    return (
        sum(found.values_list("attachment_count", flat=True)),
        sum(found.values_list("boundary_count", flat=True)),
    )


def test_a_policy_attached_by_many_is_attached_once(ana: User, li: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    outcome = race(lambda _: iam(ana).attach_user_policy(UserName="li", PolicyArn=policy.arn))
    assert outcome == {"won": THREADS}
    assert li.attachments.count() == 1
    assert uses(policy) == (1, 0)
    outcome = race(lambda _: iam(ana).detach_user_policy(UserName="li", PolicyArn=policy.arn))
    assert outcome == {"won": 1, "NoSuchEntity": THREADS - 1}
    assert uses(policy) == (0, 0)


def test_many_policies_at_once_do_not_pass_the_quota(ana: User, li: User) -> None:
    policies = [make_managed_policy(ana.account, f"p{n}", READ) for n in range(14)]
    outcome = race(
        lambda n: iam(ana).attach_user_policy(UserName="li", PolicyArn=policies[n].arn), 14
    )
    assert outcome == {"won": 10, "LimitExceeded": 4}
    assert li.attachments.count() == sum(uses(policy)[0] for policy in policies) == 10


def test_one_policy_attached_to_many_is_counted_for_each(ana: User, account: Account) -> None:
    shipped = ManagedPolicy.objects.shipped().get(name="IAMFullAccess")
    for number in range(THREADS):
        make_user(account, f"user{number}")

    def attach(number: int) -> None:
        iam(ana).attach_user_policy(UserName=f"user{number}", PolicyArn=shipped.arn)

    assert race(attach) == {"won": THREADS}
    assert uses(shipped) == (THREADS, 0)


def test_one_of_many_makes_a_policy_of_a_name(ana: User, account: Account) -> None:
    names = ["own", "Own", "OWN", "oWn"]
    outcome = race(
        lambda n: iam(ana).create_policy(PolicyName=names[n % 4], PolicyDocument=DOCUMENT)
    )
    assert outcome == {"won": 1, "EntityAlreadyExists": THREADS - 1}
    account.refresh_from_db()
    assert account.policy_count == ManagedPolicy.objects.of(account).count() == 1


def test_versions_made_at_once_have_numbers_of_their_own(ana: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    outcome = race(
        lambda _: iam(ana).create_policy_version(
            PolicyArn=policy.arn, PolicyDocument=DOCUMENT, SetAsDefault=True
        )
    )
    assert outcome == {"won": 4, "LimitExceeded": THREADS - 4}
    assert sorted(policy.versions.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    policy.refresh_from_db()
    assert policy.default_version
    assert policy.default_version.number == policy.newest == 5


def test_a_version_deleted_while_it_becomes_the_default_is_not_in_force(ana: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    policy.versions.create(number=2, document=DOCUMENT)

    def attempt(number: int) -> None:
        change = ("set_default_policy_version", "delete_policy_version")[number % 2]
        getattr(iam(ana), change)(PolicyArn=policy.arn, VersionId="v2")

    assert set(race(attempt)) <= {"won", "DeleteConflict", "NoSuchEntity"}
    policy.refresh_from_db()
    assert policy.default_version
    assert policy.versions.count() == policy.default_version.number


def test_a_policy_deleted_while_it_is_attached_leaves_nothing_behind(ana: User, li: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)

    def attempt(number: int) -> None:
        if number % 2:
            iam(ana).delete_policy(PolicyArn=policy.arn)
        else:
            iam(ana).attach_user_policy(UserName="li", PolicyArn=policy.arn)

    outcome = race(attempt)
    assert set(outcome) <= {"won", "DeleteConflict", "NoSuchEntity", "ConcurrentModification"}
    there = ManagedPolicy.objects.filter(pk=policy.pk).exists()
    assert there == UserAttachment.objects.filter(policy_id=policy.pk).exists()
    assert there == PolicyVersion.objects.filter(policy_id=policy.pk).exists()
    assert uses(policy) == ((1, 0) if there else (0, 0))


def test_two_boundaries_swapped_crosswise_are_counted_right(ana: User, account: Account) -> None:
    policies = [make_managed_policy(account, name, READ) for name in ("a", "b")]
    for number in range(2):
        make_user(account, f"user{number}")
        make_role(account, f"role{number}")

    def swap(number: int) -> None:
        client: Any = iam(ana)
        for turn in range(4):
            arn = policies[(number + turn) % 2].arn
            name = f"user{number // 2 % 2}"
            client.put_user_permissions_boundary(UserName=name, PermissionsBoundary=arn)

    assert race(swap) == Counter(won=THREADS)
    bounded = [User.objects.filter(boundary=policy).count() for policy in policies]
    assert [uses(policy)[1] for policy in policies] == bounded
    assert sum(bounded) == 2

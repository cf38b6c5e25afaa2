"""Two requests about a group, a role or a profile at the same moment: neither breaks the other."""

from __future__ import annotations

from identity.models import Account, Group, InstanceProfile, Role, User
from tests.databases.racing import THREADS, iam, race
from tests.factories import make_group, make_role, trusting


def test_a_user_gets_into_no_eleventh_group(ana: User, account: Account) -> None:
    for number in range(9):
        make_group(account, f"has{number}", ana)
    for number in range(THREADS):
        make_group(account, f"g{number}")
    outcome = race(lambda n: iam(ana).add_user_to_group(GroupName=f"g{n}", UserName="ana"))
    assert outcome == {"won": 1, "LimitExceeded": THREADS - 1}
    assert ana.memberships.count() == 10


def test_a_group_deleted_while_a_member_is_added_leaves_nothing_behind(
    ana: User, account: Account
) -> None:
    group = make_group(account, "ops")

    def attempt(number: int) -> None:
        if number % 2:
            iam(ana).delete_group(GroupName="ops")
        else:
            iam(ana).add_user_to_group(GroupName="ops", UserName="ana")

    outcome = race(attempt)
    assert set(outcome) <= {"won", "DeleteConflict", "NoSuchEntity"}
    account.refresh_from_db()
    gone = not Group.objects.filter(pk=group.pk).exists()
    assert gone == (ana.memberships.count() == 0) == (account.group_count == 0)


def test_a_profile_gets_one_role_of_many(ana: User, account: Account) -> None:
    InstanceProfile.objects.create(account=account, name="web")
    for number in range(THREADS):
        make_role(account, f"role{number}")
    outcome = race(
        lambda number: iam(ana).add_role_to_instance_profile(
            InstanceProfileName="web", RoleName=f"role{number}"
        )
    )
    assert outcome == {"won": 1, "LimitExceeded": THREADS - 1}


def test_a_role_deleted_while_it_is_put_into_a_profile_is_either(
    ana: User, account: Account
) -> None:
    role = make_role(account, "runner")
    InstanceProfile.objects.create(account=account, name="web")

    def attempt(number: int) -> None:
        if number % 2:
            iam(ana).delete_role(RoleName="runner")
        else:
            iam(ana).add_role_to_instance_profile(InstanceProfileName="web", RoleName="runner")

    outcome = race(attempt)
    assert set(outcome) <= {"won", "DeleteConflict", "NoSuchEntity", "LimitExceeded"}
    gone = not Role.objects.filter(pk=role.pk).exists()
    assert gone == (InstanceProfile.objects.get().role_id is None)


def test_one_of_many_makes_a_role_of_a_name(ana: User, account: Account) -> None:
    names = ["run", "Run", "RUN", "rUn"]
    outcome = race(
        lambda number: iam(ana).create_role(
            RoleName=names[number % 4], AssumeRolePolicyDocument=trusting(account.root_arn)
        )
    )
    assert outcome == {"won": 1, "EntityAlreadyExists": THREADS - 1}
    account.refresh_from_db()
    assert account.role_count == Role.objects.filter(account=account).count() == 1


def test_tags_that_are_set_at_once_are_all_kept(ana: User, account: Account) -> None:
    role = make_role(account, "runner")
    outcome = race(
        lambda number: iam(ana).tag_role(
            RoleName="runner", Tags=[{"Key": f"k{number}", "Value": ""}]
        )
    )
    assert outcome == {"won": THREADS}
    role.refresh_from_db()
    assert len(role.tags) == THREADS

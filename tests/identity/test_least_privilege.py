"""The evidence of a principal: what its policies grant, and what of it was used when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from identity import least_privilege
from identity.models import Account, LastAccess, Role, User
from identity.policy import parse
from tests.factories import attach, make_group, make_managed_policy, make_role, make_user

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def used(who: User | Role, name: str, days_ago: int = 1) -> None:
    service, _, action = name.partition(":")
    LastAccess.objects.create(
        account=who.account,
        principal=who.unique_id,
        service=service,
        action=action,
        region="us-east-1",
        time=NOW - timedelta(days=days_ago),
    )


def test_of_what_a_user_may_do_by_groups_too_only_what_was_used_stays(account: Account) -> None:
    eve = make_user(account, "eve", allow=["iam:GetUser", "iam:DeleteUser"])
    reads = [{"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}]
    attach(make_group(account, "readers", eve), make_managed_policy(account, "Lists", reads))
    used(eve, "iam:GetUser")
    used(eve, "iam:ListUsers")
    used(eve, "iam:CreateUser")
    used(eve, "iam:DeleteUser", days_ago=91)
    found = least_privilege.evidence(eve, 90, NOW)
    assert found.used == ("iam:GetUser", "iam:ListUsers")
    assert "iam:DeleteUser" in found.granted
    actions = {one for each in parse(found.document).statements for one in each.actions}
    assert actions == {"iam:GetUser", "iam:ListUsers"}


def test_passing_a_role_is_kept_for_the_action_that_asks_for_it(account: Account) -> None:
    role = make_role(account, "Deploy")
    statements = [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]
    attach(role, make_managed_policy(account, "All", statements))
    used(role, "iam:AddRoleToInstanceProfile")
    found = least_privilege.evidence(role, 30, NOW)
    assert found.implied == ("iam:PassRole",)
    assert "iam:PassRole" in found.document


def test_a_boundary_grants_nothing_and_nothing_used_makes_no_policy(account: Account) -> None:
    eve = make_user(account, "eve")
    statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    eve.boundary = make_managed_policy(account, "Cap", statements)
    eve.save()
    used(eve, "iam:GetUser")
    found = least_privilege.evidence(eve, 90, NOW)
    assert (found.sources, found.used, found.document) == ((), (), "")

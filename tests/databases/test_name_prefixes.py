"""Names that begin alike are cut out of an index on both databases."""

from __future__ import annotations

from django.db import connection

from identity import identifiers
from identity.models import Account, User

PLANS = {"sqlite": "name_folded>? AND name_folded<?", "postgresql": "~>=~ 'user0150'"}


def test_a_prefix_of_a_name_is_a_range_of_an_index(account: Account) -> None:
    names = [f"user{number:05}" for number in range(2000)]
    User.objects.bulk_create(
        User(account=account, unique_id=identifiers.unique_id("AIDA"), name=name, name_folded=name)
        for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = account.iam_users.filter(name_folded__under="user0150").order_by("name_folded")
    assert PLANS[connection.vendor] in found.explain()


def test_groups_roles_and_policies_have_such_an_index_on_postgresql(database: str) -> None:
    for table in ("user", "group", "role", "managedpolicy"):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, f"identity_{table}")
        named = [name for name in found if name.endswith("_by_start_of_name")]
        assert len(named) == (database == "postgresql"), table

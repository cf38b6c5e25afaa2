"""What a name begins with is found by an index on PostgreSQL, too.

SQLite's order of text is that of bytes: there the indexes of names serve. PostgreSQL's is the
language's, and a second index on SQLite would be one more to write to. So these stand here alone.
"""

from django.db import migrations

_INDEXES = (
    ("user_by_start_of_name", "identity_user", " WHERE NOT is_root"),
    ("group_by_start_of_name", "identity_group", ""),
    ("role_by_start_of_name", "identity_role", ""),
    ("policy_by_start_of_name", "identity_managedpolicy", ""),
)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table, condition in _INDEXES:
            columns = "account_id, name_folded varchar_pattern_ops"
            schema_editor.execute(f"CREATE INDEX {name} ON {table} ({columns}){condition}")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, _table, _condition in _INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0031_fewer_indexes_of_users_and_events"),
    ]

    operations = [migrations.RunPython(create, drop)]

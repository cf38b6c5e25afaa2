"""The managed policies that are shipped, as rows that all accounts see."""

from django.db import migrations
from django.db.models import Q

from identity import managed_policies


def ship(apps, schema_editor):
    managed_policies.load(apps.get_model)


def withdraw(apps, schema_editor):
    """Remove what nobody uses; what is attached or a boundary stays, and decides as before.

    Row by row of each table: Django's own cascade stumbles over the models of several migrations
    that are taken back at once.
    """
    policies = apps.get_model("identity", "ManagedPolicy").objects.filter(account=None)
    used = Q(usages__attachment_count__gt=0) | Q(usages__boundary_count__gt=0)
    rows = policies.exclude(pk__in=policies.filter(used).values("pk"))
    unused = list(rows.values_list("pk", flat=True))
    policies.filter(pk__in=unused).update(default_version=None)
    for name in ("PolicyUsage", "PolicyVersion"):
        rows = apps.get_model("identity", name).objects.filter(policy_id__in=unused)
        rows._raw_delete(schema_editor.connection.alias)
    policies.filter(pk__in=unused)._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("identity", "0011_role_sessions")]

    operations = [migrations.RunPython(ship, withdraw)]

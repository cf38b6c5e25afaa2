"""A secret is handed over to whoever acts, also a session of a role. What waits is forgotten."""

from typing import Any

from django.db import migrations, models


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("console", "Handoff").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("console", "0010_drafts")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveField("handoff", "user"),
        migrations.AddField(
            "handoff",
            "owner",
            models.CharField(max_length=200, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(migrations.RunPython.noop, forget),
    ]

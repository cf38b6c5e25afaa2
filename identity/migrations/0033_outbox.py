"""Events of changes wait in a table without indexes until they are moved into the audit log."""

import uuid

from django.conf import settings
from django.db import migrations, models


def into_the_journal(apps, schema_editor):
    """Where an older release looks for events: none may be lost that still waits."""
    waiting = apps.get_model("identity", "OutboxEvent").objects.order_by("pk")
    for is_refused, suffix in ((False, "jsonl"), (True, "refused")):
        lines = list(waiting.filter(is_refused=is_refused).values_list("line", flat=True))
        if lines:
            folder = settings.DATA_DIR / "journal"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / f"{uuid.uuid4().hex}.{suffix}"
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0032_name_prefixes_on_postgresql"),
    ]

    operations = [
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.TextField()),
                ("is_refused", models.BooleanField(default=False)),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(migrations.RunPython.noop, into_the_journal),
    ]

"""Events of changes wait in a table without indexes until they are moved into the audit log."""

from django.db import migrations, models


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
    ]

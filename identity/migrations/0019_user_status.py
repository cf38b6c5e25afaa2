import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns that lists of users and keys are narrowed by; 0020 fills them, 0021 indexes them."""

    dependencies = [("identity", "0018_federated_sessions")]

    operations = [
        migrations.AddField(
            "accesskey",
            "account",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="identity.account",
            ),
        ),
        migrations.AddField(
            "accesskey", "last_used_from", models.CharField(default="", max_length=45)
        ),
        migrations.AddField("user", "console_enabled", models.BooleanField(default=False)),
        migrations.AddField("user", "must_change_password", models.BooleanField(default=False)),
        migrations.AddField("user", "mfa_enabled", models.BooleanField(default=False)),
        migrations.AddField(
            "user", "oldest_active_key_at", models.DateTimeField(default=None, null=True)
        ),
        migrations.AddField(
            "user", "idle_since", models.DateTimeField(default=django.utils.timezone.now)
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_USERS = [
    ("console", ["console_enabled"]),
    ("mfa", ["mfa_enabled"]),
    ("console_and_mfa", ["console_enabled", "mfa_enabled"]),
    ("new_password_due", ["must_change_password"]),
    ("sign_in", ["console_enabled", "password_last_used_at"]),
    ("password_age", ["console_enabled", "password_changed_at"]),
    ("key_age", ["oldest_active_key_at"]),
    ("activity", ["idle_since"]),
    ("creation", ["created_at"]),
]
_ACTIVE_KEYS = [
    ("age", ["created_at"]),
    ("last_use", ["last_used_at", "created_at"]),
]


class Migration(migrations.Migration):
    dependencies = [("identity", "0020_fill_user_status")]

    operations = [
        migrations.AlterField(
            "accesskey",
            "account",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="identity.account",
            ),
        ),
        *(
            migrations.AddIndex(
                "accesskey",
                models.Index(
                    fields=["account", *fields, "id"],
                    condition=Q(active=True),
                    name=f"active_key_by_{name}",
                ),
            )
            for name, fields in _ACTIVE_KEYS
        ),
        *(
            migrations.AddIndex(
                "user",
                models.Index(
                    fields=["account", *fields, "name_folded"],
                    condition=Q(is_root=False),
                    name=f"user_by_{name}",
                ),
            )
            for name, fields in _USERS
        ),
        migrations.AddIndex(
            "usertag",
            models.Index(fields=["key_folded", "value", "user"], name="user_by_tag"),
        ),
    ]

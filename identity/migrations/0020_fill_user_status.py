from typing import Any

from django.db import migrations
from django.db.models import Exists, F, Max, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest


def fill(apps: Any, schema_editor: Any) -> None:
    """One statement a table: an installation with a million users is not read row by row."""
    user, key = apps.get_model("identity", "User"), apps.get_model("identity", "AccessKey")
    profiles = apps.get_model("identity", "LoginProfile").objects.filter(user=OuterRef("pk"))
    devices = apps.get_model("identity", "VirtualMfaDevice").objects.filter(user=OuterRef("pk"))
    owner = user.objects.filter(pk=OuterRef("user")).values("account")
    key.objects.update(account=Subquery(owner))
    active = key.objects.filter(user=OuterRef("pk"), active=True).order_by().values("user")
    keys = key.objects.filter(user=OuterRef("pk")).order_by().values("user")
    # Greatest of a null is null in SQLite, so that what is missing counts as creation.
    signed_in = Coalesce(F("password_last_used_at"), F("created_at"))
    used = Coalesce(Subquery(keys.annotate(at=Max("last_used_at")).values("at")), F("created_at"))
    user.objects.update(
        console_enabled=Exists(profiles),
        must_change_password=Exists(profiles.filter(password_reset_required=True)),
        mfa_enabled=Exists(devices),
        oldest_active_key_at=Subquery(active.annotate(at=Min("created_at")).values("at")),
        idle_since=Greatest(signed_in, used),
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0019_user_status")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

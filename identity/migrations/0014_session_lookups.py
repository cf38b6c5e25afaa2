import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_accounts(apps, schema_editor):
    """Sessions that are there belong to the account of their user or role."""
    sessions = apps.get_model('identity', 'TemporarySession').objects
    for kind in ('user', 'role'):
        principal = apps.get_model('identity', kind).objects.filter(pk=OuterRef(f'{kind}_id'))
        account = Subquery(principal.values('account_id')[:1])
        sessions.filter(**{f'{kind}__isnull': False}).update(account_id=account)


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0013_credential_reports'),
    ]

    operations = [
        migrations.AddField(
            model_name='consolesession',
            name='seen_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='temporarysession',
            name='account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='temporary_sessions', to='identity.account'),
        ),
        migrations.RunPython(name_accounts, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='temporarysession',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='temporary_sessions', to='identity.account'),
        ),
        migrations.AlterField(
            model_name='temporarysession',
            name='role',
            field=models.ForeignKey(db_index=False, default=None, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='temporary_sessions', to='identity.role'),
        ),
        migrations.AlterField(
            model_name='temporarysession',
            name='user',
            field=models.ForeignKey(db_index=False, default=None, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='temporary_sessions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='temporarysession',
            index=models.Index(fields=['account', 'expires_at'], name='session_by_account'),
        ),
        migrations.AddIndex(
            model_name='temporarysession',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['user', 'expires_at'], name='session_by_user'),
        ),
        migrations.AddIndex(
            model_name='temporarysession',
            index=models.Index(condition=models.Q(('role__isnull', False)), fields=['role', 'expires_at'], name='session_by_role'),
        ),
    ]

"""New users and events cost fewer indexes: none that another one serves, none of what is empty."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0030_member_since'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='user',
            name='user_by_new_password_due',
        ),
        migrations.RemoveIndex(
            model_name='user',
            name='user_by_password_age',
        ),
        migrations.RemoveIndex(
            model_name='user',
            name='user_by_key_age',
        ),
        migrations.AlterField(
            model_name='event',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='identity.account'),
        ),
        migrations.AlterField(
            model_name='user',
            name='boundary',
            field=models.ForeignKey(db_index=False, default=None, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='bounded_users', to='identity.managedpolicy'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('boundary__isnull', False)), fields=['boundary'], name='user_by_boundary'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_root', False), ('must_change_password', True)), fields=['account', 'name_folded'], name='user_by_new_password_due'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_root', False), ('password_changed_at__isnull', False)), fields=['account', 'console_enabled', 'password_changed_at', 'name_folded'], name='user_by_password_age'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_root', False), ('oldest_active_key_at__isnull', False)), fields=['account', 'oldest_active_key_at', 'name_folded'], name='user_by_key_age'),
        ),
    ]

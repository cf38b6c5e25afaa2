import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0006_dismissals'),
        ('identity', '0021_users_by_status'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyRotation',
            fields=[
                ('old_key', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='rotation', serialize=False, to='identity.accesskey')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('started_by', models.CharField(max_length=256)),
                ('new_key', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='replaces', to='identity.accesskey')),
            ],
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0024_passkeys'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['account', 'source_ip', '-time', '-id'], name='event_by_address'),
        ),
    ]

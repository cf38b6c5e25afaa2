import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0022_console_settings'),
    ]

    operations = [
        migrations.CreateModel(
            name='FindingScan',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='identity.account')),
                ('finished_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ArchiveRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('kind', models.CharField(blank=True, max_length=24)),
                ('resource', models.CharField(blank=True, max_length=2048)),
                ('principal', models.CharField(blank=True, max_length=2048)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='archive_rule_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('external', 'Outside access'), ('escalation', 'Escalation path'), ('unused-role', 'Unused role'), ('unused-key', 'Unused access key'), ('unused-password', 'Unused password'), ('unused-permissions', 'Unused permissions')], max_length=24)),
                ('status', models.CharField(choices=[('active', 'Active'), ('archived', 'Archived'), ('resolved', 'Resolved')], default='active', max_length=16)),
                ('resource', models.CharField(max_length=2048)),
                ('about', models.CharField(max_length=128)),
                ('principal', models.CharField(blank=True, max_length=2048)),
                ('condition', models.TextField(blank=True)),
                ('access', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.account')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'status', '-id'], name='finding_by_status'), models.Index(fields=['account', 'status', 'kind', '-id'], name='finding_by_kind')],
                'constraints': [models.UniqueConstraint(fields=('account', 'key'), name='finding_once_an_account')],
            },
        ),
    ]

"""Ids made by the program, so that an anonymous page can add a row it may not read back.

A returned id is a read: with numbers from a sequence, PostgreSQL refused the very rows that everyone
may add. Both tables are empty before the first release, so they are made anew.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from maillage.core.rls import FUNCTIONS, protect

# The running role may not delete a trace; old ones go through this door, which keeps a year at least.
FORGET = """
create function maillage_forget_trail(before timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    if before > now() - interval '1 year' then
        raise exception 'A trace is kept for one year at least.';
    end if;
    perform set_config('maillage.scope', 'system', true);
    delete from core_auditentry where at < before;
    perform set_config('maillage.scope', former, true);
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_row_level_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.DeleteModel('AuditEntry'),
        migrations.DeleteModel('OutboxMessage'),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='écrit le')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='envoyé le')),
                ('expires_at', models.DateTimeField(blank=True, help_text='Un code trop vieux ne part plus.', null=True, verbose_name='sans objet après')),
                ('state', models.CharField(choices=[('waiting', 'à envoyer'), ('sent', 'envoyé'), ('failed', 'échec')], default='waiting', max_length=8)),
                ('recipient', models.EmailField(max_length=254, verbose_name='destinataire')),
                ('subject', models.CharField(max_length=200, verbose_name='objet')),
                ('body', models.TextField(blank=True, verbose_name='texte')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='dernière erreur')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='a_sent_message_has_a_date', violation_error_message='Un message envoyé porte sa date d’envoi.'), models.CheckConstraint(condition=models.Q(('body', ''), ('state', 'waiting'), _negated=True), name='a_waiting_message_has_a_text', violation_error_message='Un message à envoyer a un texte.')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='le')),
                ('acting_as', models.CharField(blank=True, max_length=80, verbose_name='au titre de')),
                ('verb', models.CharField(max_length=80, verbose_name='action')),
                ('target_kind', models.CharField(max_length=80, verbose_name='objet')),
                ('target_id', models.CharField(max_length=64, verbose_name='identifiant')),
                ('departement', models.CharField(blank=True, max_length=3, verbose_name='département')),
                ('actor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'trace',
                'verbose_name_plural': 'traces',
                'indexes': [models.Index(fields=['target_kind', 'target_id'], name='audit_target')],
            },
        ),
        protect(
            'core_auditentry',
            read='maillage_administers(departement) or maillage_is_user(actor_id)',
            write="maillage_scope() = 'system'",
            insert='true',
        ),
        protect('core_outboxmessage', read="maillage_scope() = 'system'", insert='true'),
        migrations.RunSQL(FORGET, 'drop function maillage_forget_trail(timestamptz)'),
    ]

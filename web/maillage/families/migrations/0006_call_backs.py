from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('families', '0005_purposes_of_consent'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='purpose',
            field=models.CharField(choices=[('assisted_booking', 'qu’un agent prenne rendez-vous pour moi'), ('referral', 'que ma demande soit transmise à ces services'), ('second_parent', 'être relié·e à l’autre parent'), ('notes_handed', 'que des notes soient remises à un collègue'), ('call_back', 'qu’un agent me rappelle')], max_length=16, verbose_name='pour'),
        ),
    ]

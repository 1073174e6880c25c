"""A session that took place has a length: an unknown one passed the former check."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("support", "0003_row_level_security")]
    operations = [
        migrations.RemoveConstraint(
            model_name="session", name="a_session_that_took_place_says_what_for"
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                name="a_session_that_took_place_says_what_for",
                condition=~Q(attended=True)
                | (
                    Q(closed_at__isnull=False, purposes__len__gte=1, minutes__isnull=False)
                    & Q(minutes__range=(5, 480))
                    & ~Q(composition="")
                ),
                violation_error_message=(
                    "Dites à quoi l’entretien a servi, combien de temps, et qui était là."
                ),
            ),
        ),
    ]

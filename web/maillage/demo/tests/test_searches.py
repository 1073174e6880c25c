"""An officer finds what families looked for in vain; twice is the same as once."""

from datetime import date

from django.db.models import Sum

from maillage.core import scope
from maillage.demo import searches
from maillage.directory.models import UnmetNeed
from maillage.directory.needs import BY_CODE


def test_six_past_months_of_searches_in_vain_are_laid_once(haute_saone):
    with scope.system():
        searches.remove()
        for _ in range(2):
            searches.receive(date(2026, 2, 14))
        months = UnmetNeed.objects.order_by("month").values_list("month", flat=True).distinct()
        assert (len(months), months.first(), months.last()) == (
            6, date(2025, 8, 1), date(2026, 1, 1)
        )  # fmt: skip
        assert UnmetNeed.objects.aggregate(all=Sum("count")) == {"all": 148}
        assert {one.need for one in searches.LOOKED} <= BY_CODE.keys()
        searches.remove()
        assert not UnmetNeed.objects.exists()

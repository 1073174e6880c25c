"""None of something is singular in French, and plural in English."""

import pytest
from django.utils import translation
from django.utils.translation import ngettext

SAID = {
    "fr": ["{} doublon possible", "{} doublon possible", "{} doublons possibles"],
    "en": ["{} possible duplicates", "{} possible duplicate", "{} possible duplicates"],
}


@pytest.mark.parametrize("language", SAID)
def test_each_language_counts_in_its_own_way(language: str) -> None:
    with translation.override(language):
        counted = [
            ngettext("%(number)s doublon possible", "%(number)s doublons possibles", number)
            for number in (0, 1, 2)
        ]
    assert counted == [said.replace("{}", "%(number)s") for said in SAID[language]]

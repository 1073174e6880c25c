"""Everything one may type to mean a commune."""

import re
from collections.abc import Iterable

from maillage.territory.data_france import CommuneRow, OldName
from maillage.territory.models import SearchKey
from maillage.territory.spelling import plain, short_name, without_article

_DISTRICT = re.compile(r"^(paris|lyon|marseille) (\d+)e")


def keys_of(row: CommuneRow, old_names: Iterable[OldName]) -> list[SearchKey]:
    """Return the keys of one commune, its own name first."""
    kind = SearchKey.Kind
    bare = row.name.removeprefix(row.article) if row.article else row.name
    found = [(kind.NAME, plain(bare), row.name), (kind.CODE, row.code.lower(), row.code)]
    if short_name(plain(bare)) != plain(bare):
        found.append((kind.SHORT, short_name(plain(bare)), row.name))
    found += [(kind.POSTCODE, postcode, postcode) for postcode in row.postcodes]
    for old in old_names:
        words = plain(old.name)
        if old.district:
            short = _DISTRICT.sub(r"\1 \2", words.replace("1er", "1e")).split(" arr")[0]
            found += [(kind.DISTRICT, words, old.name), (kind.DISTRICT, short, old.name)]
        else:
            found.append((kind.FORMER, without_article(words), old.name))
    return [
        SearchKey(commune_id=row.code, kind=kind, key=key, label=label)
        for kind, key, label in dict.fromkeys(found)
    ]

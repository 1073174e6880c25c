"""What `ui/table.html` draws."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `href` sorts by it, `sorted` says how it is sorted now, `number` aligns right."""

    label: str
    number: bool = False
    href: str = ""
    sorted: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, perhaps with the page that it leads to."""

    text: str
    href: str = ""

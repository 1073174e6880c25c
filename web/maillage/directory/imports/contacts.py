"""Telephones, addresses and sites as files hold them, made usable; what was mended is said."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from maillage.territory.imports.report import Report

PHONE = re.compile(r"\+?\d(?:[ .\-]?\d){3,14}")
C1 = re.compile("[\x80-\x9f]")
LONGEST_SITE = 200
_is_a_site = URLValidator(schemes=["http", "https"])


def mended(text: str, report: Report) -> str:
    """Give back apostrophes lost between two encodings, and single spaces."""
    if C1.search(text):
        report.remark(_("caractères abîmés par un changement d’encodage, réparés"))
        text = C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "replace"), text)
    return " ".join(text.split())


def phone(text: str, report: Report) -> str:
    """Return the first number of a cell, with its spaces."""
    if not text:
        return ""
    found = PHONE.search(text)
    if found is None:
        report.remark(_("téléphone illisible, laissé vide"))
        return ""
    if found[0] != text.strip():
        report.remark(_("plusieurs numéros ou un commentaire : le premier numéro est gardé"))
    return found[0].replace(".", " ").replace("-", " ")


def email(text: str, report: Report) -> str:
    """Return the first address of a cell."""
    words = [word for word in re.split(r"[\s,;/]+", text) if "@" in word]
    if not words:
        return ""
    if len(words) > 1:
        report.remark(_("plusieurs adresses électroniques : la première est gardée"))
    try:
        validate_email(words[0])
    except ValidationError:
        report.remark(_("adresse électronique illisible, laissée vide"))
        return ""
    return words[0]


def site(text: str, report: Report) -> str:
    """Return a full address; one written without its beginning is completed."""
    if not text:
        return ""
    if "://" not in text:
        report.remark(_("adresse de site sans « http:// », complétée"))
        text = f"http://{text}"
    try:
        _is_a_site(text)
    except ValidationError:
        report.remark(_("adresse de site illisible, laissée vide"))
        return ""
    return text if len(text) <= LONGEST_SITE else ""

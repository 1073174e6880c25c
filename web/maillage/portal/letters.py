"""What an invitation says: in a message, or on a letter with a code and a picture to scan."""

import io
from datetime import date
from pathlib import Path

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from maillage.core import outbox, printed
from maillage.portal import words
from maillage.portal.invitations import shown
from maillage.portal.models import Invitation

TEMPLATE = Path(__file__).resolve().parent / "templates" / "portal" / "invitation.typ"


def send(made: Invitation, link: str) -> None:
    """Write the mail or the SMS in the transaction of the invitation."""
    with translation.override(made.language):
        facts = {"name": made.name, "link": link, **_facts(made)}
        text = render_to_string("portal/mail/invited.txt", facts).strip()
    subject, _sep, body = text.partition("\n")
    if made.means == Invitation.Means.SMS:
        outbox.text(made.phone, f"{subject.strip()} {link}", expires_at=made.expires_at)
    else:
        outbox.post(made.email, subject.strip(), body.strip() + "\n", expires_at=made.expires_at)


def pdf(made: Invitation, code: str, link: str, day: date) -> bytes:
    """Set the letter: what is offered, the code, and that nobody has to."""
    facts = _facts(made) | {
        "site": settings.SITE_NAME,
        "lang": translation.get_language() or "fr",
        "day": formats.date_format(day, "j F Y"),
        "hello": _("Bonjour %(name)s,") % {"name": made.name},
        "why": _("Un professionnel de %(who)s vous propose un rendez-vous :")
        % {"who": made.service.organization.name},
        "how": _("Choisissez vous-même le jour et l’heure. Au choix :"),
        "scan": _("avec votre téléphone, visez ce dessin ;"),
        "type": _("ou allez sur %(address)s et tapez ce code :")
        % {"address": settings.SITE_URL.partition("://")[2] + "/invitation/"},
        "code": shown(code),
        "call": _("ou appelez le %(phone)s.") % {"phone": _phone(made)} if _phone(made) else "",
        "until": _("Ce code sert une fois, jusqu’au %(day)s.")
        % {"day": formats.date_format(made.expires_at, "j F Y")},
        "free": _(
            "Rien ne vous y oblige. Ce n’est pas un soin, personne ne vous juge, et rien n’est à"
            " payer d’avance."
        ),
    }
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    return printed.pdf(TEMPLATE, facts, {"qr.svg": drawn.getvalue()})


def _facts(made: Invitation) -> dict[str, str]:
    return {"title": words.name(made.service), "who": made.service.organization.name}


def _phone(made: Invitation) -> str:
    return made.service.phone or made.service.organization.phone

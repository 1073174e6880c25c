"""What is done by itself: a code leaves if it has a reader; silent families are forgotten."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from maillage.core import outbox, scope
from maillage.families import codes, retention
from maillage.families.models import Contact, ContactCode


@app.task(name="families.send_code")
def send_code(code_id: str) -> None:
    """Send one code to the address typed, if a family gave it; then forget what was typed."""
    with scope.system():
        asked = ContactCode.objects.select_for_update(of=("self",)).filter(pk=code_id).first()
        if asked is None or not asked.address or asked.expires_at < timezone.now():
            return
        known = codes.contacts_at(asked.channel, asked.address)
        if known:
            asked.contact = known[0]
            _write(asked, known[0], codes.new_code(asked))
        asked.address = ""
        asked.save(update_fields=["address", "contact", "code_hash"])


def _write(asked: ContactCode, contact: Contact, code: str) -> None:
    """One sentence, without a word of why: it may show on a locked screen."""
    with translation.override(asked.language):
        shown = f"{code[:3]} {code[3:]}"
        text = _("%(code)s est votre code. Il sert une fois, pendant dix minutes.") % {
            "code": shown
        }
        if asked.channel == Contact.Channel.SMS:
            outbox.text(contact.phone, text, expires_at=asked.expires_at)
        else:
            body = text + "\n\n" + _("Vous n’avez rien demandé ? Ne faites rien, tout va bien.")
            outbox.post(contact.email, _("Votre code"), body + "\n", expires_at=asked.expires_at)


@app.periodic(cron="23 4 * * *")
@app.task(name="families.forget", queueing_lock="families.forget")
def forget_families(timestamp: int) -> None:
    """Erase what names families that were not in contact for two years."""
    retention.forget(timezone.now())

"""Who is told what of a referral, by the outbox, in the transaction of the fact.

Whoever acts may not read the others (a service does not know who the family is), so messages are
written in the system's scope. No message says what the need is: the page does, behind the link.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.core import outbox, scope
from maillage.core.models import MessageKind
from maillage.families import links
from maillage.families.models import Contact, ContactLink
from maillage.families.telling import tell
from maillage.organizations.models import Membership
from maillage.people.models import User
from maillage.referrals import receiver_links
from maillage.referrals.models import Candidate, Referral, ReferredFamily

Sentence = str | Promise

CONSENT_IS_ASKED = _(
    "On vous propose de passer le relais à un service. Rien ne part sans votre accord."
)
IS_PROPOSED = _("Votre demande est transmise. Le service a quelques jours pour répondre.")
IS_ACCEPTED = _("Un service a accepté de vous aider. La page dit qui vous accueille et la suite.")
IS_DECLINED = _("Les services choisis n’ont pas pu accepter. Vous pouvez en choisir un autre.")
NEXT_IS_ASKED = _(
    "Un service n’a pas pu accepter : nous demandons au suivant que vous aviez choisi."
)
CONTACT_IS_MADE = _(
    "Le premier contact est noté. Dites-nous plus tard si cela a répondu à votre besoin."
)
IS_THE_NEED_MET = _("Cela a-t-il répondu à votre besoin ? Un mot de vous suffit.")
OUTCOME_IS_SAID = _("Une orientation est terminée : le service dit comment.")
IS_WITHDRAWN = _("Votre accord est repris : plus personne ne voit votre demande.")
IS_EXPIRED = _(
    "Votre demande est restée sans suite. Vous pouvez la refaire ou appeler la structure."
)
IS_ESCALATED = _("Votre demande attend depuis trop longtemps : la coordination est prévenue.")

ANSWER_THE_PARENT = (IS_PROPOSED, IS_WITHDRAWN)  # what they have just said yes or no to

ASKED_TO_ANSWER = _("Une famille vous est adressée, avec son accord. Pouvez-vous l’accueillir ?")
REMINDED_TO_ANSWER = _("Rappel : une famille attend votre réponse.")
REMINDED_TO_CALL = _(
    "Rappel : vous avez accepté une famille. Notez le premier contact une fois fait."
)
NO_LONGER_ASKED = _(
    "La demande d’une famille n’est plus à traiter : elle a trouvé une réponse ou a changé d’avis."
)
ASKED_HOW_IT_ENDED = _("Une famille que vous suivez : le besoin a-t-il trouvé une réponse ?")

COORDINATOR_IS_ALERTED = _("Une orientation attend depuis trop longtemps et a besoin de vous.")
COORDINATOR_IS_OVERDUE = _("Une orientation n’a pas de premier contact après 21 jours.")


def family(referral: Referral, sentence: Sentence) -> None:
    """Tell the parent, by their own link; the first line says nothing of the subject.

    What answers their own yes or no leaves at once; the rest waits for the morning and can be
    declined, like any news of a referral.
    """
    kind = MessageKind.ACT if sentence in ANSWER_THE_PARENT else MessageKind.REFERRAL
    with scope.system():
        contact = _contact(referral)
        token = links.make(contact, ContactLink.Opens.REFERRAL, referral.pk)
        tell(contact, "referrals/mail/family.txt", {
            "sentence": sentence,
            "link": settings.SITE_URL + reverse("referrals:follow", args=[token]),
        }, kind=kind)  # fmt: skip


def sender(referral: Referral, sentence: Sentence) -> None:
    """Tell the professional who sent the family; nobody when the family asked by itself."""
    if referral.created_by_id is None:
        return
    with scope.system():
        account = User.objects.get(pk=referral.created_by_id)
        place = reverse("referrals:referral", args=[referral.pk])
        _mail([account.email], sentence, settings.SITE_URL + place, language=account.language)


def receiver(candidate: Candidate, sentence: Sentence, now: datetime, *, link: bool = True) -> None:
    """Tell a service asked, with a link to answer without an account."""
    with scope.system():
        address = settings.SITE_URL + reverse("referrals:inbox")
        if link:
            token = receiver_links.make(candidate, now)
            address = settings.SITE_URL + reverse("referrals:answer", args=[token])
        _mail(addresses_of(candidate), sentence, address, link=link)


def coordinators(referral: Referral, sentence: Sentence) -> int:
    """Tell the steering officers of the département; return how many there are."""
    with scope.system():
        held = Membership.objects.filter(
            role=Membership.Role.STEERING_OFFICER, departement=referral.departement_id
        ).on(timezone.localdate())
        found = sorted(set(held.filter(user__is_active=True).values_list("user__email", flat=True)))
        place = reverse("referrals:referral", args=[referral.pk])
        _mail(found, sentence, settings.SITE_URL + place)
        return len(found)


def addresses_of(candidate: Candidate) -> list[str]:
    """Where a service is written to: its own address, its organization's, else its keepers'."""
    service = candidate.service
    if address := service.email or service.organization.email:
        return [address]
    kept = Membership.objects.filter(
        role=Membership.Role.STRUCTURE_MANAGER, organization=candidate.organization_id
    ).on(timezone.localdate())
    return sorted(set(kept.filter(user__is_active=True).values_list("user__email", flat=True)))


def _contact(referral: Referral) -> Contact:
    return ReferredFamily.objects.select_related("contact").get(pk=referral.pk).contact


def _mail(
    to: Iterable[str], sentence: Sentence, address: str, *, language: str = "fr", link: bool = False
) -> None:
    with translation.override(language):
        facts: dict[str, Any] = {
            "sentence": sentence,
            "address": address,
            "link": link,
            "site_name": settings.SITE_NAME,
        }
        text = render_to_string("referrals/mail/professional.txt", facts).strip()
    subject, _rest, body = text.partition("\n")
    for one in to:
        outbox.post(one, subject, body.strip() + "\n")

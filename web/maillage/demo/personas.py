"""People who sign in to the demonstration, one for each thing that a professional may do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.organizations.models import Membership

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented professional; without an organization, the role is for the whole département."""

    email: str
    name: str
    role: Membership.Role
    departement: str
    organization: str | None  # its key in the network
    story: Promise


PERSONAS: tuple[Persona, ...] = (
    Persona(
        "nadia@demo.example.org", "Nadia Perrault", Role.STRUCTURE_MANAGER, "70", "quatre_vents",
        _("dirige l’espace parents de Gray : elle tient à jour ses services"),
    ),
    Persona(
        "samuel@demo.example.org", "Samuel Vautrin", Role.PRACTITIONER, "70", "trois_clochers",
        _("éducateur partagé entre trois communes : il lit ce que propose son équipe"),
    ),
    Persona(
        "ines@demo.example.org", "Inès Colard", Role.DESK_AGENT, "70", "fs_champlitte",
        _("accueille à France services Champlitte : elle cherche pour les familles"),
    ),
    Persona(
        "claire@demo.example.org", "Claire Humbert", Role.STEERING_OFFICER, "70", "caf_demo",
        _("chargée de pilotage à la Caf : elle prépare le diagnostic de la Haute-Saône"),
    ),
    Persona(
        "hugo@demo.example.org", "Hugo Marchal", Role.ADMINISTRATOR, "70", None,
        _("administre la Haute-Saône : il ouvre et ferme les comptes"),
    ),
    Persona(
        "olivier@demo.example.org", "Olivier Baudry", Role.STEERING_OFFICER, "79", None,
        _("vient des Deux-Sèvres : il ne voit rien de la Haute-Saône"),
    ),
)  # fmt: skip

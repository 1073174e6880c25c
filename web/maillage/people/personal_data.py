"""The register of personal data: every column that says something about a person, and why.

A column that is neither here nor in `NOT_PERSONAL` fails the build
(web/tests/test_personal_data.py), so that nobody adds one without saying what it is for. The
sentences are in French, for the register that each operator keeps and publishes; the table of
docs/guide/donnees-personnelles.md is made from them. No health data, no income, no nationality.
"""

from maillage.people.not_personal import NOT_PERSONAL
from maillage.people.personal_data_of_support import OF_SUPPORT
from maillage.people.register import Personal

__all__ = ["NOT_PERSONAL", "PERSONAL", "Personal", "as_table"]


_ACCOUNT = "Deux ans après la dernière connexion, puis le compte est fermé et le nom effacé."
_ENTRY = "Tant que la fiche est publiée."
_FAMILY = "Deux ans après le dernier contact, puis tout ce qui nomme est effacé."

PERSONAL: tuple[Personal, ...] = (
    Personal(
        "people.User",
        ("email", "name", "language"),
        "Professionnels qui ont un compte",
        "Se connecter par un code, être reconnu de ses collègues, lire dans sa langue.",
        _ACCOUNT,
    ),
    Personal(
        "people.User",
        ("password", "last_login", "is_active", "created_at", "warned_at", "closed_at"),
        "Professionnels qui ont un compte",
        "Savoir si le compte sert encore ; il n’y a pas de mot de passe (valeur inutilisable).",
        _ACCOUNT,
    ),
    Personal(
        "people.Session",
        ("session_key", "session_data", "expire_date", "user", "started_at"),
        "Professionnels connectés et visiteurs qui ont choisi une langue",
        "Garder la connexion ouverte et permettre de la fermer depuis un autre appareil.",
        "Douze heures.",
    ),
    Personal(
        "account.EmailAddress",
        ("user", "email", "verified", "primary"),
        "Professionnels qui ont un compte",
        "Vérifier que l’adresse appartient bien à la personne.",
        _ACCOUNT,
    ),
    Personal(
        "account.EmailConfirmation",
        ("email_address", "key", "created", "sent"),
        "Professionnels qui ont un compte",
        "Table de la bibliothèque de connexion, laissée vide : l’adresse est prouvée par le code.",
        "Sans objet.",
    ),
    Personal(
        "organizations.Membership",
        ("user", "role", "organization", "departement", "starts_on", "ends_on", "revoked_at"),
        "Professionnels qui ont un compte",
        "Savoir qui peut faire quoi, pour quel organisme et dans quel département.",
        "Aussi longtemps que le compte ; un rôle terminé garde ses dates.",
    ),
    Personal(
        "organizations.Organization",
        ("phone", "email"),
        "Personnes qui répondent pour une petite structure",
        "Joindre la structure : préférer un numéro et une adresse de fonction.",
        _ENTRY,
    ),
    Personal(
        "directory.Location",
        ("phone",),
        "Personnes qui répondent pour un lieu",
        "Joindre le lieu : préférer un numéro de fonction.",
        _ENTRY,
    ),
    Personal(
        "directory.Service",
        ("phone", "email", "verified_by"),
        "Personnes qui répondent pour un service ou qui l’ont vérifié",
        "Joindre le service et savoir qui garantit la fiche : préférer une fonction à un nom.",
        _ENTRY,
    ),
    Personal(
        "directory.ConfirmLink",
        ("token_hash", "service", "user", "created_at", "expires_at", "used_at"),
        "Professionnels qui tiennent une fiche",
        "Confirmer une fiche depuis un message, sans se connecter.",
        "Effacé une fois le lien expiré.",
    ),
    Personal(
        "directory.ErrorReport",
        ("message", "answer"),
        "Visiteurs qui signalent une erreur",
        "Corriger la fiche ; aucun nom ni adresse n’est demandé, le texte libre peut en contenir.",
        "Deux ans.",
    ),
    Personal(
        "families.Contact",
        ("name", "email", "phone", "language"),
        "Parents qui prennent rendez-vous, sans compte",
        "Les appeler comme ils le veulent et leur envoyer ce qui concerne leur rendez-vous.",
        _FAMILY,
    ),
    Personal(
        "families.ContactLink",
        ("token_hash", "contact", "object_id", "expires_at", "revoked_at", "shared_by"),
        "Parents qui ont un rendez-vous",
        "Ouvrir leur page par un lien que personne ne peut deviner ; seule l’empreinte est gardée.",
        "Soixante jours après le rendez-vous.",
    ),
    Personal(
        "families.ContactCode",
        ("door_hash", "channel", "address", "language", "contact", "code_hash"),
        "Qui demande un code à la porte de Mon espace, connu ou non",
        "Vérifier que l’adresse ou le numéro est le sien ; ce qui est saisi s’efface à l’envoi.",
        "Dix minutes, puis effacé dans la journée.",
    ),
    Personal(
        "families.ContactSession",
        ("token_hash", "contact", "others", "created_at", "expires_at", "ended_at"),
        "Parents en visite dans Mon espace",
        "Reconnaître le navigateur pendant la visite ; seule l’empreinte est gardée.",
        "Une demi-heure, puis effacé dans la journée.",
    ),
    Personal(
        "families.Tries",
        ("key_hash",),
        "Qui demande un code ou tape celui d’une lettre",
        "Compter les essais d’une adresse ou d’un appareil ; une empreinte, jamais l’adresse.",
        "Un jour.",
    ),
    Personal(
        "families.SecondParent",
        ("inviter", "invited", "state", "created_at", "expires_at", "ended_at"),
        "Parents qui acceptent d’être reliés",
        "Savoir qui a accepté quoi et que l’un ou l’autre y a mis fin.",
        _FAMILY,
    ),
    Personal(
        "portal.Invitation",
        (
            "id",
            "departement",
            "organization",
            "service",
            "practitioner",
            "means",
            "name",
            "email",
            "phone",
            "language",
            "code_hash",
            "sent_by",
            "created_at",
            "expires_at",
            "revoked_at",
            "appointment",
        ),
        "Parents qu’un professionnel invite à prendre rendez-vous",
        "Écrire l’invitation et reconnaître son code une fois.",
        "Soixante jours, puis effacé dans le mois.",
    ),
    Personal(
        "families.Consent",
        (
            "id",
            "contact",
            "departement",
            "purpose",
            "object_id",
            "means",
            "given_at",
            "recorded_by",
            "revoked_at",
        ),
        "Parents qui donnent un accord, agents qui le recueillent",
        "Prouver ce qui a été accepté, quand, et que c’est toujours vrai.",
        _FAMILY,
    ),
    Personal(
        "practitioners.Practitioner",
        (
            "id",
            "user",
            "name",
            "profession",
            "skills",
            "languages",
            "stopped_on",
            "bookable_until",
            "is_demonstration",
        ),
        "Intervenants",
        "Dire aux familles avec qui elles auront rendez-vous.",
        "Tant que la personne intervient, puis deux ans.",
    ),
    Personal(
        "practitioners.Enrolment",
        (
            "session",
            "practitioner",
            "departement",
            "state",
            "enrolled_at",
            "enrolled_by",
        ),
        "Intervenants qui suivent une formation, et qui les inscrit",
        "Compter les places et donner le papier à qui est venu.",
        "Tant que la personne intervient, puis deux ans.",
    ),
    Personal(
        "practitioners.Credential",
        (
            "practitioner",
            "kind",
            "label",
            "skill",
            "issued_on",
            "valid_until",
            "checked_on",
            "checked_by",
            "warned_at",
        ),
        "Intervenants, et qui a vu leurs papiers",
        "N’ouvrir la réservation que si les papiers obligatoires sont valables ; dates seulement.",
        "Tant que la personne intervient, puis deux ans.",
    ),
    Personal(
        "core.AuditEntry",
        ("id", "at", "actor", "acting_as", "verb", "target_kind", "target_id", "departement"),
        "Professionnels qui ont un compte",
        "Savoir qui a changé quoi ; des identifiants seulement, jamais de nom.",
        "Trois ans.",
    ),
    Personal(
        "core.OutboxMessage",
        (
            "recipient",
            "subject",
            "body",
            "last_error",
            "departement",
            "unsubscribe",
            "provider_id",
        ),
        "Professionnels et parents à qui un message est envoyé",
        "Envoyer les codes, les rendez-vous et les rappels, et prouver l’envoi.",
        "Texte : sept jours ; accusé d’envoi : quatre-vingt-dix jours.",
    ),
    Personal(
        "core.Declined",
        ("reader", "departement", "kind", "since"),
        "Parents qui ne veulent plus de certains messages",
        "Ne plus leur écrire ce qu’ils ont refusé.",
        "Tant que le contact est connu ; sans lui, l’identifiant ne mène à personne.",
    ),
    Personal(
        "core.StopLink",
        ("token_hash", "reader", "departement", "expires_at"),
        "Parents qui reçoivent un courriel",
        "Choisir leurs messages sans se connecter.",
        "Cent vingt jours, puis effacé.",
    ),
    Personal(
        "agenda.CalendarFeed",
        ("token_hash", "practitioner", "contact", "created_at", "fetched_at", "revoked_at"),
        "Intervenants et parents qui suivent leurs rendez-vous dans leur agenda",
        "Donner le calendrier à qui connaît l’adresse, et dire s’il est à jour.",
        "Tant que l’adresse sert ; elle est fermée dès que la personne le veut.",
    ),
    Personal(
        "quality.FeedbackRequest",
        ("token_hash", "household", "contact", "appointment", "asked_at", "is_answered"),
        "Parents à qui un avis est demandé",
        "Ne le demander qu’une fois ; rien ne relie la réponse à la demande.",
        _FAMILY,
    ),
    Personal(
        "quality.Feedback",
        ("words",),
        "Parents qui donnent un avis, sans leur nom",
        "Comprendre ce qui aide et ce qui manque ; un texte qui nomme quelqu’un est effacé.",
        "Sans lien avec une personne ; texte relu, puis gardé ou effacé.",
    ),
    Personal(
        "quality.StaffFeedback",
        ("words", "once_key"),
        "Professionnels qui donnent un avis, sans leur nom",
        "Améliorer les conditions de travail ; l’empreinte dit qu’une réponse a été donnée.",
        "Sans lien avec une personne ; texte relu, puis gardé ou effacé.",
    ),
    Personal(
        "quality.Change",
        ("id", "departement", "said", "did", "done_on", "written_by", "published_at"),
        "Personnes chargées du pilotage",
        "Savoir qui a écrit ce qui a changé ; les avis cités n’y sont pas recopiés.",
        "Tant que le changement est publié.",
    ),
    *OF_SUPPORT,
)


def as_table() -> str:
    """Write the register as the table of the guide."""
    rows = ["| Table | Colonnes | De qui | Pour quoi | Durée |", "|---|---|---|---|---|"]
    rows += [
        f"| `{each.model}` | {', '.join(f'`{name}`' for name in each.columns)} | {each.whose}"
        f" | {each.purpose} | {each.kept} |"
        for each in PERSONAL
    ]
    return "\n".join(rows)

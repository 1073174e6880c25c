"""The register of personal data: every column that says something about a person, and why.

A column that is neither here nor in `NOT_PERSONAL` fails the build
(web/tests/test_personal_data.py), so that nobody adds one without saying what it is for. The
sentences are in French, for the register that each operator keeps and publishes; the table of
docs/guide/donnees-personnelles.md is made from them. No health data, no income, no nationality.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Personal:
    """Columns of one model that are kept for one purpose, for one length of time."""

    model: str
    columns: tuple[str, ...]
    whose: str
    purpose: str
    kept: str


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
        ("token_hash",),
        "Parents qui ont un rendez-vous",
        "Ouvrir leur page par un lien que personne ne peut deviner ; seule l’empreinte est gardée.",
        "Soixante jours après le rendez-vous.",
    ),
    Personal(
        "families.ContactCode",
        ("code_hash",),
        "Parents qui retrouvent leurs rendez-vous par un code",
        "Vérifier qu’ils lisent bien cette adresse ou ce numéro.",
        "Dix minutes, puis effacé dans la journée.",
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
        "agenda.Appointment",
        (
            "id",
            "departement",
            "organization",
            "service",
            "service_at_location",
            "room",
            "household",
            "contact",
            "starts_at",
            "ends_at",
            "mode",
            "video_url",
            "composition",
            "persons",
            "state",
            "moved_to",
            "booked_at",
            "booked_by",
            "cancelled_at",
            "reminded_at",
            "request_key",
        ),
        "Parents qui ont un rendez-vous, agent qui l’a pris pour eux",
        "Tenir le rendez-vous et compter ceux qui ont eu lieu ; jamais ce qui s’y est dit.",
        _FAMILY,
    ),
    Personal(
        "referrals.Referral",
        (
            "id",
            "departement",
            "organization",
            "practitioner",
            "created_by",
            "asked_by_family",
            "need",
            "commune",
            "birth_month",
            "availability",
            "state",
            "created_at",
            "consent_asked_at",
            "proposed_at",
            "accepted_at",
            "declined_at",
            "first_contact_on",
            "closed_at",
            "withdrawn_at",
            "expired_at",
            "escalated_at",
            "overdue_told_at",
            "outcome_asked_at",
            "handover",
            "handover_at",
            "handover_done_at",
            "outcome",
            "outcome_by",
        ),
        "Parents orientés, professionnel qui oriente",
        "Passer la demande à un service, sans dire de qui elle vient, et savoir si elle aboutit.",
        "Les disponibilités, six mois après la fin ; le reste ne nomme personne.",
    ),
    Personal(
        "referrals.ReferredFamily",
        ("why", "outcome_words"),
        "Parents orientés",
        "Dire, avec leurs mots, ce qu’ils cherchent et ce que cela a changé ; rien sur la santé.",
        "Six mois après la fin de l’orientation.",
    ),
    Personal(
        "referrals.Candidate",
        ("words",),
        "Professionnels qui répondent à une orientation",
        "Expliquer une réponse à la famille et à qui l’oriente.",
        "Six mois après la fin de l’orientation.",
    ),
    Personal(
        "referrals.Reception",
        ("in_charge",),
        "Professionnels qui accueillent une famille orientée",
        "Dire à la famille qui l’accueille ; caché à qui l’oriente.",
        "Six mois après la fin de l’orientation.",
    ),
    Personal(
        "referrals.Gap",
        (
            "id",
            "departement",
            "epci",
            "need",
            "raised_on",
            "followed_by",
            "due_on",
            "note",
            "resolved_on",
        ),
        "Professionnels qui suivent un manque du territoire",
        "Savoir qui s’occupe d’un besoin sans étape suivante, et pour quand.",
        "Tant que le manque sert à la décision.",
    ),
    Personal(
        "complaints.Complaint",
        (
            "id",
            "code_hash",
            "departement",
            "organization",
            "service",
            "practitioner",
            "place",
            "text",
            "email",
            "language",
            "received_at",
            "due_on",
            "state",
            "handled_by",
            "answer",
            "first_answer",
            "answered_at",
            "reminded_at",
            "escalated_at",
            "erased_at",
        ),
        "Personnes qui font une réclamation, intervenant concerné, qui répond",
        "Répondre à la personne ; lue par la responsable et le département, jamais par l’intéressé.",
        "Deux ans après la réponse, puis il ne reste que les dates.",
    ),
    Personal(
        "fees.Fee",
        ("appointment", "version", "band", "answer", "valued_on", "payers", "unit_amount"),
        "Parents qui ont un rendez-vous payant selon le revenu",
        "Dire ce qui est dû et le recalculer ; la tranche choisie seulement, jamais le revenu.",
        _FAMILY,
    ),
    Personal(
        "fees.ScheduleVersion",
        (
            "id",
            "schedule",
            "valid_from",
            "valid_to",
            "status",
            "source",
            "basis",
            "rounding",
            "floor",
            "ceiling",
            "published_at",
            "published_by",
        ),
        "Professionnels qui publient un barème",
        "Recalculer une participation passée avec le barème de son jour, et savoir qui l’a publié.",
        "Tant que le barème sert, puis dix ans.",
    ),
    Personal(
        "fees.Confirmation",
        ("version", "compared_with", "confirmed_at", "confirmed_by"),
        "Professionnels qui confirment un barème",
        "Savoir qui a comparé un barème non vérifié avec son texte, et quand.",
        "Tant que le barème sert, puis dix ans.",
    ),
    Personal(
        "fees.Cost",
        (
            "id",
            "departement",
            "service",
            "spent_on",
            "kind",
            "label",
            "amount",
            "recorded_at",
            "recorded_by",
        ),
        "Professionnels qui écrivent une dépense",
        "Partager le coût d’un service entre ses financeurs, au centime.",
        "Dix ans.",
    ),
    Personal(
        "support.Goals",
        ("episode", "contact", "departement", "words", "written_at"),
        "Parents accompagnés",
        "Garder, avec leurs mots, ce qu’ils souhaitent ; lu par eux et par qui les suit seulement.",
        "Deux ans après le dernier contact, puis effacé.",
    ),
    Personal(
        "support.Enrolment",
        ("household", "basis", "child_age_months", "enrolled_on"),
        "Foyers entrés dans un programme",
        "Ne compter chaque famille qu’une fois et pouvoir refaire la décision d’entrée.",
        _FAMILY,
    ),
    Personal(
        "support.Episode",
        (
            "household",
            "organization",
            "service",
            "practitioner",
            "state",
            "opened_at",
            "closed_at",
            "closing_reason",
            "next_step",
        ),
        "Parents accompagnés, intervenants",
        "Suivre d’un à cinq entretiens avec la même personne ; jamais ce qui s’y est dit.",
        _FAMILY,
    ),
    Personal(
        "support.Session",
        (
            "appointment",
            "number",
            "closed_at",
            "attended",
            "purposes",
            "minutes",
            "composition",
            "next_step",
        ),
        "Parents accompagnés, intervenants",
        "Tenir le compte des entretiens et rendre compte de l’activité ; des mots choisis dans une"
        " liste seulement.",
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
        "practitioners.Credential",
        (
            "practitioner",
            "kind",
            "label",
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
        "notes.Note",
        (
            "id", "kind", "departement", "household", "appointment", "number", "reader", "key",
            "author", "contact", "agreement", "sealed", "written_at", "opened_at",
        ),
        "Intervenants qui écrivent pour eux-mêmes, parents qui laissent un mot avant la séance",
        "Garder un fil d’une séance à l’autre ; scellé, seul le lecteur désigné peut l’ouvrir.",
        "Mot d’un parent : trente jours après la séance. Note : deux ans après le dernier contact,"
        " ou soixante jours après le départ de son auteur.",
    ),
    Personal(
        "notes.ReaderKey",
        ("id", "user", "public_key", "attested", "attested_by", "made_at", "ended_at"),
        "Intervenants qui ont un compte",
        "Sceller des mots que seule cette personne pourra ouvrir.",
        "Aussi longtemps que le compte ; une clé détruite garde ses dates.",
    ),
    Personal(
        "notes.WrappedKey",
        ("key", "user", "blob", "wrapped_by"),
        "Intervenants qui ont un compte",
        "Ouvrir ses propres notes ; enveloppée par une clé tenue hors de la base.",
        "Détruite soixante jours après le départ : les notes ne s’ouvrent plus.",
    ),
    Personal(
        "notes.AccessRequest",
        (
            "id", "departement", "contact", "appointment", "asked_of", "public_key", "asked_at",
            "due_on", "state", "sealed", "answered_at", "reminded_at", "escalated_at",
        ),
        "Parents qui demandent ce qui est écrit sur eux, intervenants qui répondent",
        "Donner accès dans le mois ; réponse scellée, ouverte par le code gardé par le parent.",
        _FAMILY,
    ),
    Personal(
        "notes.Departure",
        ("id", "user", "leaves_on", "destroy_on", "noticed_at", "stayed_at", "destroyed_at"),
        "Intervenants qui s’en vont",
        "Les prévenir, puis détruire leurs notes au jour dit.",
        "Aussi longtemps que le compte.",
    ),
    Personal(
        "core.OutboxMessage",
        ("recipient", "subject", "body", "last_error"),
        "Professionnels et parents à qui un message est envoyé",
        "Envoyer les codes, les rendez-vous et les rappels, et prouver l’envoi.",
        "Texte : sept jours ; accusé d’envoi : quatre-vingt-dix jours.",
    ),
)

# Text columns that are about a place, a body, a rule or a file: never about a person.
NOT_PERSONAL: dict[str, str] = {
    "agenda.Availability": "modes byday",
    "agenda.Room": "name",
    "agenda.WaitingEntry": "communes modes",
    "directory.LinkCheck": "url reason",
    "directory.Location": "name address postcode access outside_id",
    "directory.MergeProposal": "reasons",
    "directory.Schedule": "byday note",
    "directory.ScheduleException": "note",
    "directory.Service": (
        "name name_en description description_en topics audiences modes cost_note languages"
        " accommodations website alert source outside_id"
    ),
    "directory.ServiceArea": "code",
    "directory.ServiceAtLocation": "note",
    "directory.UnmetNeed": "need",
    "fees.Band": "bound_name",
    "fees.Schedule": "name parameter",
    "organizations.Organization": "name description siret website outside_id",
    "steering.FrozenResult": "key packed",
    "steering.KeptDiagnosis": "title note packed data_hash code_version",
    "support.Programme": "key name source",
    "support.ProgrammeTerms": "charter quota_source reason",
    "territory.Authority": "code name",
    "territory.Commune": (
        "code name article search_name town_hall_address town_hall_phone town_hall_hours outline"
        " children_source"
    ),
    "territory.Dataset": "key title producer licence vintage sha256 notes",
    "territory.Departement": "code name region",
    "territory.Epci": "siren name kind",
    "territory.Observation": "area measure",
    "territory.Postcode": "code",
    "territory.SearchKey": "key label",
    "territory.Zoning": "code generation name status figures",
}


def as_table() -> str:
    """Write the register as the table of the guide."""
    rows = ["| Table | Colonnes | De qui | Pour quoi | Durée |", "|---|---|---|---|---|"]
    rows += [
        f"| `{each.model}` | {', '.join(f'`{name}`' for name in each.columns)} | {each.whose}"
        f" | {each.purpose} | {each.kept} |"
        for each in PERSONAL
    ]
    return "\n".join(rows)

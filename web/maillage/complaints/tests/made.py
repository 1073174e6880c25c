"""Rows that tests are made of: a complaint about a service of Gray."""

from typing import Any

from maillage.complaints import actions
from maillage.complaints.actions import Grievance
from maillage.complaints.models import Complaint
from maillage.directory.models import Service


def grievance(about: Service, **values: Any) -> Grievance:
    facts = {
        "departement": about.departement_id, "organization": about.organization_id,
        "service": about.pk, "text": "On m’a fait attendre une heure.",
    }  # fmt: skip
    return Grievance(**facts | values)


def complaint(about: Service, **values: Any) -> tuple[Complaint, str]:
    return actions.complain(grievance(about, **values))


def arguments(service: Service) -> dict[str, list[Any]]:
    """What the addresses of the room need, for the access matrix."""
    made, code = complaint(service)
    return {
        "complaints:write_about": [service.pk],
        "complaints:follow": [code],
        "complaints:ask_departement": [code],
        "complaints:complaint": [made.pk],
        "complaints:take": [made.pk],
    }

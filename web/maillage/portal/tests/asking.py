"""How these tests ask pages and count what they cost."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

A_PERSON = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
FREE = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
MOST_QUERIES = 12  # the one that sets the security context aside


def ask(client, path, data=None, **headers):
    """Open a page as a person on a phone would."""
    return client.get(path, data, headers={"user-agent": A_PERSON} | headers)


def cost(client, path, data=None):
    """The SQL statements of a page, savepoints and security context aside."""
    with CaptureQueriesContext(connection) as asked:
        response = ask(client, path, data)
    said = [query["sql"] for query in asked]
    return response, [q for q in said if not q.startswith(FREE) and "set_config" not in q]


def cards(response):
    """The cards of an answer, in order."""
    return response.context["cards"]


def titles(response):
    """The titles of an answer, in order."""
    return [card.title for card in cards(response)]

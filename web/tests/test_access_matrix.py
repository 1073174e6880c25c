"""Who gets what at each address: these tables are the test and the documentation.

Columns, in order: a visitor without an account; an administrator of another département; a
practitioner and a desk agent of the organization; its manager; the manager of another organization
of the same département; a steering officer and an administrator of the département. 302 leads to
sign-in. An address that is missing in `access/` fails the build.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.access import everyone, staff
from tests.access.world import PERSONAS, World, make_world

from maillage.organizations.tests.staff import sign_in

Row = tuple[str, str, dict[str, int]]
ROWS: list[Row] = [
    (name, method, dict(zip(PERSONAS, map(int, statuses), strict=True)))
    for table in (everyone.ROWS, staff.ROWS)
    for name, method, *statuses in map(str.split, table.strip().splitlines())
]
FORMS = [
    "directory:edit_service", "directory:status", "directory:create_service", "directory:confirm",
    "organizations:invite", "people:account", "account_login",
]  # fmt: skip


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.SMS = replace(settings.SMS, secret="given-by-the-operator")
    return make_world()


def addresses() -> Iterator[str]:
    """Every name of an address that exists, libraries' included."""
    yield from _named(get_resolver(), "")


def _named(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            inside = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from _named(found, inside)
        elif isinstance(found, URLPattern):
            yield f"{namespace}{found.name}"


def browser(world: World, persona: str, **more: Any) -> Client:
    client = Client(**more)
    return client if persona == "visitor" else sign_in(client, world.people[persona])


def ask(client: Client, world: World, name: str, method: str, **data: str) -> int:
    """The status of one request, whose effects are then undone."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        address = reverse(name, args=world.arguments.get(name, []))
        answer = client.get(address) if method == "GET" else client.post(address, data)
        transaction.set_rollback(True)
    client.cookies = cookies
    return int(answer.status_code)


def test_every_address_is_in_the_matrix_and_no_other() -> None:
    assert sorted(name for name, _method, _statuses in ROWS) == sorted(addresses())


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_persona_gets_what_the_matrix_says(world: World, persona: str) -> None:
    client = browser(world, persona)
    got = {
        name: ask(client, world, name, method, answer="corrigé", decision="distinct")
        for name, method, _statuses in ROWS
    }
    wanted = {name: statuses[persona] for name, _method, statuses in ROWS}
    assert {n: s for n, s in got.items() if s != wanted[n]} == {}


def test_what_asks_for_a_post_answers_nothing_else(world: World) -> None:
    client = browser(world, "administrator")
    posted = [name for name, method, _s in ROWS if method == "POST" and name != "account_logout"]
    got = {name: ask(client, world, name, "GET") for name in posted}
    assert {name for name, status in got.items() if status not in (302, 405)} == set()
    # A report refused and read again in another language goes back to its service.
    assert {n for n, s in got.items() if s == 302} <= {"set_language", "portal:report"}


def test_a_post_without_its_csrf_token_is_refused(world: World) -> None:
    client = browser(world, "administrator", enforce_csrf_checks=True)
    posted = [name for name, method, _statuses in ROWS if method == "POST"]
    got = {name: ask(client, world, name, "POST") for name in [*posted, *FORMS]}
    assert {name: status for name, status in got.items() if status != 403} == {}

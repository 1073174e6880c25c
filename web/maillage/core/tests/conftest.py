"""A provider of SMS that the tests drive."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from maillage.core.tests.provider import Provider, running


@pytest.fixture
def provider(settings) -> Iterator[type[Provider]]:
    """Send SMS to a real local server."""
    with running() as url:
        settings.SMS = replace(
            settings.SMS,
            url=url,
            headers={"X-Key": "secret"},
            body='{"to": "{number}", "message": "{text}", "from": "{sender}"}',
            sender="Maillage",
            answer_id="messages.0.id",
        )
        yield Provider

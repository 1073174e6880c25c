"""How messages leave and come back, read from the environment (docs/operate.md)."""

import os

from maillage.config import environment
from maillage.core.sms import Provider


def sms() -> Provider:
    """The operator's SMS provider; without an address, SMS are written on the console."""
    standard = Provider()
    check = os.environ.get("SMS_RECEIPT_CHECK", "secret")
    if check not in {"secret", "hmac-sha256"}:
        raise environment.BadEnvironment(
            f"SMS_RECEIPT_CHECK must be secret or hmac-sha256; got {check!r}."
        )
    header = os.environ.get("SMS_RECEIPT_HEADER", "")
    if check == "hmac-sha256" and not header:
        raise environment.BadEnvironment("SMS_RECEIPT_HEADER must name the signature's header.")
    return Provider(
        url=os.environ.get("SMS_URL", ""),
        headers=environment.pairs("SMS_HEADERS"),
        body=os.environ.get("SMS_BODY", standard.body),
        sender=os.environ.get("SMS_SENDER", ""),
        answer_id=os.environ.get("SMS_ANSWER_ID", ""),
        secret=os.environ.get("SMS_RECEIPT_SECRET", ""),
        header=header,
        signed=check == "hmac-sha256",
        receipt_id=os.environ.get("SMS_RECEIPT_ID", standard.receipt_id),
        receipt_state=os.environ.get("SMS_RECEIPT_STATE", standard.receipt_state),
        receipt_reason=os.environ.get("SMS_RECEIPT_REASON", standard.receipt_reason),
        delivered=_states("SMS_RECEIPT_DELIVERED", standard.delivered),
        failed=_states("SMS_RECEIPT_FAILED", standard.failed),
        reply_number=os.environ.get("SMS_REPLY_NUMBER", standard.reply_number),
        reply_text=os.environ.get("SMS_REPLY_TEXT", standard.reply_text),
    )


def _states(name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    given = environment.words(name)
    return tuple(word.lower() for word in given) or default


def bounces() -> str:
    """The address where mail servers say that a mail did not arrive, with ``{id}`` in it."""
    found = os.environ.get("EMAIL_BOUNCES", "")
    if found and ("{id}" not in found or "@" not in found):
        raise environment.BadEnvironment(
            f"EMAIL_BOUNCES must look like bounces+{{id}}@example.org; got {found!r}."
        )
    return found


def quiet_hours() -> tuple[int, int]:
    """The hours between which nothing is sent that can wait, ``20-8``; ``0-0`` for none."""
    raw = os.environ.get("QUIET_HOURS", "20-8")
    begins, _, ends = raw.partition("-")
    hours = [int(one) for one in (begins, ends) if one.isascii() and one.isdigit()]
    if len(hours) != 2 or max(hours) > 23:
        raise environment.BadEnvironment(f"QUIET_HOURS must look like 20-8; got {raw!r}.")
    return hours[0], hours[1]

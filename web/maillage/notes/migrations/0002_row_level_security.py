"""A note is seen by the account it is for; a private key by its account, and by no job.

The parent who left a word sees that it is there (its text is sealed for someone else). `system`
erases notes when their time is over and sees no private key; `keys` handles keys and sees no note.
"""

from django.db import migrations

from maillage.core.rls import protect

KEYS = "maillage_scope() = 'keys'"
OWN = "maillage_is_user({column})"


class Migration(migrations.Migration):
    dependencies = [
        ("notes", "0001_initial"),
        ("core", "0003_row_level_security"),
        ("families", "0002_row_level_security"),
    ]
    operations = [
        protect("notes_readerkey", read="true", write=KEYS),
        protect(
            "notes_wrappedkey",
            read=f"{KEYS} or {OWN.format(column='user_id')}",
            write=KEYS,
        ),
        protect(
            "notes_note",
            read="maillage_is_user(reader_id) or maillage_is_contact(contact_id)"
            " or maillage_scope() = 'system'",
            insert="maillage_is_user(author_id) or maillage_is_contact(contact_id)"
            " or maillage_scope() = 'system'",
        ),
        protect(
            "notes_accessrequest",
            read="maillage_is_user(asked_of_id) or maillage_is_contact(contact_id)"
            " or maillage_scope() = 'system'",
        ),
        protect(
            "notes_departure",
            read="maillage_is_user(user_id) or maillage_scope() in ('system', 'keys')",
            write="maillage_scope() = 'system'",
        ),
    ]

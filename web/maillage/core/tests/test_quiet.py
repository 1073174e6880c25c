"""Nobody is woken for what can wait: every place of the product that writes says when it leaves."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
# What leaves at once, by night too, and why. Everything else says `how` it travels.
AT_ONCE = {
    "families/replies.py": "answers the word that was just sent",
    "families/tasks.py": "a code that someone waits for",
    "people/adapter.py": "a code that someone waits for",
    "organizations/actions.py": "an administrator has just invited someone",
    "practitioners/actions.py": "a manager has just added someone",
    "core/tasks.py": "a job that runs at 6:40 UTC, for the operator",
    "agenda/telling.py": "at most once a day, in the act of a family that finds nothing",
    "referrals/telling.py": "in the act of a parent or a professional, or by a job of the morning",
    "complaints/telling.py": "in the act of who complains or answers, or by a job of the morning",
    "organizations/trust_ending.py": "a job of the morning",
    "portal/letters.py": "an agent at work has just invited a parent",
    "notes/access.py": "in the act of a parent or a professional",
}


def writes(file: Path) -> list[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"outbox.post", "outbox.text"}
    ]  # fmt: skip


def test_every_message_says_how_it_travels_or_why_it_leaves_at_once() -> None:
    silent = {
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if "tests" not in file.parts
        for call in writes(file)
        if "how" not in {word.arg for word in call.keywords}
    }
    assert silent - set(AT_ONCE) == set()

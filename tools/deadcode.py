"""Finds code that nothing calls: vulture over `archive`, told what templates use and what frameworks call.

Tests do not count as use: what only a test calls is not part of the product. Fields and members of enumerations are
data, read by name from files and forms, so only functions, methods, properties and classes are reported when unsure.
"""

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parents[1]

# name -> why it stays although nothing in the package calls it. An entry that is no longer needed is reported.
ALLOWED: dict[str, str] = {
    "load_config": "gunicorn asks its application for the settings",
    "request_validation": "spectree asks its plugin to read a request",
    "open_session": "Flask opens a request's session",
    "save_session": "Flask saves a request's session",
    "wrap_formdata": "WTForms asks a form's Meta what was sent",
    "_get_file_stream": "Werkzeug asks where the parts of a request go",
    "temp_storage": "Whoosh asks its storage where to spill, and must not be let spill in clear",
    "Sealer": "attachments will be sealed while they arrive; its format is fixed and tested now",
    "_extract_indices": "WTForms asks a list of parts for their numbers",
}

CALLED_BY_DECORATORS = [
    "@*.route", "@*.get", "@*.post", "@*.put", "@*.delete",  # Flask calls views
    "@*.before_request", "@*.after_request", "@*.teardown_*", "@*.errorhandler", "@*.app_errorhandler",
    "@*.context_processor", "@*.app_template_*", "@*.template_*", "@*.user_loader", "@*.request_loader",
    "@*.command", "@*.group", "@click.*",  # click calls commands
    "@event.listens_for", "@*.listens_for",  # SQLAlchemy calls listeners
    "@field_validator", "@model_validator", "@validator",  # pydantic calls validators
]  # fmt: skip
CALLED_BY_NAME = [
    "__*__",  # Python
    "validate_*",  # WTForms calls validate_<field>
    "process_bind_param", "process_result_value",  # SQLAlchemy calls them on a type
]  # fmt: skip
SURE = 80  # vulture's confidence from which variables, imports and unreachable code count


def names_in_templates(folder: Path) -> set[str]:
    """Every identifier inside a Jinja expression or statement."""
    pages = "\n".join(path.read_text() for path in sorted(folder.rglob("*.html")))
    spoken = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", pages, re.DOTALL))
    return set(re.findall(r"[A-Za-z_]\w*", spoken))


def findings(checkout: Path, allowed: dict[str, str]) -> list[str]:
    """What is unused in a checkout, and which allowance is no longer needed."""
    seen = Vulture(ignore_names=CALLED_BY_NAME, ignore_decorators=CALLED_BY_DECORATORS)
    seen.scavenge([checkout / "archive"])
    shown = names_in_templates(checkout / "templates")
    unused = [
        item
        for item in seen.get_unused_code(min_confidence=60)
        if item.confidence >= SURE
        or (item.typ in {"function", "method", "property", "class"} and item.name not in shown)
    ]
    reports = [
        f"{Path(item.filename).resolve().relative_to(checkout.resolve())}:{item.first_lineno}: "
        f"nothing uses {item.typ} {item.name}"
        for item in unused
        if item.name not in allowed
    ]
    stale = sorted(set(allowed) - {item.name for item in unused})
    return reports + [f"tools/deadcode.py: {name} is used, so it needs no allowance" for name in stale]


def main() -> int:
    found = findings(ROOT, ALLOWED)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Knows whether this machine can do the archive's cryptography: run once at start, before any key.

Must not know keys or records: it works on published and fixed answers only.
"""

from importlib import import_module

from archive.crypto.errors import Unsupported

REMEDY = (
    "Install the wheel this release is pinned to: pip install 'cryptography>=50.0.2,<51'. "
    "It carries its own OpenSSL; a cryptography built against the system's library needs "
    "OpenSSL 3.5 or newer with ML-KEM-768, ML-DSA-65 and Argon2."
)


def run() -> None:
    """Check every construction against a known answer, and that each refuses a changed input.

    Raises Unsupported, naming the construction and what to install. Cost: 4 ms after import.
    """
    try:
        # Here and not above: an older library already fails while its names are imported.
        checks = import_module("archive.crypto.known_answers").CHECKS
    except Exception as cause:
        raise Unsupported(f"The cryptography library is too old or incomplete ({cause}). {REMEDY}") from cause
    for name, check in checks:
        try:
            right = check()
        except Exception as cause:
            raise Unsupported(f"This machine cannot do {name} ({type(cause).__name__}). {REMEDY}") from cause
        if not right:
            raise Unsupported(f"This machine gives a wrong answer for {name}. {REMEDY}")

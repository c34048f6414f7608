"""Knows which address a form may name to be led back to: one of this site's own paths, and no other.
Must not know what lies there."""

from __future__ import annotations


def inside(path: str) -> str:
    """The path, if it leads nowhere but into this site; else the start."""
    leads_inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if leads_inside else "/"

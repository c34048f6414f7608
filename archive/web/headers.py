"""Knows the headers that every answer carries, and which requests other sites may not make.
Must not know what the answer is about."""

from __future__ import annotations

from typing import Final

from flask import Response, current_app, render_template, request

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "manifest-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_ALL_OFF: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "fullscreen", "geolocation",
        "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock",
        "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _ALL_OFF,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
FORGET: Final = '"cache", "cookies", "storage"'
_YEARS: Final = "max-age=63072000; includeSubDomains"
_OURS: Final = frozenset({"", "same-origin", "none"})


def doorway() -> str | None:
    """Before each request: one that another site started gets a page with a link, and does nothing else.

    The cookie does not come along with it (SameSite=Strict), so a member would seem to be nobody; and nothing
    here, signing out included, shall happen because somebody followed a link elsewhere.
    """
    if request.headers.get("Sec-Fetch-Site", "") in _OURS or request.endpoint == "static":
        return None
    return render_template("doorway.html", path=request.path if request.method == "GET" else "/")


def add(response: Response) -> Response:
    """After each request."""
    response.headers.update(HEADERS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
    if current_app.config["TLS"] == "proxy":  # an onion service needs no TLS, this machine alone has none
        response.headers["Strict-Transport-Security"] = _YEARS
    return response

"""A WSGI server finds the application of the instance that the environment names."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.web.conftest import World

ASK = "from archive.wsgi import app; print(app.test_client().get('/sign-in').status)"


def test_the_application_answers(world: World) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "GUWAH_INSTANCE": str(world.standing.instance)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "200 OK\n", done.stderr

"""Knows how a WSGI server finds the application of the instance that the environment names.
Must not know anything else."""

from __future__ import annotations

from archive import bootstrap, config
from archive.app import create_app

settings = config.load()
app = create_app(settings, bootstrap.build(settings))

"""Run by Alembic with the connection that `archive.storage.migrating` has opened, inside its transaction."""

from alembic import context

from archive.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
context.run_migrations()

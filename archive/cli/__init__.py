"""The `guwah` command."""

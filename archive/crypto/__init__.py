"""Knows the few cryptographic constructions of the archive: bytes in, bytes out.

Must not know what the bytes mean, where they are kept or who may see them.
"""

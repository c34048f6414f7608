"""Knows the two ways in which this package refuses.

Must not know why an opening failed: a cause told to a stranger is an oracle.
"""


class CannotOpen(Exception):
    """Something sealed, wrapped, derived or signed did not open.

    One error with one message for every cause: wrong key, wrong context, a changed or shortened
    ciphertext, an unknown suite, a cost below the floor, a bad signature. It is raised `from None`
    and takes no arguments, so that neither the message nor the chain can carry a cause or a secret.
    """

    def __init__(self) -> None:
        super().__init__("This could not be opened.")

    def __reduce__(self) -> tuple[type["CannotOpen"], tuple[()]]:
        """Survive the way back from a worker process, where arguments would be replayed."""
        return (CannotOpen, ())


class Unsupported(Exception):
    """This machine cannot do the archive's cryptography; the message says what to install."""

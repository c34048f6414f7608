"""Knows the host's own secrets: login pepper, web secret, log signing key, the shred store's epoch key.
Must not know a member's or a room's key; none of the host's opens content alone."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

from archive.crypto import envelope, kdf
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.crypto.notes import NoteKey
from archive.crypto.signing import SigningKey
from archive.domain.errors import Damaged, message

_HOST: Final = "host.key"
_EPOCH: Final = "shares-{}.key"
_SIGNED: Final = "log.checkpoint"


class HostSecretsMissing(Damaged):
    """The files of the host's secrets are absent, unreadable or cut short."""


class Host:
    """Secrets below one folder, in files that only their owner reads: one for the host, one for each shred epoch.

    Kept outside the database and the main backup. Raises HostSecretsMissing on `load`.
    """

    def __init__(
        self, instance: UUID, secret: bytes, epochs: dict[int, bytes], folder: Path | None = None
    ) -> None:
        self._folder = folder
        self._instance = instance
        self._secret = secret
        self._epochs = epochs
        self._pepper = self._use("pepper")

    @classmethod
    def create(cls, folder: Path, instance: UUID) -> Host:
        """Draw the secrets and write them, durably and owner-only. Raises FileExistsError if there are any."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret, epoch = kdf.random(kdf.KEY), kdf.random(kdf.KEY)
        _write(folder / _HOST, secret)
        _write(folder / _EPOCH.format(1), epoch)
        return cls(instance, secret, {1: epoch}, folder)

    @classmethod
    def load(cls, folder: Path, instance: UUID) -> Host:
        """Read the secrets. Raises HostSecretsMissing."""
        epochs = {
            int(path.stem.removeprefix("shares-")): _read(path)
            for path in sorted(folder.glob(_EPOCH.format("[0-9]*")))
        }
        if not epochs:
            raise HostSecretsMissing(
                message("The shred store's key is missing from %(folder)s. Restore it from its own copy."),
                folder=str(folder),
            )
        return cls(instance, _read(folder / _HOST), epochs, folder)

    def login(self, login: str) -> bytes:
        """Return the MAC under which a login is stored: NFKC, without case or outer space."""
        plain = unicodedata.normalize("NFKC", login).strip().casefold()
        return kdf.mac(self._pepper, b"login\0" + plain.encode(errors="replace"))

    def salt_of_nobody(self, login: bytes) -> bytes:
        """Return the salt that an unknown login seems to have, the same at every try."""
        return kdf.mac(self._pepper, b"salt\0" + login)[: kdf.SALT.start]

    def tries_key(self, kind: str, value: str) -> bytes:
        """Return the opaque key under which failed tries are counted."""
        return kdf.mac(self._pepper, f"tries {kind}\0{value}".encode(errors="replace"))

    def web_secret(self) -> bytes:
        """Return the key that signs form tokens: the same in every worker."""
        return self._use("web")

    def log_key(self) -> NoteKey:
        """Return the key that signs the log's checkpoints; its name says which archive's log it is."""
        return NoteKey(f"guwah.invalid/{self._instance.hex}", self._use("log"))

    def last_checkpoint(self) -> str:
        """Return the checkpoint that this host signed last, as it stands in its folder; empty before the first."""
        try:
            return (self._folder / _SIGNED).read_bytes().decode(errors="replace") if self._folder else ""
        except FileNotFoundError:
            return ""

    def keep_checkpoint(self, note: str) -> None:
        """Remember what was signed last, whole or not at all. A host without a folder remembers nothing."""
        if self._folder:
            new = self._folder / f"{_SIGNED}.new"
            new.unlink(missing_ok=True)
            _write(new, note.encode())
            new.replace(self._folder / _SIGNED)

    @property
    def instance(self) -> UUID:
        """The archive's id."""
        return self._instance

    @property
    def member(self) -> UUID:
        """Who a commit says has signed it: the archive itself."""
        return self._instance

    def sign(self, statement: bytes) -> bytes:
        """Return the host's signature over a statement, for what is done where nobody is signed in. Cost: 1.5 ms."""
        return SigningKey(self._use("sign")).sign(statement)

    @property
    def sign_public(self) -> bytes:
        """The host's public signing key."""
        return SigningKey(self._use("sign")).public

    @property
    def epoch(self) -> int:
        """The present epoch of the shred store."""
        return max(self._epochs)

    def begin_epoch(self) -> None:
        """Draw the key of a new epoch, durably; from now on shares are sealed under it."""
        epoch, key = self.epoch + 1, kdf.random(kdf.KEY)
        if self._folder:
            _write(self._folder / _EPOCH.format(epoch), key)
        self._epochs[epoch] = key

    def end_epochs(self) -> None:
        """Destroy the keys of all epochs but the present one: nothing opens what was sealed under them."""
        for epoch in self._epochs.keys() - {self.epoch}:
            if self._folder:
                (self._folder / _EPOCH.format(epoch)).unlink(missing_ok=True)
            del self._epochs[epoch]
        if self._folder:
            _keep_names(self._folder)

    def keyless(self, epochs: Iterable[int]) -> HostSecretsMissing | None:
        """Return the refusal for shares of which no key is here; None when every epoch has its key."""
        lost = sorted(set(epochs) - self._epochs.keys())
        if not lost:
            return None
        return HostSecretsMissing(
            message(
                "Shares are sealed under %(file)s, which is not in %(folder)s. Put the copy of the host's secrets "
                "from that time there."
            ),
            file=_EPOCH.format(lost[0]),
            folder=str(self._folder),
        )

    def draw(self) -> bytes:
        """Return a new share B."""
        return kdf.random(kdf.KEY)

    def seal(self, owner: UUID, epoch: int, share: bytes) -> bytes:
        """Seal share B under an epoch's key, for its owner alone."""
        context = ctx("share", self._instance, owner, epoch)
        return envelope.seal_blob(self._key(epoch), owner, context, share, padded=False)

    def open(self, owner: UUID, epoch: int, sealed: bytes) -> bytes:
        """Open share B. Raises CannotOpen."""
        return envelope.open_blob(self._key(epoch), ctx("share", self._instance, owner, epoch), sealed)

    def missing(self) -> CannotOpen:
        """Return the refusal for a share that is not there (any more)."""
        return CannotOpen()

    def _key(self, epoch: int) -> bytes:
        try:
            return self._epochs[epoch]
        except KeyError:
            raise CannotOpen from None

    def _use(self, use: str) -> bytes:
        return kdf.expand(self._secret, ctx("host", self._instance, use))


def _write(path: Path, secret: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(secret)
        out.flush()
        os.fsync(out.fileno())
    _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Make durable which files a folder has: without its key's file a shred store would open nothing."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except OSError:
        secret = b""
    if len(secret) != kdf.KEY:
        raise HostSecretsMissing(
            message(
                "The file %(path)s is missing or damaged. Restore it from the copy of the host's secrets."
            ),
            path=str(path),
        )
    return secret

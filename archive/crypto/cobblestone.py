"""Knows Cobblestone-256, the one symmetric sealing: whole, streamed out, and read by range.

Must not know what is sealed, nor invent a key, a nonce or a mode that the specification lacks.
"""

from collections.abc import Callable
from typing import BinaryIO, Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.crypto.errors import CannotOpen
from archive.crypto.kdf import KEY, expand, same

CHUNK: Final = 16 * 1024
TAG: Final = 16
SEALED_CHUNK: Final = CHUNK + TAG
SALT: Final = 24
HEADER: Final = SALT + 32
MOST_CHUNKS: Final = 1 << 38

_NONCE: Final = 12
_INFO: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def seal(key: bytes | bytearray, context: bytes, plaintext: bytes | bytearray | memoryview) -> bytes:
    """Return plaintext sealed under a 32-byte uniform key and a context it can only be opened with.

    C2SP chunked-encryption with SHA-512 and AES-256-GCM (c2sp.org/chunked-encryption): 24-byte
    random salt, 32-byte commitment to key and context, chunks of 16 KiB each with a 16-byte tag,
    the last always shorter than the others. One key may seal any number of messages.
    Raises ValueError for a key of another length. Cost: 6 µs, then 0.5 to 1.3 GB/s.
    """
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(plaintext) + encryptor.finalize()


def open_sealed(key: bytes | bytearray, context: bytes, sealed: bytes | bytearray | memoryview) -> bytes:
    """Return the whole plaintext, or raise CannotOpen and return nothing of it.

    The commitment is checked before any chunk, so a ciphertext has one key and one context.
    """
    try:
        decryptor = Cobblestone256Decryptor(key, context)
        return decryptor.update(sealed) + decryptor.finalize()
    except (InvalidTag, ValueError):
        raise CannotOpen from None


class Sealer:
    """Seals a stream while it arrives and hands every sealed piece to `write` at once.

    Holds at most one chunk of plaintext. What was written is worthless until `finish` has returned:
    a stream without its last chunk does not open. Raises ValueError for a key of another length.
    """

    __slots__ = ("_encryptor", "_write")

    def __init__(self, key: bytes | bytearray, context: bytes, write: Callable[[bytes], object]) -> None:
        self._encryptor: Cobblestone256Encryptor | None = Cobblestone256Encryptor(key, context)
        self._write = write

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Seal more plaintext. Raises ValueError after `finish`."""
        if self._encryptor is None:
            raise ValueError("this stream is finished")
        piece = self._encryptor.update(data)
        if piece:
            self._write(piece)

    def finish(self) -> None:
        """Seal and write the last chunk. Raises ValueError when called twice."""
        if self._encryptor is None:
            raise ValueError("this stream is finished")
        encryptor, self._encryptor = self._encryptor, None
        self._write(encryptor.finalize())


class Reader:
    """Reads any range of a sealed file, touching only the chunks that hold it.

    Opening checks the commitment and then the last chunk at the place where the file's size puts
    it: a file that was cut short, extended or sealed elsewhere raises CannotOpen before a byte of
    plaintext is given out. Every chunk read is authenticated under its own number.

    file: binary, seekable, with the ciphertext from its first byte. The reader moves its position
    and keeps the last chunk it opened; one reader serves one thread. Cost: one chunk to open, then one
    seek and one read a range, at 1.1 GB/s.
    """

    __slots__ = ("_aead", "_chunks", "_file", "_kept", "_nonce", "length")

    length: int
    """Bytes of plaintext."""

    def __init__(self, key: bytes | bytearray, context: bytes, file: BinaryIO) -> None:
        size = file.seek(0, 2)
        file.seek(0)
        header = file.read(HEADER)
        if len(key) != KEY or len(header) != HEADER:
            raise CannotOpen
        derived = expand(key, _INFO + header[:SALT] + context, KEY + _NONCE + 32)
        if not same(derived[KEY + _NONCE :], header[SALT:]):
            raise CannotOpen
        full, rest = divmod(size - HEADER, SEALED_CHUNK)
        if rest < TAG or full >= MOST_CHUNKS:
            raise CannotOpen
        self._file = file
        self._aead = AESGCM(derived[:KEY])
        self._nonce = int.from_bytes(derived[KEY : KEY + _NONCE], "big")
        self._chunks = full + 1
        self.length = full * CHUNK + rest - TAG
        self._kept: tuple[int, bytes] = (full, self._opened(full, self._sealed(full, full)))

    def read(self, offset: int, length: int) -> bytes:
        """Return the plaintext from offset, `length` bytes or what there is up to the end.

        Raises ValueError for a negative figure and CannotOpen for a chunk that was changed.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length must not be negative")
        end = min(offset + length, self.length)
        if offset >= end:
            return b""
        first, last = offset // CHUNK, (end - 1) // CHUNK
        opened = self._range(first, last)
        return opened[offset - first * CHUNK : end - first * CHUNK]

    def _range(self, first: int, last: int) -> bytes:
        if first == last == self._kept[0]:
            return self._kept[1]
        sealed = memoryview(self._sealed(first, last))
        chunks = [
            self._opened(k, sealed[(k - first) * SEALED_CHUNK : (k - first + 1) * SEALED_CHUNK])
            for k in range(first, last + 1)
        ]
        self._kept = (last, chunks[-1])
        return b"".join(chunks)

    def _sealed(self, first: int, last: int) -> bytes:
        self._file.seek(HEADER + first * SEALED_CHUNK)
        return self._file.read((last - first + 1) * SEALED_CHUNK)

    def _opened(self, k: int, sealed: bytes | memoryview) -> bytes:
        # A full chunk that lost bytes since opening fails its tag, so its length needs no check.
        try:
            return self._aead.decrypt((self._nonce ^ k).to_bytes(_NONCE, "big"), sealed, None)
        except (InvalidTag, ValueError):
            raise CannotOpen from None

"""A process that imports a file until it is killed or done: `python -m tests.functional.importing_worker INSTANCE
PASSPHRASE FILE`. It says when it is ready, how many rows have been dealt with after every batch, and when it is done.
"""

import sys
from pathlib import Path

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from archive.services import rooms, signing_in
from archive.services.imports import mapping, running
from archive.services.imports.reading import Rows


def main(instance: str, passphrase: str, path: str) -> None:
    kdf.FLOOR = kdf.Cost(32, 1, 4)  # insecure and fast, as the archive under test was founded; tests only
    running.BATCH = 2  # type: ignore[misc]  # more moments between two batches to be killed in
    with bootstrap.opened(Config(instance=Path(instance))) as archive, Path(path).open("rb") as file:
        acting = signing_in.unlock(archive, "keeper", passphrase)
        [custody] = [room.id for room in rooms.rooms(archive, acting) if room.purpose == "custody"]
        print("ready", flush=True)
        rows, told = Rows(file), lambda read, _bytes, _all: print(read, flush=True)
        running.run(archive, acting, custody, rows, mapping.load("ehri"), progress=told)
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A process that saves records until it is killed: `python -m tests.functional.saving_worker INSTANCE PASSPHRASE SEED`.

After every save that returned it prints the record's id and source key, so that whoever kills it knows what was
acknowledged. Every third save is a batch, as an import makes them; every fifth changes a record's tags.
"""

import random
import sys
from pathlib import Path

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from archive.services import accessioning, cataloguing, rooms, signing_in
from tests import archives

BATCH = 8


def main(instance: str, passphrase: str, seed: str) -> None:
    kdf.FLOOR = kdf.Cost(32, 1, 4)  # insecure and fast, as the archive under test was founded; tests only
    chance = random.Random(seed)
    with bootstrap.opened(Config(instance=Path(instance))) as archive:
        acting = signing_in.unlock(archive, "keeper", passphrase)
        [custody] = [room.id for room in rooms.rooms(archive, acting) if room.purpose == "custody"]
        print("ready", flush=True)
        number = 0
        while True:
            number += 1
            many = BATCH if number % 3 == 0 else 1
            keys = [f"{seed}-{number}-{each}" for each in range(many)]
            drafts = [
                archives.draft(
                    archives.account(
                        f"Account {key}, invented. They counted us.", tags=(archives.place("xj-hotan"),)
                    ),
                    source_key=key,
                )
                for key in keys
            ]
            stored = accessioning.accession(archive, acting, custody, drafts, index=chance.random() < 0.7)
            for key, record in zip(keys, stored, strict=True):
                print(f"stored {record} {key}", flush=True)
            if number % 5 == 0:
                cataloguing.retag(archive, acting, custody, stored[0], [archives.place("xj-urumqi")])
                print(f"retagged {stored[0]}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

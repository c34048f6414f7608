"""A process that backs up, or restores, again and again until it is killed.

`python -m tests.functional.backing_worker backup|restore INSTANCE FOLDER`: below FOLDER go the backups, numbered; or it
is the backup that is restored over what is there.
"""

import sys
from itertools import count
from pathlib import Path

from archive import bootstrap
from archive.config import Config
from tests.backing import back_up, restore


def main(what: str, instance: str, folder: str) -> None:
    print("ready", flush=True)
    for number in count():
        if what == "backup":
            with bootstrap.opened(Config(instance=Path(instance))) as archive:
                back_up(archive, Path(instance), Path(folder) / str(number))
        else:
            restore(Path(instance), Path(folder), aside=True)
        print(f"done {number}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

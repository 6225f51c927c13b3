"""The folder of this user for what lasts as long as a program: leases and marks."""

import os
import stat
import tempfile
from pathlib import Path

from records.errors import DeviceError


def own_folder() -> Path:
    """Return the folder, made if absent.

    Its name can be foretold and its place is open to all users, so that another user may have made it.

    Raises:
        DeviceError: it is not a folder of this user alone.
    """
    folder = Path(tempfile.gettempdir()) / f"wattlab-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise DeviceError(
            f"{folder}: expected a folder that belongs to this user and that nobody else may write to. "
            f"Look who made it, and remove it or set TMPDIR to a folder of your own"
        )
    return folder

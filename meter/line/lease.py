"""One reader for each address: a locked file that stands for a meter on the network."""

import hashlib

from meter.line.own_folder import own_folder
from records.errors import DeviceError
from records.locks import try_lock


class Lease:
    """Hold an address for this program; the system ends the lease when the program ends.

    Programs of other users, and of users on other machines, are not seen.

    Args:
        address: the port as it was written.

    Raises:
        DeviceError: another program of ours holds it, or there is no place for leases.
    """

    def __init__(self, address: str) -> None:
        name = hashlib.sha256(address.encode()).hexdigest()[:24]
        self._file = open(own_folder() / f"lease-{name}", "ab")  # noqa: SIM115 (held as long as the lease)
        if not try_lock(self._file):
            self._file.close()
            raise DeviceError(
                f"{address}: another program is reading this meter. A meter can have one reader only: end "
                f"the other one, or follow its meter.csv"
            )

    def end(self) -> None:
        """Give the address back; ending twice is harmless."""
        self._file.close()

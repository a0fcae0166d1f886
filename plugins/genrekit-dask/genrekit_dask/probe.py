"""Who listens at an address: Dask's own limit of time does not hold against somebody who listens and says nothing."""

from __future__ import annotations

import socket
import struct

LARGEST_GREETING = 2**32
"""Bytes. A scheduler's is some hundred; read as a number, the first letters of anything else are beyond this."""


def refuse_strangers(address: str, timeout_s: float) -> None:
    """Raise ValueError or OSError unless ``address`` is one, and, of tcp, a Dask server greets there in time."""
    from distributed.comm.addressing import get_address_host_port

    host, port = get_address_host_port(address, strict=True)
    if not address.startswith("tcp://"):
        return
    with socket.create_connection((host, port), timeout=timeout_s) as connection:
        connection.settimeout(timeout_s)
        if not _greeted(connection):
            raise OSError("what listens there is no Dask scheduler")


def _greeted(connection: socket.socket) -> bool:
    """Dask's servers speak first: the length of a message, 8 bytes, little end first."""
    begun = b""
    try:
        while len(begun) < 8 and (more := connection.recv(8 - len(begun))):
            begun += more
    except TimeoutError:
        return False
    return len(begun) == 8 and struct.unpack("<Q", begun)[0] <= LARGEST_GREETING

"""What every client's script here needs: waiting, named steps, a picture."""

import functools
import struct
import time
import zlib

PATIENCE_S = 20
PASSWORD = "correct horse battery"


def wait_for(what, condition):
    """What `condition` answers once it answers something."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen: {what}")


def refused(error, call):
    """Whether a call ends with this error."""
    try:
        call()
    except error:
        return True
    return False


def step(check):
    """Names the part that fails, and says how long each took: the test counts these lines."""

    @functools.wraps(check)
    def named(*people):
        began = time.monotonic()
        answer = check(*people)
        print(f"ok {check.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        return answer

    return named


def png(width=48, height=32):
    """A picture that no other program wrote."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b""
    for y in range(height):
        rows += b"\0" + b"".join(bytes((5 * x % 256, 8 * y % 256, 120)) for x in range(width))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

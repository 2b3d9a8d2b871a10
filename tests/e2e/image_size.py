"""How much a user pulls and unpacks: ``image_size.py IMAGE [stand-in]`` says it, and fails if it is too much."""

import gzip
import json
import subprocess
import sys
import tarfile
import zlib
from typing import IO

AT_MOST = {False: (20_000_000, 70_000_000), True: (22_000_000, 75_000_000)}
"""Compressed and unpacked, on the real base and on a stand-in that Debian's own packages make larger."""

CHUNK = 1 << 20


def weights(image: str) -> tuple[int, int]:
    """The sum of all layers, compressed as a registry keeps them, and unpacked."""
    seen: dict[str, tuple[int, int]] = {}
    manifest = []
    with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saving:
        assert saving.stdout is not None
        with tarfile.open(fileobj=saving.stdout, mode="r|") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file and member.name == "manifest.json":
                    manifest = json.load(file)
                elif file:
                    seen[member.name] = _weigh(file)
    if saving.returncode:
        raise SystemExit(f"docker save {image} failed")
    layers = [seen[name] for name in manifest[0]["Layers"]]
    return sum(packed for packed, _ in layers), sum(unpacked for _, unpacked in layers)


def _weigh(file: IO[bytes]) -> tuple[int, int]:
    """An engine saves layers as they are or compressed."""
    start = file.read(2)
    if start == b"\x1f\x8b":
        data = start + file.read()
        return len(data), len(gzip.decompress(data))
    packer = zlib.compressobj()
    packed, unpacked = len(packer.compress(start)), len(start)
    while chunk := file.read(CHUNK):
        packed += len(packer.compress(chunk))
        unpacked += len(chunk)
    return packed + len(packer.flush()), unpacked


def main(image: str, base: str = "") -> int:
    (packed, unpacked), most = weights(image), AT_MOST[base == "stand-in"]
    sys.stdout.write(f"{image}: {packed / 1e6:.1f} MB to pull, {unpacked / 1e6:.1f} MB unpacked\n")
    if packed <= most[0] and unpacked <= most[1]:
        return 0
    sys.stderr.write(f"That is more than {most[0] / 1e6:.0f} and {most[1] / 1e6:.0f} MB.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

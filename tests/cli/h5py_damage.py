"""Damages a motion file in every way and shows it to motion-info: it ends by itself, soon, with 0 or 3."""
import os
import random
import subprocess
import sys
import tempfile

whole = open(sys.argv[1], "rb").read()
program = sys.argv[2]
random.seed(5)
seen = {}


def show(data, what):
    with tempfile.NamedTemporaryFile(suffix=".h5", delete=False) as f:
        f.write(data)
    try:
        r = subprocess.run([program, f.name], capture_output=True, timeout=60)
    finally:
        os.unlink(f.name)
    seen[r.returncode] = seen.get(r.returncode, 0) + 1
    assert r.returncode in (0, 3), (what, r.returncode, r.stderr[-300:])
    if r.returncode == 3:
        lines = r.stderr.decode(errors="replace").strip().split("\n")
        assert 1 <= len(lines) <= 2 and "error: " in lines[0], (what, lines)


for n in sorted(random.sample(range(1, len(whole)), 20)):
    show(whole[:n], "cut at %d" % n)
for _ in range(60):
    data = bytearray(whole)
    for at in random.sample(range(len(whole)), random.choice((1, 4, 30))):
        data[at] = random.choice((0, 1, 0x7F, 0xFF, random.randrange(256)))
    show(bytes(data), "bytes changed")
# the heaps of texts and the headers of objects are where the library trusts what it finds
for mark in (b"GCOL", b"TREE", b"SNOD", b"HEAP", b"OHDR"):
    for at in [i for i in range(len(whole)) if whole.startswith(mark, i)][:4]:
        for offset in (8, 16, 24, 32):
            data = bytearray(whole)
            data[at + offset:at + offset + 4] = b"\xff\xff\xff\x7f"
            show(bytes(data), "%s at %d" % (mark, at))
print("damaged files:", seen)
assert seen.get(3, 0) > 20

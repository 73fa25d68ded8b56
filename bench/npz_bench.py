"""Reading an npz, stored and deflated: Motus against numpy.load, side by side, one thread, processor time, both from
memory, both checking the check sums. The numbers wander, which deflate makes smaller by a tenth, as recorded motion;
waves in step, a third of their size when deflated, are the other end: nearly all of them is copied from before.

Usage: npz_bench.py PATH_OF_npz_bench. The goal for deflated files is 1.6, for stored ones a copy of the bytes.
"""
import io
import subprocess
import sys
import tempfile
import time

import numpy


def numpy_seconds(data):
    start = time.process_time()
    with numpy.load(io.BytesIO(data)) as npz:
        for name in npz.files:
            npz[name]
    return time.process_time() - start


def main():
    steps = numpy.arange(20000)[:, None, None]
    waves = numpy.sin(0.01 * steps + numpy.arange(39)[:, None] + numpy.arange(7)).astype("f4")
    wander = numpy.cumsum(numpy.random.default_rng(0).normal(0, 0.01, waves.shape), axis=0).astype("f4")
    for kind, save, walk in (("stored", numpy.savez, wander), ("deflated", numpy.savez_compressed, wander),
                             ("deflated waves", numpy.savez_compressed, waves)):
        members = {"body_pos": walk[..., :3], "body_quat": walk[..., 3:], "joint_pos": walk[:, :29, 0]}
        with tempfile.NamedTemporaryFile(suffix=".npz") as file:
            save(file, **members)
            file.flush()
            file.seek(0)
            data = file.read()
            motus = float(subprocess.check_output([sys.argv[1], file.name]))
        peer = min(numpy_seconds(data) for _ in range(7))
        size = sum(a.nbytes for a in members.values())
        source = numpy.frombuffer(numpy.random.default_rng(0).bytes(size), "u1")
        copy = 1e9
        for _ in range(7):
            start = time.process_time()
            source.copy()
            copy = min(copy, time.process_time() - start)
        print(f"npz {kind}: {peer / motus:.1f} x numpy.load {numpy.__version__} "
              f"({motus:.4f} s against {peer:.4f} s), {motus / copy:.1f} x the time of one copy")


main()

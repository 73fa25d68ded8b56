"""The numbers of a BVH's MOTION block: Motus against numpy.loadtxt, side by side, one thread each, processor
time each.

Usage: bvh_bench.py PATH_OF_bvh_bench. Prints the ratio; the goal is 1.8 or more.
"""
import subprocess
import sys
import tempfile
import time

import numpy


def main():
    with tempfile.NamedTemporaryFile() as block:
        motus = 1e9
        for _ in range(3):
            motus = min(motus, float(subprocess.check_output([sys.argv[1], block.name])))
        peer = 1e9
        for _ in range(3):
            start = time.process_time()
            numpy.loadtxt(block.name)
            peer = min(peer, time.process_time() - start)
    print(f"BVH numbers against numpy.loadtxt {numpy.__version__}: {peer / motus:.1f} x "
          f"({motus:.4f} s against {peer:.4f} s)")


main()

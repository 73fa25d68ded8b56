"""data/clips/go2_trot.csv: the Go2 trotting at 1.0 m/s, one cycle of 0.48 s.

Diagonal legs step together; the body stays level and straight and dips in the middle of each stance.
"""
import math
import sys

from go2 import Gait

DUTY = 13 / 24  # a whole number of frames: planted to the frame


def main(path):
    Gait(frames=24, speed=1.0, duty=DUTY,
         phases={'FL': 0.0, 'FR': 0.5, 'RL': 0.5, 'RR': 0.0},
         height=0.300, track=0.13, lift=0.055,
         sway=lambda p: 0.0, roll=lambda p: 0.0,
         bob=lambda p: -0.006 * math.cos(4 * math.pi * (p - DUTY / 2))).write(path)


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else 'data/clips/go2_trot.csv')

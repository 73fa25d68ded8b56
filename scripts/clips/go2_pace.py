"""data/clips/go2_pace.csv: the Go2 pacing at 1.1 m/s, one cycle of 0.48 s.

Both legs of a side step together, so the body sways and rolls towards the side that carries it. The
sway is that of an inverted pendulum over feet at +-track: y = P - C cosh(w t) around mid stance with
w^2 = g / height, here its first harmonic, which is what a smooth loop can hold.
"""
import math
import sys

from go2 import Gait

HEIGHT, TRACK, PERIOD = 0.300, 0.090, 0.48
DUTY = 13 / 24  # a whole number of frames: planted to the frame
MID_STANCE = DUTY / 2  # of the left side


def main(path):
    w = math.sqrt(9.81 / HEIGHT)
    amplitude = TRACK * (1 - 1 / math.cosh(w * PERIOD / 4))

    def side(phase):
        return math.cos(2 * math.pi * (phase - MID_STANCE))

    Gait(frames=round(PERIOD * 50), speed=1.1, duty=DUTY,
         phases={'FL': 0.0, 'FR': 0.5, 'RL': 0.0, 'RR': 0.5},
         height=HEIGHT, track=TRACK, lift=0.055,
         sway=lambda p: amplitude * side(p),
         roll=lambda p: -math.radians(4.0) * side(p),  # about +x: left side up is positive
         bob=lambda p: -0.006 * math.cos(4 * math.pi * (p - MID_STANCE))).write(path)


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else 'data/clips/go2_pace.csv')

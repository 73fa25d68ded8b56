"""What bench/convert_bench.sh compares with, and the files that it converts.

convert_bench.py make FOLDER      writes the pickles
convert_bench.py convert FOLDER OUT   MimicKit pickles to HDF5 with pickle, NumPy and h5py, one process; prints its
                                      processor time (s), without that of starting Python
"""
import glob
import math
import os
import pickle
import sys
import time

import h5py
import numpy as np


def dump(path, frames):
    with open(path, "wb") as f:
        pickle.dump({"loop_mode": 0, "fps": 60, "frames": frames}, f)


def make(folder):
    """200 clips of 600 frames of the G1, and one of 400 000, as array and as lists."""
    os.makedirs(folder + "/pkl")
    for i in range(200):
        dump("%s/pkl/%03d.pkl" % (folder, i),
             [[0.01 * t, 0, 0.8, 0, 0, 0.001 * t] + [0.1 * math.sin(0.02 * t + j + i) for j in range(29)]
              for t in range(600)])
    t = np.arange(400000)[:, None]
    frames = np.concatenate([0 * t + [0, 0, 0.8, 0, 0, 0], 0.1 * np.sin(0.02 * t + np.arange(29))], axis=1)
    dump(folder + "/array.pkl", frames)
    dump(folder + "/list.pkl", frames.tolist())


def convert(folder, out):
    os.makedirs(out, exist_ok=True)
    start = time.process_time()
    for path in sorted(glob.glob(folder + "/*.pkl")):
        with open(path, "rb") as f:
            motion = pickle.load(f)
        frames = np.asarray(motion["frames"], dtype=np.float64)
        vec = frames[:, 3:6]
        angle = np.linalg.norm(vec, axis=1, keepdims=True)
        axis = vec / np.maximum(angle, 1e-9)
        quat = np.concatenate([np.cos(angle / 2), axis * np.sin(angle / 2)], axis=1)
        with h5py.File(os.path.join(out, os.path.basename(path)[:-4] + ".h5"), "w") as f:
            f.attrs["fps"] = float(motion["fps"])
            f.attrs["loop_mode"] = int(motion["loop_mode"])
            f["root_pos"] = frames[:, :3].astype("f4")
            f["root_rot"] = quat.astype("f4")
            f["dof_pos"] = frames[:, 6:].astype("f4")
    print("%.3f" % (time.process_time() - start))


{"make": make, "convert": convert}[sys.argv[1]](*sys.argv[2:])

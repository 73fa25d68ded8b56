"""What bench/convert_bench.sh compares with: MimicKit pickles to HDF5 with pickle, NumPy and h5py, one process."""
import glob
import os
import pickle
import sys
import time

import h5py
import numpy as np

folder, out = sys.argv[1:]
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

"""What scripts/warp_capture captured in FOLDER, run in Python: live steps and the captured graph.

warp_run.py FOLDER: FOLDER/start.bin holds float32 qpos and qvel of all worlds, then the controls of each step.
Writes qpos, qvel and xpos after each step to live.bin and graph.bin."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import numpy as np
import warp_capture
from warp_capture import wp

wp.init()
wp.set_device("cpu")
folder = Path(sys.argv[1])
request = warp_capture.read_request(folder)
m, d = warp_capture.make_worlds(folder, request)
numbers = np.fromfile(folder / "start.bin", np.float32)
sizes = [d.qpos.numpy().size, d.qvel.numpy().size]
qpos, qvel, controls = np.split(numbers, np.cumsum(sizes))
controls = controls.reshape(-1, *d.ctrl.shape)
d.qpos.assign(qpos.reshape(d.qpos.shape))
d.qvel.assign(qvel.reshape(d.qvel.shape))
live = []
for ctrl in controls:
    d.ctrl.assign(ctrl)
    warp_capture.control_step(m, d, int(request["substeps"]))
    live += [a.numpy().astype(np.float32).ravel() for a in (d.qpos, d.qvel, d.xpos)]
np.concatenate(live).tofile(folder / "live.bin")

graph = wp.capture_load(str(folder / "step.wrp"))
start = {"qpos": qpos, "qvel": qvel, "qacc_warmstart": np.zeros_like(qvel), "time": np.zeros(d.nworld, np.float32)}
for name, values in start.items():
    graph.set_param(name, wp.array(values, dtype=float))
replayed = []
for ctrl in controls:
    graph.set_param("ctrl", wp.array(ctrl.ravel(), dtype=float))
    wp.capture_launch(graph)
    for a in d.qpos, d.qvel, d.xpos:
        out = wp.zeros(a.numpy().size, dtype=float)
        graph.get_param({id(d.qpos): "qpos", id(d.qvel): "qvel", id(d.xpos): "xpos"}[id(a)], out)
        replayed.append(out.numpy())
np.concatenate(replayed).tofile(folder / "graph.bin")

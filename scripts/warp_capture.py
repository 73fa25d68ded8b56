"""Captures a control step of MuJoCo Warp; see scripts/warp_capture and sim/warp_capture.h."""
import ctypes
import hashlib
import os
import sys
from pathlib import Path

import mujoco
import warp as wp

wp.config.quiet = True  # before MuJoCo Warp starts it
import mujoco_warp as mjw


def stop(text):
    sys.exit(f"warp_capture: {text}")


def read_request(folder):
    path = folder / "request.yaml"
    if not path.exists():
        stop(f"{path}: no such file (the program that wants the capture writes it)")
    request = dict(line.split(": ", 1) for line in path.read_text().splitlines())
    model = (folder / "model.mjb").read_bytes()
    if hashlib.sha256(model).hexdigest() != request["model"]:
        stop(f"{folder / 'model.mjb'} is not the model of {path}")
    for name, have in ("warp", wp.__version__), ("mujoco_warp", mjw.__version__), ("mujoco", mujoco.__version__):
        if request[name] != have:
            stop(f"{path} asks for {name} {request[name]}, here is {have}: scripts/setup --test brings it")
    return request


def make_worlds(folder, request):
    """The model and data of `request` on the current device, in the model's first state."""
    model = mujoco.MjModel.from_binary_path(str(folder / "model.mjb"))
    # Warp knows no such flag, and never resets by itself
    model.opt.disableflags &= ~int(mujoco.mjtDisableBit.mjDSBL_AUTORESET)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return mjw.put_model(model), mjw.put_data(
        model, data, nworld=int(request["worlds"]), nconmax=int(request["contacts"]), njmax=int(request["rows"]))


def control_step(m, d, substeps):
    for _ in range(substeps):
        mjw.step(m, d)
    mjw.kinematics(m, d)  # so that xpos belongs to the state after the step


def processor():
    """What compiled kernels depend on, as sim/warp_capture.cpp asks for it."""
    features = wp._src.context.runtime.llvm.wp_get_host_cpu_features
    features.restype = ctypes.c_char_p
    return hashlib.sha256(features()).hexdigest()


def capture(folder):
    request = read_request(folder)
    device = "cpu" if request["device"] == "cpu" else "cuda:0"
    if device not in [str(d) for d in wp.get_devices()]:
        stop(f"{folder / 'request.yaml'} asks for a CUDA device, and there is none here")
    wp.set_device(device)
    m, d = make_worlds(folder, request)
    substeps = int(request["substeps"])
    control_step(m, d, substeps)  # compiles what is not yet
    with wp.ScopedCapture(apic=True) as captured:
        control_step(m, d, substeps)
    mjw.reset_data(m, d)
    arrays = {name: getattr(d, name) for name in ("ctrl", "qpos", "qvel", "qacc_warmstart", "time", "overflow")}
    wp.capture_save(captured.graph, str(folder / "step.wrp"), inputs=arrays,
                    outputs={"qpos": d.qpos, "qvel": d.qvel, "xpos": d.xpos})
    answer = dict(request, processor=processor(), library=os.path.dirname(wp.__file__))
    part = folder / "capture.yaml.part"
    part.write_text("".join(f"{k}: {v}\n" for k, v in answer.items()))
    part.rename(folder / "capture.yaml")


if __name__ == "__main__":
    wp.init()
    capture(Path(sys.argv[1]).resolve())

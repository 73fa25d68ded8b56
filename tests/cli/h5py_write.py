"""Writes motion files with h5py as docs/format-h5.md tells: good_*.h5, and bad_*.h5 with what is said of them."""
import os
import sys

import h5py
import numpy as np

folder = sys.argv[1]
T, FPS = 20, 50.0


def write(name, change=None, expect=None, string=None, kind="f8", options=None, libver=None):
    """One clip of an arm with a hinge and a ball; `change(f)` before it is closed."""
    path = os.path.join(folder, name + ".h5")
    string = string or h5py.string_dtype()
    options = options or {}
    fixed = h5py.check_string_dtype(string).length is not None

    def texts(words):
        return np.array(words, dtype=string if fixed else object)

    with h5py.File(path, "w", libver=libver) as f:
        f.attrs["format"] = "motus"
        f.attrs["format_version"] = "1.0"
        s = f.create_group("skeletons/arm")
        s.create_dataset("body_names", data=texts(["base", "upper", "lower"]), dtype=string)
        s["parents"] = np.array([-1, 0, 1], "i4")
        s["rest_pos"] = np.array([[0, 0, 0], [0, 0, 0.3], [0.25, 0, 0]], kind)
        s.create_dataset("dof_names", data=texts(["b_x", "b_y", "b_z", "elbow"]), dtype=string)
        s["dof_type"] = np.array([2, 2, 2, 0], "u1")
        s["dof_body"] = np.array([1, 1, 1, 2], "i8")
        s["dof_axis"] = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 2, 0]], kind)
        c = f.create_group("clips/000000")
        c.attrs["name"] = "wave"
        c.attrs["skeleton"] = "arm"
        c.attrs["fps"] = FPS
        t = np.arange(T)
        root = np.stack([0.01 * t, 0 * t, 1 + 0 * t], 1)
        rot = np.tile([1.0, 0, 0, 0], (T, 1))
        dof = 0.01 * t[:, None] * np.ones(4)
        for key, value in {"root_pos": root, "root_rot": rot, "dof_pos": dof}.items():
            c.create_dataset("frames/" + key, data=value.astype(kind), **options)
        if change:
            change(f)
    if expect:
        with open(path + ".expect", "w") as out:
            out.write(expect)


def full(f):
    c = f["clips/000000"]
    c.attrs["loop_mode"] = "wrap"
    c.attrs["weight"] = np.float32(2.5)
    c.attrs["num_frames"] = np.int32(T)
    c.attrs["colour"] = "green"  # not known: ignored
    c.create_group("mood").create_dataset("level", data=np.ones(3))
    v = c.create_dataset("frames/root_lin_vel", data=np.zeros((T, 3)))
    v.attrs["units"] = "m/s"
    c["contacts/state"] = np.zeros((T, 2), "u1")
    c["contacts/bodies"] = np.array([1, 2], "i4")
    c["objects/box/pos"] = np.zeros((T, 3))
    c["events/label"] = np.array(["clap"], dtype=h5py.string_dtype())
    c["events/start"] = np.array([0.1])
    c["events/end"] = np.array([0.2])
    c["terrain/hf"] = np.zeros((4, 5), "f4")
    c["terrain"].attrs["dx"] = 0.1
    s = c.create_group("source")
    s.attrs["path"] = "wave.dat"
    s.attrs["format"] = "mine"
    s.attrs["licence"] = "CC0-1.0"
    s["warnings"] = np.array(["none"], dtype=h5py.string_dtype())


def packed(f):
    f.attrs["container"] = "packed"
    f.move("clips/000000", "packed/000000")
    del f["clips"]
    f["packed/000000"].attrs["skeleton"] = "arm"
    for key, value in {"pack": 0, "start": 0, "length": T}.items():
        f["index/" + key] = np.array([value])
    f["index/fps"] = np.array([FPS])


def timed(f):
    del f["clips/000000"].attrs["fps"]
    f["clips/000000/frames/time"] = np.arange(T) / FPS


write("good_small")
write("good_full", full)
write("good_f4", kind="f4")
write("good_big_endian", kind=">f8")
write("good_big_endian_f4", kind=">f4")
write("good_half", kind="f2", change=lambda f: f["clips/000000/frames/root_rot"].attrs.create("units", "1"))
write("good_gzip", options={"compression": "gzip", "shuffle": True})
write("good_chunked", options={"chunks": True, "maxshape": (None, None), "fletcher32": True})
write("good_fixed_text", string=h5py.string_dtype("utf-8", 12))
write("good_ascii", string=h5py.string_dtype("ascii"))
write("good_bytes_attr", lambda f: f["clips/000000"].attrs.create("name", np.bytes_("wave")))
write("good_packed", packed)
write("good_time", timed)
write("good_one_skeleton", lambda f: f["clips/000000"].attrs.pop("skeleton"))
write("good_latest", lambda f: f.attrs.create("container", "clips"), libver="latest")


def attr(path, name, value):
    def change(f):
        f[path].attrs[name] = value
    return change


def dataset(path, value):
    def change(f):
        if path in f:
            del f[path]
        f[path] = value
    return change


C, S = "clips/000000", "skeletons/arm"
write("bad_version", attr("/", "format_version", "2.0"), "version '2.0'")
write("bad_format", attr("/", "format", "other"), "not a Motus motion file")
write("bad_container", attr("/", "container", "boxes"), "container")
write("bad_up", attr("/", "up_axis", "Y"), "up_axis")
write("bad_order", attr("/", "quaternion_order", "xyzw"), "quaternion_order")
for name in ("format", "format_version", "container", "up_axis", "length_unit"):
    write("bad_root_" + name, attr("/", name, 3.5), "'%s': expected text, found real numbers" % name)
for name in ("name", "skeleton", "loop_mode"):
    write("bad_clip_" + name, attr(C, name, [1, 2]), "'%s': expected text" % name)
for name in ("fps", "weight", "num_frames"):
    write("bad_clip_" + name, attr(C, name, "many"), "'%s': expected one number, found text" % name)
for name in ("name", "kind", "model_file"):
    write("bad_skeleton_" + name, attr(S, name, 7), "'%s': expected text, found whole numbers" % name)
write("bad_mass", attr(S, "mass", "heavy"), "'mass': expected one number")
write("bad_skeleton_ref", attr(C, "skeleton", "leg"), "'leg', which is not below /skeletons")
write("bad_loop", attr(C, "loop_mode", "pingpong"), "expected wrap or clamp")
write("bad_count", attr(C, "num_frames", 7), "'num_frames' is 7, with 20 rows")
write("bad_fps", attr(C, "fps", 0.0), "0 frames a second")
write("bad_no_fps", lambda f: f[C].attrs.pop("fps"), "expected an attribute 'fps'")
write("bad_uneven", dataset(C + "/frames/time", np.arange(T) ** 1.5), "must be equal")
for name in ("root_pos", "root_rot"):
    write("bad_no_" + name, lambda f, n=name: f[C + "/frames"].pop(n), "expected a dataset '%s'" % name)
    write("bad_text_" + name, dataset(C + "/frames/" + name, "abc"), C + "/frames/" + name)
write("bad_no_pose", lambda f: f[C + "/frames"].pop("dof_pos"), "expected a dataset 'dof_pos' or 'local_rot'")
write("bad_shape_pos", dataset(C + "/frames/root_pos", np.zeros((T, 4))), "root_pos: is 20 x 4, expected 3")
write("bad_shape_rot", dataset(C + "/frames/root_rot", np.zeros(T)), "root_rot: is 20, expected 4")
write("bad_shape_dof", dataset(C + "/frames/dof_pos", np.zeros((T, 5))), "dof_pos: is 20 x 5, expected 4")
write("bad_rows", dataset(C + "/frames/dof_pos", np.zeros((T - 1, 4))), "dof_pos: has 19 rows, expected 20")
write("bad_norm", dataset(C + "/frames/root_rot", np.ones((T, 4))), "norm 2")
write("bad_nan", dataset(C + "/frames/dof_pos", np.full((T, 4), np.nan)), "frame 0: dof_pos[0] is nan")
write("bad_no_names", lambda f: f[S].pop("body_names"), "expected a dataset 'body_names'")
write("bad_names", dataset(S + "/body_names", np.arange(3)), "expected a list of texts, found whole numbers")
write("bad_parents", dataset(S + "/parents", np.array([-1, 2, 1])), S)
write("bad_parents_count", dataset(S + "/parents", np.array([-1, 0])), "expected 3 whole numbers")
write("bad_parents_float", dataset(S + "/parents", np.array([-1.0, 0, 1])), "found real numbers")
write("bad_rest", dataset(S + "/rest_pos", np.zeros((2, 3))), "rest_pos: expected 3 x 3 numbers, found 2 x 3")
write("bad_dof_type", dataset(S + "/dof_type", np.array([2, 2, 0, 0])), "no three components")
write("bad_dof_slide", dataset(S + "/dof_type", np.array([1, 0, 0, 0])), "expected 0 (hinge)")
write("bad_axis", dataset(S + "/dof_axis", np.zeros((4, 3))), "no length")
write("bad_no_clips", lambda f: f.pop("clips"), "expected a group 'clips'")
write("bad_no_skeletons", lambda f: f.pop("skeletons"), "expected a group 'skeletons'")
write("bad_empty", lambda f: f[C].move("frames", "old"), "expected a group 'frames'")
write("bad_clip_is_data", dataset("clips/000000", np.zeros(3)), "expected a group '000000'")
write("bad_event", lambda f: (full(f), dataset(C + "/events/end", np.array([1.0, 2]))(f)), "expected 1 numbers")
write("bad_contact_body", lambda f: (full(f), dataset(C + "/contacts/bodies", np.array([1, 9]))(f)), "9 is no body")
write("bad_terrain", lambda f: (full(f), f[C + "/terrain"].attrs.pop("dx")), "'dx'")


def link(path, value):
    def change(f):
        if path in f:
            del f[path]
        f[path] = value
    return change


write("bad_external", link(C + "/frames", h5py.ExternalLink("good_small.h5", C + "/frames")), "link")
write("bad_external_data", link(C + "/frames/dof_pos", h5py.ExternalLink("/etc/passwd", "/")), "link")
write("bad_soft", link(C + "/frames", h5py.SoftLink("/nowhere")), "link")
write("bad_cycle", link(C + "/frames", h5py.SoftLink("/" + C + "/frames")), "link")
write("bad_cycle_hard", lambda f: (f[C].pop("frames"), f[C].__setitem__("frames", f["clips"])),
      "expected a dataset 'root_pos'")


def huge(f):
    del f[C + "/frames/dof_pos"]
    f[C + "/frames"].create_dataset("dof_pos", shape=(2 ** 40, 4), maxshape=(None, 4), chunks=(64, 4))


def outside(f):
    space = h5py.h5s.create_simple((T, 4))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_external(b"/etc/passwd", 0, T * 32)
    del f[C + "/frames/dof_pos"]
    h5py.h5d.create(f[C + "/frames"].id, b"dof_pos", h5py.h5t.IEEE_F64LE, space, plist)


def virtual(f):
    del f[C + "/frames/dof_pos"]
    layout = h5py.VirtualLayout((T, 4), "f8")
    layout[:] = h5py.VirtualSource("good_small.h5", C + "/frames/dof_pos", (T, 4))
    f[C + "/frames"].create_virtual_dataset("dof_pos", layout)


write("bad_huge", huge, "more than the file can hold")
write("bad_outside", outside, "stored in other files")
write("bad_virtual", virtual, "stored in other files")


def packed_with(key, value):
    def change(f):
        packed(f)
        dataset("index/" + key, np.array(value))(f)
    return change


write("bad_pack", packed_with("pack", [3]), "expected a group '000003'")
write("bad_start", packed_with("start", [10]), "rows")
write("bad_start_negative", packed_with("start", [-1]), "/index/start: entry 0 is -1")
write("bad_length", packed_with("length", [0]), "/index/length: entry 0 is 0")
write("bad_index_count", packed_with("length", [1, 2]), "expected 1 numbers")
write("bad_record", packed_with("record", np.array(["{"], dtype=object)), "record")

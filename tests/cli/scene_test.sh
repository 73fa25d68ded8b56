#!/usr/bin/env bash
# Scenes as processes: GLB through pipes, buffers beside a .gltf, and none for stdin.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"

"$bin/motion-convert" "$data/clips/walk.bvh" -o walk.glb || fail 'bvh to glb'
"$bin/motion-convert" bvh2glb <"$data/clips/walk.bvh" | "$bin/motion-info" --json >info.json || fail 'glb in a pipe'
"$bin/motion-info" --json "$data/clips/walk.bvh" >bvh.json || fail 'info'
python3 - <<'PY' || fail 'the walk changed on its way through a GLB'
import json
a, b = (json.load(open(f)) for f in ("info.json", "bvh.json"))
a, b = (x["files"][0]["clips"][0] for x in (a, b))
assert a["frames"] == b["frames"] and abs(a["fps"] - b["fps"]) < 1e-9, (a, b)
PY

# the same scene with its buffer in a file of its own
python3 - <<'PY' || fail 'taking the GLB apart'
import json, struct
glb = open("walk.glb", "rb").read()
n = struct.unpack_from("<I", glb, 12)[0]
scene = json.loads(glb[20:20 + n])
scene["buffers"][0]["uri"] = "the%20walk.bin"
json.dump(scene, open("walk.gltf", "w"))
open("the walk.bin", "wb").write(glb[28 + n:])
scene["buffers"][0]["uri"] = "../walk.bin"
json.dump(scene, open("outside.gltf", "w"))
PY
"$bin/motion-convert" walk.gltf -o beside.h5 || fail 'a buffer beside the file'
"$bin/motion-convert" walk.glb -o inside.h5 || fail 'a buffer inside'
"$bin/motion-diff" beside.h5 inside.h5 --tolerance 1e-12 >diff.txt || fail "they differ: $(cat diff.txt)"
# shellcheck disable=SC2016
expect 3 "stdin has no neighbours" bash -c '"$0" -o x.h5 <walk.gltf' "$bin/motion-convert"
expect 3 "not the name of a file beside" "$bin/motion-convert" outside.gltf -o x.h5
rm 'the walk.bin'
expect 3 "the walk.bin: No such file" "$bin/motion-convert" walk.gltf -o x.h5
[ ! -e x.h5 ] || fail 'a file was left behind'
exit $bad

#!/usr/bin/env bash
# The whole line in real pipes: the sentences of the README, and what must come back unchanged.
set -euo pipefail
bin=${MOTUS_BIN:?} data=${MOTUS_DATA:?}
corpus=${MOTUS_CORPUS:-$data/../../shared/corpus}
export PATH=$bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
check() { if eval "$2"; then echo "ok    $1"; else echo "FAIL  $1"; failed=1; fi; }

# Shipped data is found from anywhere, with and without data/ in front.
for name in data/clips/walk.bvh clips/walk.bvh; do
  check "$name is found from an empty folder" "motion-convert $name | cmp - <(motion-convert '$data/clips/walk.bvh')"
done

# A human walk to every robot that walks on two legs.
for robot in g1 smpl pi_plus humanoid; do
  check "walk.bvh | retarget --to $robot | info" \
    "motion-convert '$data/clips/walk.bvh' | motion-retarget --to $robot | tee walk_$robot.h5 | motion-info --json >walk_$robot.json"
  check "motion-check finds nothing in walk_$robot" "motion-check --robot $robot <walk_$robot.h5"
  check "info of walk_$robot is JSON that names the robot" \
    "python3 -c 'import json,sys; c=json.load(open(sys.argv[1]))[\"files\"][0][\"clips\"][0]; assert c[\"frames\"] > 30 and c[\"skeleton\"][\"name\"] == sys.argv[2]' walk_$robot.json $robot"
done
check "go2_pace.h5 | retarget --to go2 | info" \
  "motion-convert '$data/clips/go2_pace.h5' | motion-retarget --to go2 | motion-info --json >/dev/null"
check "equal input, equal bytes" \
  "motion-convert '$data/clips/walk.bvh' | motion-retarget --to g1 | cmp - walk_g1.h5"
check "a robot clip becomes BVH, with merged hinges too" \
  "bvh-export walk_g1.h5 -o g1.bvh && bvh-export --merge-hinges --preset motionbuilder walk_g1.h5 -o g1m.bvh && motion-info g1.bvh >/dev/null && motion-info g1m.bvh >/dev/null"

# Every arg file starts, trains, writes its log and its checkpoint, and can be tested. A few samples: nothing is learned.
if [ -x "$bin/amp-train" ]; then
  for robot in g1 go2 humanoid smpl pi_plus; do
    check "amp-train --arg_file args/amp_$robot.txt" \
      "amp-train -q --arg_file args/amp_$robot.txt --out_dir run_$robot --num_envs 4 --max_samples 128 --set agent.test_episodes=4 --set env.episode_length=1 && [ -s run_$robot/log.txt ]"
    check "amp_$robot can be tested and played" \
      "amp-train --arg_file args/amp_$robot.txt --mode test --model_file run_$robot --num_envs 4 --test_episodes 4 --json | grep -q mean_return && amp-play -q run_$robot -n 0.5 | bvh-export -q -o $robot.bvh"
  done
fi

# The shipped policies walk: the whole test length at the clip's speed, straight on.
for policy in go2_pace g1_walk; do
  check "data/policies/$policy walks" \
    "amp-train --mode test --model_file '$data/policies/$policy' --num_envs 16 --test_episodes 16 --json >test.json && python3 -c 'import json; t=json.load(open(\"test.json\")); v=t[\"reference_speed\"]; assert t[\"length_ratio\"] >= 0.95 and 0.85 * v <= t[\"net_speed\"] <= 1.15 * v, t'"
done

# BVH -> h5 -> BVH: the same rotations within 1e-4 degrees. The angles are compared as written, wrapped.
motion-convert "$data/clips/walk.bvh" | motion-convert --to bvh -o back.bvh
cat >angles.py <<'PY'
import sys
def rows(path):
    text = open(path).read()
    head, motion = text.split("MOTION")
    kinds = [w for line in head.splitlines() if "CHANNELS" in line for w in line.split()[2:]]
    return kinds, [list(map(float, l.split())) for l in motion.splitlines()[3:] if l.strip()]
(ka, a), (kb, b) = rows(sys.argv[1]), rows(sys.argv[2])
assert ka == kb and len(a) == len(b), "channels or rows differ"
worst = 0.0
for x, y in zip(a, b):
    for kind, p, q in zip(ka, x, y):
        d = p - q
        if kind.endswith("rotation"):
            d = (d + 180) % 360 - 180
        worst = max(worst, abs(d))
print("largest difference", worst)
sys.exit(worst > 1e-4)
PY
check "walk.bvh -> h5 -> bvh returns the angles" "python3 angles.py '$data/clips/walk.bvh' back.bvh"

if [ ! -d "$corpus" ]; then
  echo "skipped: no corpus at $corpus (MOTUS_CORPUS says where it is)"
  exit $failed
fi

# pkl -> h5 -> pkl and npz -> h5 -> npz: equal arrays, bit for bit.
cat >equal_pkl.py <<'PY'
import pickle, sys
a, b = (pickle.load(open(p, "rb")) for p in sys.argv[1:3])
key = lambda v: repr(v)  # repr of a float is exact, and NaN equals NaN
assert a.keys() == b.keys(), (a.keys(), b.keys())
sys.exit(any(key(a[k]) != key(b[k]) for k in a))
PY
cat >equal_npz.py <<'PY'
import sys, zipfile
a, b = (zipfile.ZipFile(p) for p in sys.argv[1:3])
data = lambda z: {n: z.read(n).split(b"\n", 1) for n in z.namelist()}
x, y = data(a), data(b)
assert x.keys() == y.keys(), (x.keys(), y.keys())
fields = lambda h: eval(h[h.index(b"{"):].decode())
sys.exit(any(fields(x[n][0]) != fields(y[n][0]) or x[n][1] != y[n][1] for n in x))
PY
while IFS= read -r f; do
  python3 -c 'import pickle,sys; pickle.load(open(sys.argv[1],"rb"))' "$f" 2>/dev/null || continue  # needs NumPy
  check "pkl -> h5 -> pkl: $(basename "$f")" \
    "motion-convert -q '$f' -o a.h5 && motion-convert -q a.h5 --to mimickit -o b.pkl && python3 equal_pkl.py '$f' b.pkl"
done < <(find "$corpus/pkl_mimickit" -name '*.pkl' | sort | head -8)
while IFS= read -r f; do
  check "npz -> h5 -> npz: $(basename "$f")" \
    "motion-convert -q '$f' -o a.h5 && motion-convert -q a.h5 --to isaaclab -o b.npz && python3 equal_npz.py '$f' b.npz"
done < <(find "$corpus/npz_isaaclab_amp" -name '*.npz' | sort)
check "npy2npz gives the Isaac Lab layout" \
  "motion-convert npy2npz '$(find "$corpus/npy_poselib" -name '*humanoid_walk*.npy' | head -1)' -o w.npz && motion-info w.npz | grep -qi isaac"
exit $failed

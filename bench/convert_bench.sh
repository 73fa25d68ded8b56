#!/usr/bin/env bash
# motion-convert over a folder: against Python, by threads, in memory.      bench/convert_bench.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${MOTUS_BIN:-$here/../build/release/bin} python=${MOTUS_BENCH_PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# 200 MimicKit pickles of 600 frames of the G1
mkdir pkl
"$python" - <<'PY'
import math, pickle
for i in range(200):
    frames = [[0.01 * t, 0, 0.8, 0, 0, 0.001 * t] + [0.1 * math.sin(0.02 * t + j + i) for j in range(29)] for t in range(600)]
    pickle.dump({"loop_mode": 0, "fps": 60, "frames": frames}, open("pkl/%03d.pkl" % i, "wb"))
PY
cpu() { local out; out=$( { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1; } 2>&1 ); echo "$out" | awk '{print $1 + $2}'; }
wall() { local out; out=$( { TIMEFORMAT='%R'; time "$@" >/dev/null 2>&1; } 2>&1 ); echo "$out"; }
ours=$(cpu "$bin/motion-convert" pkl -q -o ours/)
theirs=$("$python" "$here/convert_bench.py" pkl theirs)
echo "200 MimicKit pickles to h5: $ours s of processor time, $theirs s for pickle + NumPy + h5py in one process: $(awk "BEGIN { printf \"%.1f\", $theirs / $ours }") times as fast"
one=$(wall "$bin/motion-convert" pkl -q -j 1 -o one/)
two=$(wall "$bin/motion-convert" pkl -q -j 2 -o two/)
echo "the same on 1 thread $one s, on 2 threads $two s: $(awk "BEGIN { printf \"%.2f\", $one / $two }") times as fast"

# memory: one long clip (h5 to h5), and many small files
"$python" - <<'PY'
import pickle
import numpy as np
t = np.arange(400000)[:, None]
frames = np.concatenate([0 * t + [0, 0, 0.8, 0, 0, 0], 0.1 * np.sin(0.02 * t + np.arange(29))], axis=1)
pickle.dump({"loop_mode": 0, "fps": 60, "frames": frames}, open("long.pkl", "wb"))
PY
rss() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }
"$bin/motion-convert" long.pkl -q -o long.h5
clip=$((400000 * 36 * 8 / 1024))
base=$(rss "$bin/motion-info" "$here/../data/clips/walk.bvh")
h5=$(rss "$bin/motion-convert" long.h5 -q -o again.h5)
pkl=$(rss "$bin/motion-convert" long.pkl -q -o again.h5)
ratio() { awk "BEGIN { printf \"%.1f\", ($1 - $base) / $clip }"; }
echo "peak memory for a clip of $((clip / 1024)) MB: h5 to h5 $(ratio "$h5"), pkl to h5 $(ratio "$pkl") times the clip"
few=$(rss "$bin/motion-convert" pkl/00*.pkl -q -o few/)
all=$(rss "$bin/motion-convert" pkl -q -o many/)
echo "peak memory for 10 files $((few / 1024)) MB, for 200 files $((all / 1024)) MB"

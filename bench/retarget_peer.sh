#!/usr/bin/env bash
# The gmr scheme here against the same in Python on mink, which is installed into build/peers/ for this alone.
set -euo pipefail
bin=${MOTUS_BIN:?where the programs are} data=${MOTUS_DATA:?the data folder}
root=$(cd "$(dirname "$0")/.." && pwd)
peers=$root/build/peers/mink
python=${MOTUS_BENCH_PYTHON:-python3}
if [ ! -x "$peers/bin/python" ] || ! "$peers/bin/python" -c 'import mink, daqp' 2>/dev/null; then
  mkdir -p "$peers"
  if ! { "$python" -m venv "$peers" && "$peers/bin/pip" install -q mink daqp mujoco; } >"$peers/log" 2>&1; then
    echo "skipped: mink could not be installed ($peers/log says why)"
    exit 0
  fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$root/scripts/clips/stress.py" "$work/stress"
for clip in "$data/clips/walk.bvh" "$work/stress/turns.bvh" "$work/stress/shoulders.bvh"; do
  echo "-- $(basename "$clip" .bvh)"
  "$bin/retarget_table" --targets "$work/targets.json" "clip=$clip"
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$peers/bin/python" "$root/bench/retarget_peer.py" "$work/targets.json"
done

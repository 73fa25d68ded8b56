#!/usr/bin/env bash
# Every metric of retargeting over the shipped walk, clips that are hard, and recorded ones where there are any.
#   retarget.sh [ROBOT]      MOTUS_CORPUS: recorded clips; BENCH_JSON: a file for all the numbers
set -euo pipefail
bin=${MOTUS_BIN:?where the programs are} data=${MOTUS_DATA:?the data folder}
root=$(cd "$(dirname "$0")/.." && pwd)
robot=${1:-g1}
corpus=${MOTUS_CORPUS:-$root/../shared/corpus}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${MOTUS_BENCH_PYTHON:-python3}
"$python" "$root/scripts/clips/stress.py" "$work/stress"
sets=("walk=$data/clips/walk.bvh" "stress=$work/stress")
if [ -d "$corpus/bvh" ]; then
  sets+=("recorded=$corpus/bvh")
else
  echo "no recorded clips at $corpus (MOTUS_CORPUS names another place)"
fi
"$bin/retarget_table" --to "$robot" --json "${BENCH_JSON:-$work/retarget.json}" "${sets[@]}"

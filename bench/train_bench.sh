#!/usr/bin/env bash
# End-to-end training rate against the serial bound 1 / (1/environment + 1/update), R7, target 0.85: the quick recipes
# with their tests and files left out of the time, the warm start left in.      MOTUS_BIN: where the programs are
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
bin=${MOTUS_BIN:-$here/build/release/bin}
export MOTUS_DATA=${MOTUS_DATA:-$here/data}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for robot in go2 g1; do
  "$bin/amp-train" --arg_file args/quick_$robot.txt --max_samples 300000 --logger none --profile --out_dir "$out/$robot" 2>&1 |
    grep '^profile:' | sed "s/^profile:/$robot/"
done

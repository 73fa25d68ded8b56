#!/usr/bin/env bash
# What a program costs before it does anything: time and resident memory of every motion-* program for --version, and
# of motion-info on a small clip, beside the targets 30 ms and 40 MB. A pipeline pays this once a stage.
# bench/startup_bench.sh [RUNS]      MOTUS_BIN: where the programs are (build/release/bin)
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
bin=${MOTUS_BIN:-$here/build/release/bin}
runs=${1:-20}
target_ms=30 target_mb=40
export MOTUS_DATA=${MOTUS_DATA:-$here/data}

# least_ms COMMAND...: wall-clock milliseconds, the least of the runs: a busy machine can only add
least_ms() {
  local i t0 t1
  for ((i = 0; i < runs; i++)); do
    t0=$EPOCHREALTIME
    "$@" >/dev/null 2>&1
    t1=$EPOCHREALTIME
    echo $((${t1/[.,]/} - ${t0/[.,]/}))
  done | sort -n | awk 'NR == 1 {printf "%.1f", $1 / 1000}'
}

# cpu_ms COMMAND...: processor milliseconds, the mean of the runs: what the time would be on an idle machine
cpu_ms() {
  local i TIMEFORMAT='%U %S'
  { time for ((i = 0; i < runs; i++)); do "$@" >/dev/null 2>&1; done; } 2>&1 |
    awk -v n="$runs" '{printf "%.1f", 1000 * ($1 + $2) / n}'
}

# resident_mb COMMAND...: the most memory it ever held
resident_mb() {
  if [ -x /usr/bin/time ]; then
    { /usr/bin/time -f 'kb=%M' "$@" >/dev/null; } 2>&1 | sed -n 's/^kb=//p' | awk '{printf "%.1f", $1 / 1024}'
  else
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f}", end="")
PYTHON
  fi
}

row() {  # row LABEL COMMAND...
  local label=$1 ms cpu mb
  shift
  "$@" >/dev/null 2>&1 || { printf '%-34s failed\n' "$label"; return; }
  ms=$(least_ms "$@")
  cpu=$(cpu_ms "$@")
  mb=$(resident_mb "$@")
  awk -v label="$label" -v ms="$ms" -v cpu="$cpu" -v mb="$mb" -v tms=$target_ms -v tmb=$target_mb 'BEGIN {
    verdict = ms <= tms && mb <= tmb ? "within" : "over"
    printf "%-34s %8.1f %6.2f %8.1f %10.1f %6.2f   %s\n", label, ms, ms / tms, cpu, mb, mb / tmb, verdict }'
}

printf '%-34s %8s %6s %8s %10s %6s   (least of %d runs; ratios to %d ms and %d MB)\n' \
  program ms ratio "cpu ms" MB ratio "$runs" $target_ms $target_mb
row 'an empty process: true' "$(type -P true)"
for program in "$bin"/motion-* "$bin"/bvh-export; do
  [ -x "$program" ] && row "$(basename "$program") --version" "$program" --version
done
clip=$(mktemp -d)
trap 'rm -rf "$clip"' EXIT
if [ -x "$bin/motion-info" ]; then
  for source in "$here/data/clips/walk.bvh" "$here/data/clips/go2_trot.h5"; do
    [ -e "$source" ] && row "motion-info $(basename "$source")" "$bin/motion-info" "$source"
  done
  if [ -x "$bin/motion-convert" ] &&
    "$bin/motion-convert" "$here/data/clips/walk.bvh" -o "$clip/walk.h5" 2>/dev/null; then
    row 'motion-info walk.h5' "$bin/motion-info" "$clip/walk.h5"
  fi
fi

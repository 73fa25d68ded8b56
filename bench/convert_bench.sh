#!/usr/bin/env bash
# motion-convert over a folder: against Python, by threads, in memory. Each figure stands beside what it is measured
# against, and the goal.      bench/convert_bench.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${MOTUS_BIN:-$here/../build/release/bin} python=${MOTUS_BENCH_PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$python" "$here/convert_bench.py" make .

# What a command took, in `took`: a figure of one that failed would say nothing, so that ends the benchmark.
failed() {
  echo "convert_bench: failed: $*" >&2
  head -n 5 log >&2
  exit 1
}
timed() { # timed FORMAT COMMAND...
  local TIMEFORMAT=$1
  shift
  took=$( { time "$@" >log 2>&1; } 2>&1) || failed "$@"
}
cpu() { timed '%U %S' "$@" && took=$(awk '{print $1 + $2}' <<<"$took"); }
wall() { timed '%R' "$@"; }
rss() { # peak memory, KB
  /usr/bin/time -f %M -o rss "$@" >log 2>&1 || failed "$@"
  took=$(tail -n 1 rss)
}
least() { printf '%s\n' "$@" | sort -g | head -n 1; }
row() { printf '%-46s %8s   (goal %s)   %s\n' "$@"; }

# three turns each, one after the other: the machine may have other things to do
ours=() theirs=() one=() two=()
for turn in 1 2 3; do
  cpu "$bin/motion-convert" pkl -q -j 1 -o "ours$turn/"
  ours+=("$took")
  took=$("$python" "$here/convert_bench.py" convert pkl "theirs$turn")
  theirs+=("$took")
  wall "$bin/motion-convert" pkl -q -j 1 -o "one$turn/"
  one+=("$took")
  wall "$bin/motion-convert" pkl -q -j 2 -o "two$turn/"
  two+=("$took")
done
a=$(least "${ours[@]}") b=$(least "${theirs[@]}")
row '200 MimicKit pickles to h5, processor time' "$(awk "BEGIN { printf \"%.2f x\", $b / $a }")" '4 x' \
  "$a s, pickle + NumPy + h5py in one process $b s"
a=$(least "${one[@]}") b=$(least "${two[@]}")
row 'the same on 2 threads, wall' "$(awk "BEGIN { printf \"%.2f x\", $a / $b }")" '1.8 x' \
  "$b s, on 1 thread $a s"

# peak memory above that of a program that does next to nothing, for one long clip
clip=$((400000 * 36 * 8 / 1024))
rss "$bin/motion-info" "$here/../data/clips/walk.bvh"
base=$took
memory() { # memory WHAT INPUT
  rss "$bin/motion-convert" "$2" -q -o out.h5
  row "peak memory, $1" "$(awk "BEGIN { printf \"%.2f x\", ($took - $base) / $clip }")" '3 x' \
    "$(((took - base) / 1024)) MB for a clip of $((clip / 1024)) MB"
}
memory 'pickled array to h5' array.pkl
memory 'pickled lists to h5' list.pkl
mv out.h5 long.h5
memory 'h5 to h5' long.h5
rss "$bin/motion-convert" pkl/00*.pkl -q -o few/
few=$took
rss "$bin/motion-convert" pkl -q -o many/
all=$took
row 'peak memory, 200 small files against 10' "$(awk "BEGIN { printf \"%.2f x\", $all / $few }")" '1 x' \
  "$((all / 1024)) MB, $((few / 1024)) MB"

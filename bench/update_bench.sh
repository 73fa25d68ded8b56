#!/usr/bin/env bash
# An AMP update against skrl's on the same sizes, in turn: R6, small networks (256-128, minibatches of 256); R5, large ones
# (1024-512, 4096 rows in two minibatches of 2048 and as many of each kind for the discriminator; target 1.8 in fp32, 2.8 in
# bf16). By processor time on one thread; with MOTUS_BENCH_THREADS=2, on a quiet machine, by the wall's clock.
# skrl is installed into build/peers/ for this alone.      MOTUS_BIN: where the programs are
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${MOTUS_BIN:-$root/build/release/bin}
threads=${MOTUS_BENCH_THREADS:-1}
peers=$root/build/peers/torch
if ! "$peers/bin/python" -c 'import torch, skrl' 2>/dev/null; then
  mkdir -p "$peers"
  if ! { python3 -m venv "$peers" && "$peers/bin/pip" install -q torch==2.11.0 skrl==2.1.1; } >"$peers/log" 2>&1; then
    echo "skipped: skrl could not be installed ($peers/log says why)"
    exit 0
  fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# columns of both programs: wall seconds, processor seconds, samples a second
column=2
[ "$threads" = 1 ] || column=1
best() { sort -k$column -g | awk -v c=$column 'NR == 1 { print $c }'; }

compare() {  # NAME ENVS REPEATS ROUNDS MINIBATCHES DISC_BATCH WIDTHS
  local name=$1 envs=$2 repeats=$3 rounds=$4 parts=$5 disc=$6 widths=$7
  sed "s/\[1024, 512\]/[${widths/,/, }]/; s/disc_batch_size: 4096/disc_batch_size: $disc/; s/_batch_size: 2\$/_batch_size: $parts/" \
    "$root/data/agents/preset_skrl.yaml" >"$work/agent.yaml"
  for _ in $(seq "$rounds"); do
    fp32=$("$bin/update_bench" "$work/agent.yaml" "$envs" "$threads" "$repeats" fp32 | best)
    bf16=$("$bin/update_bench" "$work/agent.yaml" "$envs" "$threads" "$repeats" bf16 | best)
    skrl=$("$peers/bin/python" "$root/bench/update_peer.py" "$envs" "$threads" "$repeats" "$parts" "$disc" "$widths" | best)
    awk -v n="$name" -v a="$fp32" -v b="$bf16" -v c="$skrl" \
      'BEGIN { printf "update, seconds: fp32 %.4f, bf16 %.4f, skrl %.4f; %s %.2f in fp32, %.2f in bf16\n", a, b, c, n, c / a, c / b }'
  done
}
compare R6 64 3 3 4 64 256,128
compare R5 256 2 2 2 2048 1024,512

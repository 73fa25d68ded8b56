#!/usr/bin/env bash
# R6: one AMP update of small networks (256-128, minibatches of 256) against skrl's on the same sizes, by processor time
# on one thread, in turn. skrl is installed into build/peers/ for this alone.      MOTUS_BIN: where the programs are
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${MOTUS_BIN:-$root/build/release/bin}
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
sed 's/\[1024, 512\]/[256, 128]/; s/disc_batch_size: 4096/disc_batch_size: 64/; s/_batch_size: 2$/_batch_size: 4/' \
  "$root/data/agents/preset_skrl.yaml" >"$work/small.yaml"
for _ in 1 2 3; do
  fp32=$("$bin/update_bench" "$work/small.yaml" 64 1 3 fp32 | sort -k2 -g | awk 'NR == 1 { print $2 }')
  bf16=$("$bin/update_bench" "$work/small.yaml" 64 1 3 bf16 | sort -k2 -g | awk 'NR == 1 { print $2 }')
  skrl=$("$peers/bin/python" "$root/bench/update_peer.py" 64 1 3 4 64 256,128 | sort -k2 -g | awk 'NR == 1 { print $2 }')
  awk -v a="$fp32" -v b="$bf16" -v c="$skrl" \
    'BEGIN { printf "update, seconds: fp32 %.4f, bf16 %.4f, skrl %.4f; R6 %.2f in fp32, %.2f in bf16\n", a, b, c, c / a, c / b }'
done

#!/usr/bin/env bash
# R9: the training loop on MimicKit's humanoid recipe (1024-512 networks, ten-step discriminator) against the same written in
# Python over mujoco.rollout (loop_peer.py), in turn: with its own settings, and with its older ones whose discriminator sees
# as few rows for 256 environments as for 4096. Targets 2.0 in fp32, 3,500 samples/s on two cores with the older ones.
# PyTorch and MuJoCo are installed into build/peers/ for this alone.      MOTUS_BIN: where the programs are; MOTUS_BENCH_ENVS
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${MOTUS_BIN:-$root/build/release/bin}
export MOTUS_DATA=${MOTUS_DATA:-$root/data}
envs=${MOTUS_BENCH_ENVS:-256} threads=${MOTUS_BENCH_THREADS:-2}
peers=$root/build/peers/torch
if ! "$peers/bin/python" -c 'import torch, mujoco.rollout' 2>/dev/null; then
  mkdir -p "$peers"
  if ! { python3 -m venv "$peers" && "$peers/bin/pip" install -q torch==2.11.0 skrl==2.1.1 mujoco-core==4.0.1; } >"$peers/log" 2>&1; then
    echo "skipped: PyTorch and MuJoCo could not be installed ($peers/log says why)"
    exit 0
  fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for settings in own scaled; do
  agent=amp_humanoid_agent.yaml rows=()
  [ $settings = own ] || agent=amp_humanoid_legacy_agent.yaml rows=(--set "agent.disc_batch_size=$((envs / 2))")
  "$bin/amp-train" --arg_file args/amp_humanoid.txt --agent_config "data/agents/$agent" --num_envs "$envs" --max_samples 1 \
    --set agent.test_episodes=1 --logger none --out_dir "$work/$settings" 2>/dev/null
  "$peers/bin/python" "$root/bench/loop_peer.py" "$root/data/robots/humanoid/robot.xml" "$envs" "$threads" 2 $settings >"$work/peer"
  for precision in fp32 bf16; do
    "$bin/loop_bench" --threads "$threads" --iterations 2 --set agent.precision=$precision "${rows[@]}" "$work/$settings" >"$work/ours"
    # the rates, by the wall's clock and by processor time
    read -r wall cpu < <(sed -E 's/.*training ([0-9]+) samples.*processor time ([0-9]+) and.*/\1 \2/' "$work/ours")
    awk -v s="$settings" -v p=$precision -v a="$wall" -v b="$cpu" -v n=$((32 * envs)) '
      { if ($3 > wall) wall = $3; if (n / $2 > cpu) cpu = n / $2 }
      END { printf "%s settings, %s: %d samples/s, Python %d: R9 %.2f; by processor time %d and %d: %.2f\n", s, p, a, wall, a / wall, b, cpu, b / cpu }' \
      "$work/peer"
  done
done

#!/usr/bin/env bash
# amp-train in several processes: started by itself, by variables as launchers set them, killed, stopped,
# alone, at odds. Tiny settings: nothing is learned here.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
same() { [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ] || fail "$1 and $2 differ"; }

train=$bin/amp-train
cat >tiny.txt <<'ARGS'
--num_envs 4
--env_config data/envs/quick_go2_env.yaml
--agent_config data/agents/quick_go2_agent.yaml
--max_samples 256
--set agent.steps_per_iter=4 --set agent.iters_per_output=4 --set agent.test_episodes=4
--set agent.disc_buffer_size=500 --set agent.model.actor_net=[16,8] --set agent.model.disc_net=[16,8]
--set env.episode_length=0.5 --set env.reference_table=64
--set agent.warm_start.steps=4 --set agent.warm_start.updates=5
ARGS
port=$((20000 + $$ % 20000))
# as RANK SIZE COMMAND...: with the variables that torchrun sets
# shellcheck disable=SC2317
as() {
  local rank=$1 size=$2
  shift 2
  env RANK="$rank" WORLD_SIZE="$size" MASTER_ADDR=127.0.0.1 MASTER_PORT="$port" "$@"
}
# rank RANK ARGS...: amp-train as one of two, in place of this shell: to be run with &
rank() {
  local rank=$1
  shift
  RANK=$rank WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=$port exec "$train" --arg_file tiny.txt "$@"
}
child_of() { tr -d ' ' <"/proc/$1/task/$1/children"; }
until_there() {  # FILE: waits for it, a minute at most
  for _ in $(seq 600); do
    [ -e "$1" ] && return
    sleep 0.1
  done
  fail "$1 did not appear"
}

# refused before anything is written
expect 2 "RANK is 2, expected 0 .. 1 (WORLD_SIZE is 2)" as 2 2 "$train" --arg_file tiny.txt --out_dir a
expect 2 "WORLD_SIZE is 'two'" as 0 two "$train" --arg_file tiny.txt --out_dir a
expect 2 "RANK is set, WORLD_SIZE is not" env RANK=0 "$train" --arg_file tiny.txt --out_dir a
expect 2 "MASTER_ADDR is not set" env RANK=0 WORLD_SIZE=2 "$train" --arg_file tiny.txt --out_dir a
expect 2 "SLURM_PROCID is 3" env SLURM_PROCID=3 SLURM_NTASKS=2 "$train" --arg_file tiny.txt --out_dir a
expect 2 "--rank and --world_size" "$train" --arg_file tiny.txt --out_dir a --rank 1
expect 2 "--devices names 3" as 0 2 "$train" --arg_file tiny.txt --out_dir a --devices cpu cpu cpu
expect 2 "neither cpu" "$train" --arg_file tiny.txt --out_dir a --devices cpu tpu
expect 4 "no CUDA" "$train" --arg_file tiny.txt --out_dir a --devices cpu cuda:1
expect 2 "in one process, not in 2" as 0 2 "$train" --arg_file tiny.txt --mode test
[ ! -e a ] || fail "a refused run left its folder"

# one rank is a plain run
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir plain
expect 0 "best after" as 0 1 "$train" --arg_file tiny.txt --out_dir one --devices cpu
same plain/state.safetensors one/state.safetensors

# what more ranks would do: measured, told, nothing written
"$train" --arg_file tiny.txt --out_dir planned --plan --json >plan.json 2>err || fail "--plan: $(cat err)"
grep -q '"iteration_samples":16.0' plan.json || fail "not 4 environments x 4 steps: $(cat plan.json)"
[ "$(grep -o '"ranks":64' plan.json | wc -l)" -eq 4 ] || fail "not 4 links for 64 ranks: $(cat plan.json)"
"$train" --arg_file tiny.txt --plan --link 10 --latency 0 --iteration_seconds 1 >plan.txt 2>err || fail "--plan: $(cat err)"
grep -qE '^ +1 +16 \(100 %\)$' plan.txt || fail "16 samples in a second are not 16 a second: $(cat plan.txt)"
expect 2 "--link 0 is not positive" "$train" --arg_file tiny.txt --plan --link 0
[ ! -e planned ] || fail "a plan left a folder"

"$train" --arg_file tiny.txt --out_dir two --devices cpu cpu >out 2>err
code=$?
if [ $code -eq 4 ]; then
  grep -q "one process, not in 2 ranks" err || fail "no Gloo, and no word about it: $(cat err)"
  echo 'skipped: several ranks (this build has no Gloo)'
  exit $bad
fi

# two: by itself and by variables, the same bits each time, samples of both
[ $code -eq 0 ] || fail "--devices cpu cpu: $(cat err)"
grep -q "2 ranks of 4 environments" err || fail "not said that there are two: $(cat err)"
[ "$(grep -c 'best after' err)" -eq 1 ] || fail "not one rank speaks: $(cat err)"
rows() { tr '\r' '\n' <"$1/log.txt" | awk 'NR > 1 && NF { print $1, $3 }'; }
[ "$(rows two | tail -n 1)" = "7 256" ] || fail "not 8 iterations of 32 samples: $(rows two)"
rank 1 --out_dir pair >out1 2>err1 &
pid=$!
expect 0 "best after" as 0 2 "$train" --arg_file tiny.txt --out_dir pair --workers 2
wait $pid || fail "rank 1: $(cat err1)"
[ -z "$(cat err1 out1)" ] || fail "rank 1 speaks: $(cat err1 out1)"
same two/state.safetensors pair/state.safetensors
same two/best.safetensors pair/best.safetensors
cmp -s two/model.safetensors plain/model.safetensors && fail "two ranks learn what one does"

# stopped and resumed as if nothing had been; on another number of ranks the learner goes on
"$train" --arg_file tiny.txt --out_dir long --devices cpu cpu --max_samples 8000 >out 2>err &
pid=$!
until_there long/state.safetensors
kill -INT $pid
wait $pid
[ $? -eq 130 ] || fail "a signal did not end in 130 ($(cat err))"
cp -r long alone
cp -r long three
expect 0 "best after" "$train" --resume long --max_samples 8000 --devices cpu cpu
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir whole --max_samples 8000 --devices cpu cpu
same long/state.safetensors whole/state.safetensors
expect 0 "is of 2 ranks, this run of 1:" "$train" --resume alone --max_samples 100
expect 0 "is of 2 ranks, this run of 3:" "$train" --resume three --max_samples 100 --devices cpu cpu cpu

# many clips: each rank has its share; the run keeps all of them, and other ranks share them anew
{
  echo 'motions:'
  for n in 1 2 3; do
    cp "$data/clips/go2_pace.h5" "clip$n.h5"
    echo "  - {file: clip$n.h5, weight: $n}"
  done
} >clips.yaml
expect 0 "its share of the clips: 2 of 3 here" "$train" --arg_file tiny.txt --motion_file clips.yaml --out_dir many --devices cpu cpu
[ "$("$bin/motion-info" many/motion.h5 --json | grep -o '"frames"' | wc -l)" -eq 3 ] || fail "the run does not keep all clips"
cp -r many many3
expect 0 "best after" "$train" --resume many --max_samples 500 --devices cpu cpu
grep -q "of 2 ranks, this run of" "$work/err" && fail "the same ranks do not go on with their shares: $(cat err)"
expect 0 "is of 2 ranks, this run of 3:" "$train" --resume many3 --max_samples 500 --devices cpu cpu cpu
grep -q "its share of the clips: 2 of 3 here" "$work/err" || fail "three ranks share otherwise: $(cat err)"
sed -i 's/weight: .}/weight: 0}/' clips.yaml
expect 3 "all weights of the dataset are zero" "$train" --arg_file tiny.txt --motion_file clips.yaml --out_dir none --devices cpu cpu

# a rank is killed: the others end, the checkpoint is good
rank 1 --out_dir killed --max_samples 100000000 >out1 2>err1 &
pid=$!
rank 0 --out_dir killed --max_samples 100000000 >out 2>err &
first=$!
until_there killed/state.safetensors
kill -KILL $pid
wait $pid
wait $first
[ $? -eq 1 ] || fail "a lost rank did not end in 1: $(cat err)"
grep -q "rank 0 of 2 lost another rank" err || fail "no word about the lost rank: $(cat err)"
grep -q "last good checkpoint: --resume killed" err || fail "no word about the checkpoint: $(cat err)"
[ "$(grep -c 'error' err)" -eq 1 ] || fail "more than one line: $(cat err)"
"$train" --mode test --model_file killed >out 2>err || fail "the checkpoint of a lost run: $(cat err)"
"$train" --resume killed --max_samples 1 --devices cpu cpu >out 2>err || fail "no resume of a lost run: $(cat err)"
"$train" --arg_file tiny.txt --out_dir child --devices cpu cpu --max_samples 100000000 >out 2>err &
first=$!
until_there child/state.safetensors
kill -KILL "$(child_of $first)"
wait $first
[ $? -eq 1 ] || fail "a lost child did not end in 1: $(cat err)"
grep -q "rank 1 was ended by signal 9" err || fail "no word about the child: $(cat err)"

# rank 0 is killed: none that it started is left
"$train" --arg_file tiny.txt --out_dir orphan --devices cpu cpu --max_samples 100000000 >out 2>err &
first=$!
until_there orphan/state.safetensors
child=$(child_of $first)
kill -KILL $first
wait $first 2>/dev/null
for _ in $(seq 50); do
  kill -0 "$child" 2>/dev/null || break
  sleep 0.1
done
kill -0 "$child" 2>/dev/null && fail "a rank outlived the one that started it"

# ranks that hang, never come, or were started with something else
rank 1 --out_dir hung --max_samples 100000000 --rank_timeout 3 >out1 2>err1 &
pid=$!
rank 0 --out_dir hung --max_samples 100000000 --rank_timeout 3 >out 2>err &
first=$!
until_there hung/state.safetensors
kill -STOP $pid
wait $first
[ $? -eq 1 ] || fail "a hung rank did not end in 1: $(cat err)"
grep -q "rank 0 of 2 lost another rank" err || fail "no word about the hung rank: $(cat err)"
kill -KILL $pid
wait $pid 2>/dev/null
expect 1 "waited 1 s at 127.0.0.1:$port for rank 1, which did not join" as 0 2 "$train" --arg_file tiny.txt \
  --out_dir never --rank_timeout 1
expect 1 "rank 1 of 2 waited 1 s for rank 0 at 127.0.0.1:$port" as 1 2 "$train" --arg_file tiny.txt \
  --out_dir never --rank_timeout 1
rank 1 --out_dir odd --set agent.discount=0.5 >out1 2>err1 &
pid=$!
expect 2 "the settings of rank 1 are not those of rank 0" as 0 2 "$train" --arg_file tiny.txt --out_dir odd
wait $pid
[ $? -eq 2 ] || fail "another configuration did not end in 2: $(cat err1)"
exit $bad

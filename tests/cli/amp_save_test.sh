#!/usr/bin/env bash
# What amp-train leaves behind when things go wrong: killed while saving, a full disk, another robot's or
# a foreign checkpoint, numbers that are none; and each preset for a few iterations.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"

train=$bin/amp-train
cat >tiny.txt <<'ARGS'
--num_envs 4
--env_config data/envs/quick_go2_env.yaml
--agent_config data/agents/quick_go2_agent.yaml
--set agent.steps_per_iter=4 --set agent.iters_per_output=1 --set agent.test_episodes=4
--set agent.disc_buffer_size=500 --set agent.model.actor_net=[16,8] --set agent.model.disc_net=[16,8]
--set env.episode_length=0.2 --set env.reference_table=64
--set agent.warm_start.steps=4 --set agent.warm_start.updates=5
ARGS

# killed at random moments of a run that saves all the time: it always goes on
"$train" --arg_file tiny.txt --max_samples 16 --out_dir killed >out 2>err || fail "first run: $(cat err)"
RANDOM=20261121
for k in $(seq 20); do
  before=$(stat -c %i killed/state.safetensors)
  "$train" --resume killed --max_samples 100000000 >out 2>err &
  pid=$!
  for _ in $(seq 400); do
    [ "$(stat -c %i killed/state.safetensors)" = "$before" ] || break
    kill -0 $pid 2>/dev/null || break
    sleep 0.05
  done
  sleep "0.0$((RANDOM % 100))"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  [ $? -eq 137 ] || fail "kill $k: the resumed run had ended by itself: $(cat err)"
done
"$train" --mode test --model_file killed/model.safetensors >out 2>err || fail "after 20 kills: $(cat err)"
"$train" --resume killed --max_samples 1 >out 2>err || fail "no resume after 20 kills: $(cat err)"
ls killed/*.tmp.* >/dev/null 2>&1 && fail "a killed run's half-written files are still there"

# no room for the next checkpoint: said, the run goes on to its end, and nothing that was there is lost
sum() { sha256sum <"killed/$1"; }
state=$(sum state.safetensors) model=$(sum model.safetensors)
# what is said goes through a pipe: the limit holds for every file
{
  trap '' XFSZ
  ulimit -f 8
  "$train" --resume killed --max_samples 100000000 --max_minutes 0.02 2>&1
  echo "ended with $?"
} | tail -n 20 >err
grep -qx "ended with 1" err || fail "a full disk did not end in 1: $(head -c 300 err)"
grep -q "the older file stays, training goes on" err || fail "no word about the full disk: $(head -c 300 err)"
[ "$state" = "$(sum state.safetensors)" ] || fail "a full disk cost the state"
[ "$model" = "$(sum model.safetensors)" ] || fail "a full disk cost the model"
expect 0 "best after" "$train" --resume killed --max_samples 100000000 --max_minutes 0.02

# models of other hands
expect 3 "action 0 ('FL_hip_joint')" "$train" --mode test --model_file killed --num_envs 4 \
  --env_config data/envs/amp_go2_env.yaml --agent_config data/agents/quick_go2_agent.yaml
expect 3 "in the checkpoint and" "$train" --mode test --model_file killed --num_envs 2 \
  --env_config data/envs/quick_g1_env.yaml --agent_config data/agents/quick_go2_agent.yaml
expect 2 "holds no configuration" "$train" --mode test --model_file killed/model.pt
"$train" --arg_file tiny.txt --mode test --model_file killed/model.pt >out 2>err || fail "model.pt: $(cat err)"
grep -q "Mean Return" out || fail "MimicKit's model.pt was not tested"
head -c 2000 killed/model.pt >cut.pt
expect 3 "cut.pt: not a model.pt" "$train" --arg_file tiny.txt --mode test --model_file cut.pt
head -c 2000 killed/model.safetensors >cut.safetensors
expect 3 "not a checkpoint" "$train" --arg_file tiny.txt --mode test --model_file cut.safetensors

# a clip with a number that is none
sed '9s/^[^,]*/nan/' "$data/clips/go2_pace.csv" >nan.csv
expect 3 "nan.csv" "$train" --arg_file tiny.txt --motion_file nan.csv --out_dir nan
[ ! -e nan ] || fail "a refused clip left a folder"

# sizes that cannot work
sed 's/disc_buffer_size=500/disc_buffer_size=15/' tiny.txt >ring.txt
expect 2 "disc_buffer_size 15 is smaller than the 16 rows" "$train" --arg_file ring.txt --out_dir a
expect 2 "17 minibatches of an iteration that has 16 rows" "$train" --arg_file tiny.txt --out_dir a \
  --set agent.batch_unit=parts --set agent.actor_batch_size=17
[ ! -e a ] || fail "a refused run left its folder"

# each preset, small
for preset in quick mimickit mimickit_legacy isaacgym skrl rofunc amp_for_hardware; do
  ring=--set=agent.test_episodes=4
  [ $preset = mimickit_legacy ] || ring=--set=agent.demo_buffer_size=1500
  "$train" --num_envs 4 --env_config data/envs/quick_go2_env.yaml \
    --agent_config data/agents/quick_go2_agent.yaml --set agent.preset=$preset \
    --set agent.model.actor_net=[16,8] --set agent.model.critic_net=[16,8] --set agent.model.disc_net=[16,8] \
    --set agent.test_episodes=4 "$ring" --set env.episode_length=0.3 --max_samples 300 --out_dir $preset \
    >out 2>err || fail "preset $preset: $(cat err)"
  grep -qi nan $preset/log.txt && fail "preset $preset: a number that is none in its log"
done
expect 2 "did you mean 'isaacgym'?" "$train" --arg_file tiny.txt --set agent.preset=isacgym --out_dir a
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir lsgan --max_samples 64 \
  --set agent.disc_loss=lsgan --set agent.style_reward=lsgan --set agent.symmetry_weight=1 \
  --set agent.symmetry_augmentation=True
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir add --max_samples 64 --set agent.agent_name=ADD
exit $bad

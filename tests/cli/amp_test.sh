#!/usr/bin/env bash
# amp-train and amp-play as processes: MimicKit's flags, refusals, stop and resume, the same bits for
# any number of workers, a rollout down a pipe. Tiny settings: nothing is learned here.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
same() { [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ] || fail "$1 and $2 differ"; }

train=$bin/amp-train
cat >tiny.txt <<'ARGS'
# comment lines and the rest of a line are dropped
--num_envs 4   # of them
--env_config data/envs/quick_go2_env.yaml
--agent_config data/agents/quick_go2_agent.yaml
--max_samples 256
--set agent.steps_per_iter=4 --set agent.iters_per_output=8 --set agent.test_episodes=4
--set agent.disc_buffer_size=500 --set agent.model.actor_net=[16,8] --set agent.model.disc_net=[16,8]
--set env.episode_length=0.5 --set env.reference_table=64
--set agent.warm_start.steps=4 --set agent.warm_start.updates=5
ARGS

# refused before anything is written
printf -- '--num_env 4\n' >wrong.txt
expect 2 "wrong.txt:1: unknown flag '--num_env'" "$train" --arg_file wrong.txt
grep -qF "did you mean '--num_envs'?" err || fail "no nearest flag"
expect 2 "did you mean '--max_samples'?" "$train" --max_sample 3
expect 2 "did you mean 'train'?" "$train" --arg_file tiny.txt --mode trian
expect 2 "arg file" "$train" --arg_file none.txt
expect 2 "unknown key 'discont'" "$train" --arg_file tiny.txt --set agent.discont=1 --out_dir a
expect 2 "did you mean 'agent'?" "$train" --arg_file tiny.txt --set agnet.discount=1 --out_dir a
expect 2 "friction must be [lowest, highest], found [1, 0.5]" "$train" --arg_file tiny.txt --set 'env.randomise.friction=[1,0.5]' --out_dir a
expect 2 "did you mean 'friction'?" "$train" --arg_file tiny.txt --set env.randomise.fricton=0.4 --out_dir a
expect 4 "no CUDA" "$train" --arg_file tiny.txt --device cuda:0
expect 4 "wandb" "$train" --arg_file tiny.txt --logger wandb --out_dir a
expect 2 "is no film" "$train" --arg_file tiny.txt --mode visualize --video x.avi
expect 2 "--capture_video is 'yes'" "$train" --arg_file tiny.txt --mode test --capture_video yes
expect 2 "motion file" "$train" --arg_file tiny.txt --motion_file none.h5 --out_dir a
[ ! -e a ] || fail "a refused run left its folder"
mkdir full && touch full/x
expect 2 "is not empty" "$train" --arg_file tiny.txt --out_dir full
expect 3 "is not a run" "$train" --resume full

# what was typed comes before the file, the configuration is printed whole
"$train" --arg_file tiny.txt --num_envs 7 --set agent.discount=0.5 --print-config >config 2>err ||
  fail "--print-config: $(cat err)"
grep -qx 'num_envs: 7' config || fail "the command line did not come first"
grep -q 'discount: 0.5' config || fail "--set did not reach the agent"
"$train" --set agent.steps_per_iter=6 --arg_file tiny.txt --set env.episode_length=2 --print-config >config 2>err ||
  fail "--set beside the file's: $(cat err)"
if ! grep -q 'steps_per_iter: 6' config || ! grep -q 'episode_length: 2' config; then
  fail "--set in the file hid the one that was typed"
fi
grep -q 'test_episodes: 4' config || fail "--set of the file alone did not count"
# MimicKit's names of what Motus has in another place
sed 's#data/robots/go2/robot.xml#data/assets/go2/go2.xml#' "$MOTUS_DATA/envs/quick_go2_env.yaml" >env.yaml
expect 0 "takes its place" "$train" --arg_file tiny.txt --env_config env.yaml --out_dir mimickit \
  --engine_config data/engines/isaac_gym_engine.yaml --max_samples 1
grep -q "MuJoCo" err || fail "no word about the engine"

# a poselib clip of the same figure is taken as it is; the arg files of the demos are whole
"$bin/motion-convert" -q "$MOTUS_DATA/clips/humanoid_hop.h5" -t poselib -o hop.npy || fail "no poselib"
for skill in walk run dance hop backflip spinkick cartwheel; do
  "$train" --arg_file "args/humanoid_$skill.txt" --motion_file hop.npy --print-config >config 2>err ||
    fail "args/humanoid_$skill.txt: $(cat err)"
  grep -q "motion_file: hop.npy" config || fail "--motion_file did not come first"
done
expect 0 "best after" "$train" --arg_file args/humanoid_hop.txt --motion_file hop.npy --out_dir poselib \
  --num_envs 4 --max_samples 1 --set agent.test_episodes=4 --set env.episode_length=0.5 \
  --set env.reference_table=64 --set agent.warm_start.steps=4 --set agent.warm_start.updates=5

# the same bits with one worker and two
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir one --workers 1
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir two --workers 2 --logger tb
same one/state.safetensors two/state.safetensors
same one/model.safetensors two/model.safetensors
same one/config.yaml two/config.yaml
ls two/events.out.tfevents.* >/dev/null 2>&1 || fail "no TensorBoard file"
[ "$(tr '\r' '\n' <one/log.txt | wc -l)" -eq 4 ] || fail "log.txt has not one header and 3 rows"
grep -qa "Scores/style_reward" two/events.out.tfevents.* || fail "no histogram of scores"
grep -qa "Loss/value_function" two/events.out.tfevents.* || fail "no tag of rsl_rl"
# another seed, with JSON lines and the last two models
expect 0 "0:00 left" "$train" --arg_file tiny.txt --out_dir three --rand_seed 1 --logger json --save_int_models 2 \
  --set agent.iters_per_output=4
python3 - <<'PY' || fail "JSON lines"
import json
rows = [json.loads(line) for line in open("three/log.jsonl")]
head, *text = [r.split() for r in open("three/log.txt", newline="").read().split("\r") if r.strip()]
assert len(rows) == len(text) >= 4 and list(rows[0]) == head, (rows, head)
assert all(float(v) == r[k] for r, t in zip(rows, text) for k, v in zip(head, t)), rows
PY
[ "$(find three/int_models -type f | wc -l)" = 2 ] || fail "not the last two models: $(find three/int_models -type f)"
[ -e three/int_models/model_0000000015.safetensors ] || fail "not the newest model: $(ls three/int_models)"
cmp -s one/model.safetensors three/model.safetensors && fail "two seeds, one policy"

# stopped by a signal: 130, and resumed as if nothing had been
"$train" --arg_file tiny.txt --out_dir long --max_samples 4000 >out 2>err &
pid=$!
for _ in $(seq 300); do
  [ -e long/state.safetensors ] && break
  sleep 0.1
done
kill -INT $pid
wait $pid
[ $? -eq 130 ] || fail "a signal did not end in 130 ($(cat err))"
expect 0 "not from the flags" "$train" --resume long --max_samples 4000 --rand_seed 9
expect 0 "best after" "$train" --arg_file tiny.txt --out_dir whole --max_samples 4000
same long/state.safetensors whole/state.safetensors

# test and play need the run's folder only
"$train" --mode test --model_file one --json >result.json 2>err || fail "test: $(cat err)"
grep -q '"mean_length"' result.json || fail "no length in $(cat result.json)"
# ... in another world too
"$train" --mode test --model_file one --json --set env.randomise.friction=0.1 --set env.randomise.delay=0.1 \
  >other.json 2>err || fail "test on ice: $(cat err)"
! cmp -s result.json other.json || fail "neither ice nor a delay changed anything"
expect 2 "did you mean 'friction'?" "$train" --mode test --model_file one --set env.randomise.fricton=0.4
"$bin/amp-play" one -n 0.2 2>err | "$bin/motion-info" >info 2>&1 || fail "play: $(cat err info)"
grep -q 'go2 (robot)' info || fail "the rollout is no Go2: $(cat info)"
grep -q 'amp-play' info || fail "the rollout has no history"
"$train" --arg_file tiny.txt --mode test --test_episodes 2 >result.txt 2>err || fail "test of nothing: $(cat err)"
grep -q 'untrained' err || fail "no word about the missing model"
grep -q 'Episodes: 4' result.txt || fail "not one episode an environment: $(cat result.txt)"

# rollouts to look at: BVH, pages, films; with a policy and without
expect 0 "rollout.bvh, 16 frames" "$train" --mode test --model_file one --test_episodes 1 --export_bvh bvh
for f in rollout reference; do
  "$bin/motion-info" bvh/$f.bvh >info 2>&1 || fail "$f.bvh: $(cat info)"
  grep -q '16' info || fail "$f.bvh has not 16 frames: $(cat info)"
done
expect 0 "actions are zero" "$train" --arg_file tiny.txt --mode visualize --export_bvh zero
cmp -s bvh/rollout.bvh zero/rollout.bvh && fail "zero actions move as the policy does"
# to look at an environment takes no agent; to train or test one does
go2=(--env_config data/envs/quick_go2_env.yaml --set env.episode_length=0.5 --set env.reference_table=64)
expect 0 "actions are zero" "$train" "${go2[@]}" --mode visualize --export_bvh nobody
cmp -s zero/rollout.bvh nobody/rollout.bvh || fail "zero actions depend on the agent's file"
expect 2 "--agent_config is missing" "$train" "${go2[@]}" --out_dir a
expect 2 "--agent_config is missing" "$train" "${go2[@]}" --mode test
expect 2 "--window writes nothing" "$bin/amp-play" one --window -o x.h5
# without a display, or in a build without GLFW
expect 4 "window" env -u DISPLAY -u WAYLAND_DISPLAY "$bin/amp-play" one --window
expect 4 "window" env -u DISPLAY -u WAYLAND_DISPLAY "$train" --arg_file tiny.txt --mode visualize
expect 4 "window" env -u DISPLAY -u WAYLAND_DISPLAY "$train" --arg_file tiny.txt --mode test --visualize true
expect 2 "follows no velocity" "$bin/amp-play" one --command 1,0,0 -o x.h5
expect 2 "expected vx,vy,wz" "$bin/amp-play" one --command 1,,0 -o x.h5
expect 2 "expected vx,vy,wz" "$bin/amp-play" one --command 1,0,0,0 -o x.h5
expect 2 "is no film" "$bin/amp-play" one --video x.avi
# a velocity is held by a policy that steers
"$train" --arg_file tiny.txt --env_config data/envs/amp_steering_humanoid_env.yaml --set env.reference_table=0 \
  --max_samples 16 --out_dir steer >out 2>err || fail "steering: $(cat err)"
"$bin/amp-play" steer --command 1,0,0.5 -o ahead.csv 2>err || fail "--command: $(cat err)"
"$bin/amp-play" steer --command -1,0,0.5 -o back.csv 2>err || fail "--command: $(cat err)"
cmp -s ahead.csv back.csv && fail "--command changes nothing"
if [ -e /usr/share/javascript/three/three.min.js ]; then
  "$bin/amp-play" one -n 0.2 --video play.html >out 2>err || fail "a page of a rollout: $(cat err)"
  grep -q '"reference"' play.html || fail "no reference in play.html"
  [ ! -s out ] || fail "--video alone wrote a clip"
fi
if type -P ffmpeg >/dev/null && "$bin/motion-view" "$data/clips/walk.bvh" -n 1 --size 64x64 -o probe.png 2>/dev/null; then
  expect 0 "film.mp4: 0.5 s" "$train" --mode visualize --model_file one --video film.mp4
  frames=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 film.mp4)
  [ "$frames" = 16 ] || fail "film.mp4 has $frames pictures instead of 16"
  expect 0 "rollout.mp4" "$train" --arg_file tiny.txt --mode visualize --capture_video true --out_dir filmed
  [ -s filmed/rollout.mp4 ] || fail "no film in the run's folder"
else
  echo 'skipped: no films'
fi
expect 3 "holds neither" "$bin/amp-play" full -o x.h5
expect 3 "not a checkpoint" "$bin/amp-play" tiny.txt -o x.h5
[ ! -e x.h5 ] || fail "a failed rollout left a file"
exit $bad

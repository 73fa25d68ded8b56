#!/usr/bin/env bash
# amp-judge as a process: a shipped policy, equal figures twice, the best of a run, and runs that are none.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
judge=$bin/amp-judge

expect 2 "name a run folder" "$judge"
expect 3 "none: does not exist" "$judge" none
expect 3 "did you mean 'go2_pace'?" "$judge" go2_pase
mkdir empty && expect 3 "empty" "$judge" empty
expect 3 "empty: holds no checkpoint" "$judge" --best empty
mkdir damaged && head -c 300 "$data/policies/go2_pace/best.safetensors" >damaged/best.safetensors
expect 3 "best.safetensors" "$judge" damaged
expect 2 "--episodes 0" "$judge" --episodes 0 "$data/policies/go2_pace"

"$judge" --episodes 4 --json "$data/policies/go2_pace" >first.json || fail "a shipped policy is not judged"
"$judge" --episodes 4 --json --workers 2 "$data/policies/go2_pace" >second.json
cmp -s first.json second.json || fail "the same seed gives other figures"
python3 - first.json <<'PY' || fail "figures of a pacing Go2"
import json, sys
(j,) = json.load(open(sys.argv[1]))
assert j["episodes"] == 4 and j["falls"] == 0 and j["length_ratio"] > 0.99, j
assert j["pose_error"] < 0.04 and abs(j["speed"] - j["clip_speed"]) < 0.15 * j["clip_speed"], j
assert 0.5 < j["cost_of_transport"] < 5 and len(j["motors"]) == 12, j
assert all(0 < m["peak"] <= m["limit"] and 0 <= m["at_limit"] < 1 for m in j["motors"]), j
assert j["best"] and 0.5 < j["score"] <= 1, j
PY

# a shipped policy by its name, from a folder that holds nothing: below MOTUS_DATA, or what is installed beside the program
mkdir -p nowhere prefix/bin prefix/share && cp "$bin"/amp-{judge,play,report,train} prefix/bin && ln -s "$data" prefix/share/motus
for name in go2_pace policies/go2_pace data/policies/go2_pace data/policies/go2_pace/best.safetensors; do
  (cd nowhere && "$judge" --episodes 4 --json $name) >named.json 2>err || fail "$name: $(cat err)"
  cmp -s first.json named.json || fail "$name is not the shipped policy"
done
cd nowhere || exit 1
env -u MOTUS_DATA ../prefix/bin/amp-judge --episodes 4 --json go2_pace >../named.json 2>../err || fail "installed: $(cat ../err)"
sed 's#"checkpoint": .*/policies#"checkpoint": "/policies#' ../first.json ../named.json | grep -c '"checkpoint": "/policies' | grep -qx 2 || fail "no checkpoint named"
cmp -s <(grep -v '"checkpoint"' ../first.json) <(grep -v '"checkpoint"' ../named.json) || fail "the installed policy is another"
env -u MOTUS_DATA ../prefix/bin/amp-play go2_pace -n 0.2 -o ../play.csv 2>../err || fail "amp-play go2_pace: $(cat ../err)"
env -u MOTUS_DATA ../prefix/bin/amp-report --episodes 1 pace=go2_pace -o ../pace.html 2>../err || fail "amp-report go2_pace: $(cat ../err)"
env -u MOTUS_DATA ../prefix/bin/amp-train --mode test --model_file go2_pace --num_envs 2 --test_episodes 2 >../out 2>../err ||
  fail "--model_file go2_pace: $(cat ../err)"
# what lies here comes first
mkdir go2_pace
expect 3 "go2_pace: holds neither" "$bin/amp-play" go2_pace -o x.csv
rmdir go2_pace
[ -z "$(ls)" ] || fail "something was written beside what was asked for: $(ls)"
cd "$work" || exit 1

# what it withstands, the same twice
"$judge" --robustness --episodes 2 --json "$data/policies/go2_pace" >first.json || fail "no robustness"
"$judge" --robustness --episodes 2 --json --workers 1 "$data/policies/go2_pace" >second.json
cmp -s first.json second.json || fail "the same seed gives another robustness"
python3 - first.json <<'PY' || fail "rows of robustness"
import json, sys
(j,) = json.load(open(sys.argv[1]))
rows = {r["world"]: r for r in j["robustness"]}
assert len(rows) == 9 and all(r["episodes"] == 2 for r in rows.values()), rows
calm, pushed = rows["undisturbed"], rows["pushes of 1 m/s every 2 s"]
assert calm["survived"] == 1 and abs(calm["speed"] - j["speed"]) < 1e-9, (calm, j["speed"])
assert pushed["length_ratio"] < calm["length_ratio"], pushed
assert all(rows[w]["speed"] != calm["speed"] for w in rows if w != "undisturbed"), rows
PY
"$judge" --robustness --episodes 1 "$data/policies/go2_pace" >out || fail "robustness in words"
grep -q "friction 0.4  *[0-9]* %  *[0-9]* %  *[0-9.]* m/s" out || fail "no row of friction: $(cat out)"

# a run whose last checkpoint has lost what an earlier one knew: the earlier one is the best; its log was cut
# while a row was written
mkdir -p run/int_models
cp "$data/policies/go2_pace/best.safetensors" run/int_models/model_0000000100.safetensors
python3 - run <<'PY'
import json, struct, sys
run = sys.argv[1]
b = open(f"{run}/int_models/model_0000000100.safetensors", "rb").read()
n = struct.unpack("<Q", b[:8])[0]
head = json.loads(b[8 : 8 + n])
data = bytearray(b[8 + n :])
for name, a in head.items():  # the actor forgets
    if "_mean_net" in name:
        lo, hi = a["data_offsets"]
        data[lo:hi] = bytes(hi - lo)
open(f"{run}/model.safetensors", "wb").write(b[: 8 + n] + data)
open(f"{run}/log.txt", "w").write("Iteration  Samples  Disc_Agent_Logit  Disc_Reward_Mean\r0 100 -6 0.01\r1 200 -6.5 0.")
PY
expect 0 "row 2 is cut short" "$judge" --best --episodes 4 run
grep -qF "the discriminator wins" out || fail "a saturated discriminator is not named"
grep -qF "model_0000000100.safetensors" out || fail "no name of the best"
expect 0 "" "$judge" --best --episodes 4 --json run
python3 - out <<'PY' || fail "the best checkpoint"
import json, sys
a, b = json.load(open(sys.argv[1]))
assert a["best"] and not b["best"] and a["score"] > 2 * b["score"], (a["score"], b["score"])
assert "model_0000000100" in a["checkpoint"], a
PY

# checkpoints of two robots in one folder
cp "$data/policies/g1_walk/best.safetensors" run/int_models/model_0000000200.safetensors
expect 3 "judge checkpoints of one run" "$judge" --best --episodes 2 run
exit $bad

#!/usr/bin/env bash
# motion-diff and motion-merge as processes: verdicts, tolerances, lists, weights, what is refused.
# shellcheck source=tests/cli/expect.sh
source "$(cd "$(dirname "$0")" && pwd)/expect.sh"
diff=$bin/motion-diff merge=$bin/motion-merge
clips=$data/clips
runs() { "$@" >out 2>err </dev/null || fail "exit $?: $* ($(head -c 300 out) $(head -c 300 err))"; }
differs() {
  "$@" >out 2>err </dev/null
  [ $? -eq 1 ] || fail "not exit 1: $* ($(head -c 300 out) $(head -c 300 err))"
}
says() { grep -qF -- "$1" out || fail "no '$1' in: $(head -c 300 out)"; }

# usage and bad input
expect 2 "expected two motions" "$diff" "$clips/walk.bvh"
expect 2 "--tolerance is 'much'" "$diff" "$clips/walk.bvh" "$clips/walk.bvh" --tolerance much
expect 2 "expected time or dtw" "$diff" "$clips/walk.bvh" "$clips/walk.bvh" --align phase
expect 3 "nothing to compare" "$diff" "$clips/walk.bvh" "$clips/go2_pace.h5"

# the same, within a tolerance, beyond it
runs "$diff" "$clips/walk.bvh" "$clips/walk.bvh"
says "the same within the tolerance"
"$bin/motion-edit" "$clips/walk.bvh" --translate 0,0.01,0 -o shifted.h5 || fail "a shift"
runs "$diff" "$clips/walk.bvh" shifted.h5 --tolerance 11mm
runs "$diff" "$clips/walk.bvh" shifted.h5 --root
differs "$diff" "$clips/walk.bvh" shifted.h5
says "worst 0.01 m"
differs "$diff" "$clips/walk.bvh" shifted.h5 --tolerance 9mm,1deg
"$bin/motion-edit" "$clips/walk.bvh" --cut 0:100 -o part.h5 || fail "a part"
differs "$diff" "$clips/walk.bvh" part.h5
says "the first 100 compared"

# figure against robot: by roles, and warped
differs "$diff" "$clips/walk.bvh" "$clips/g1_walk.h5" --root --align dtw --json
python3 -c "import json; d=json.load(open('out'))['clips'][0]; assert len(d['positions']) >= 10 and any('by role' in n for n in d['notes']) and d['position_m']['mean'] < 0.5" || fail "walk against its retargeted self"

# merge: names, weights, lists in and out
runs "$merge" "$clips/go2_pace.h5" "$clips/go2_trot.h5" "$clips/go2_pace.h5" --weight go2_trot=3 -o go2.h5
"$bin/motion-info" --json go2.h5 >info.json
python3 - <<'PY' || fail "names and weights of a merge"
import json
clips = json.load(open("info.json"))["files"][0]["clips"]
assert [c["name"] for c in clips] == ["go2_pace", "go2_trot", "go2_pace_2"], [c["name"] for c in clips]
assert [c["weight"] for c in clips] == [1, 3, 1]
assert all(c["history"][-1].startswith("motion-merge") for c in clips)
PY
runs "$merge" "$clips/go2_pace.h5" "$clips/go2_trot.h5" --weight go2_trot.h5=2.5 -o go2.yaml
grep -qF "weight: 2.5" go2.yaml || fail "the list: $(cat go2.yaml)"
runs "$merge" go2.yaml -o from_list.h5
runs "$merge" "$clips/go2_pace.h5" "$clips/go2_trot.h5" --weight go2_trot=2.5 -o from_files.h5
runs "$diff" from_list.h5 from_files.h5
runs "$bin/motion-check" from_list.h5
mkdir -p folder && cp "$clips/go2_pace.h5" folder/own.h5
printf 'motions:\n  - {file: own.h5, weight: 1}\n' >folder/list.yaml
runs "$merge" folder/list.yaml -o beside.h5
expect 2 "did you mean 'go2_trot'" "$merge" "$clips/go2_pace.h5" "$clips/go2_trot.h5" --weight go2_tort=2 -o x.h5
expect 2 "all weights are 0" "$merge" "$clips/go2_pace.h5" --weight go2_pace=0 -o x.h5
expect 2 "--weight is 'heavy'" "$merge" "$clips/go2_pace.h5" --weight heavy -o x.h5
expect 3 "body 0 is 'pelvis', expected 'base'" "$merge" "$clips/go2_pace.h5" "$clips/g1_walk.h5" -o x.h5
printf 'motions:\n  - {file: nowhere.pkl, weight: 1}\n' >bad.yaml
expect 3 "bad.yaml:2: nowhere.pkl" "$merge" bad.yaml -o x.h5
[ ! -e x.h5 ] || fail "a failed merge left a file"

# the examples of the help run as printed
for program in motion-diff motion-merge; do
  "$bin/$program" --help | sed -n '/^Examples:/,/^$/p' | grep motion- >examples
  [ -s examples ] || fail "examples of $program"
  while IFS= read -r line; do
    PATH=$bin:$PATH bash -o pipefail -c "$line" >out 2>err </dev/null || fail "example: $line ($(head -c 300 err))"
  done <examples
done
exit $bad

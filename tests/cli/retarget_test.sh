#!/usr/bin/env bash
# motion-retarget's schemes and reports as a user meets them.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"

walk=$data/clips/walk.bvh
retarget() {
  "$bin/motion-retarget" "$@" </dev/null || fail "exit $?: motion-retarget $*"
}
python3 "$data/../scripts/clips/stress.py" stress || fail "the hard clips could not be written"
for clip in stress/*.bvh; do
  retarget "$clip" --to g1 -o out.h5
done
[ "$(find stress -name '*.bvh' | wc -l)" -eq 7 ] || fail "expected seven hard clips"

# the report as JSON: an object a clip, with grade, metrics, mapping and stages
retarget "$walk" --to g1 --report walk.json -o walk.h5
python3 - <<'PY' || fail "walk.json is not what it should be"
import json
(r,) = json.load(open('walk.json'))
assert r['grade'] in ('pass', 'warn', 'reject') and r['robot'] == 'g1'
assert r['metrics']['limit_outside_share'] == 0 and r['metrics']['slide_m_s'] < 0.01
assert {'role': 'left_foot', 'source': 'LeftFoot', 'robot': 'left_ankle_roll_link'}.items() <= \
    next(m for m in r['mapping'] if m['role'] == 'left_foot').items()
assert all(s['ms'] >= 0 for s in r['stages']) and len(r['stages']) > 2
PY

# the report as a page: one file, offline, small
retarget stress/jump.bvh --to g1 --report page.html -o page.h5
grep -q '</html>' page.html || fail "page.html is not whole"
grep -qE 'https?://|src=' page.html && fail "page.html asks for more files"
[ "$(wc -c <page.html)" -lt 2000000 ] || fail "page.html is larger than 2 MB"
expect 2 "expected a name that ends in .html or .json" "$bin/motion-retarget" "$walk" --to g1 --report x.txt -o y.h5
[ ! -e y.h5 ] || fail "a refused run wrote its clip"
[ ! -e x.txt ] || fail "a refused run wrote its report"

# the file remembers how it was made
"$bin/motion-info" --json walk.h5 >info.json || fail "motion-info walk.h5"
grep -q 'motion-retarget --to g1' info.json || fail "no history in walk.h5"

# the baseline: a robot with tables, a robot without
expect 0 "scheme" "$bin/motion-retarget" "$walk" --to g1 --scheme gmr --explain -o gmr.h5
expect 3 "no published tables for 'humanoid'" "$bin/motion-retarget" "$walk" --to humanoid --scheme gmr -o no.h5
expect 2 "expected motus or gmr" "$bin/motion-retarget" "$walk" --to g1 --scheme best -o no.h5
[ ! -e no.h5 ] || fail "a refused run wrote a file"

# input that cannot be: one clear line each, and no file
cat >brick.xml <<'XML'
<mujoco model="brick"><worldbody><body name="brick"><freejoint/><geom type="box" size=".1 .1 .1"/></body></worldbody></mujoco>
XML
expect 3 "robot 'brick': its model has no joints" "$bin/motion-retarget" "$walk" --to brick.xml -o no.h5
printf 'pelvis: [Hips\n' >broken.yaml
expect 2 "broken.yaml:2:" "$bin/motion-retarget" "$walk" --to g1 --map broken.yaml -o no.h5
expect 2 "none.yaml: cannot be opened" "$bin/motion-retarget" "$walk" --to g1 --map none.yaml -o no.h5
printf '\0\1\377' >binary.yaml
expect 2 "binary.yaml: expected keys and values" "$bin/motion-retarget" "$walk" --to g1 --map binary.yaml -o no.h5
awk '/^Frame Time/ { data = NR } data && NR == data + 10 { $8 = "nan" } { print }' "$walk" >nan.bvh
expect 3 "nan.bvh: frame 9:" "$bin/motion-retarget" nan.bvh --to g1 -o no.h5
[ ! -e no.h5 ] || fail "a refused run wrote a file"
awk '/^Frames:/ { $0 = "Frames: 1" } /^Frame Time/ { data = NR } !data || NR <= data + 1 { print }' "$walk" >one.bvh
retarget one.bvh --to g1 -o one.h5

# quadrupeds and people of balls go by formulas, others by the sweep; all robots are listed
retarget "$data/clips/go2_trot.h5" --to a1 --explain -o a1.h5 2>a1.txt
grep -q 'stage formulas' a1.txt || fail "no formulas for the A1"
retarget "$walk" --to g1_23dof --explain -o g1_23dof.h5 2>held.txt
grep -q 'stage sweep' held.txt || fail "no sweep for the G1"
"$bin/motion-check" g1_23dof.h5 --robot g1_23dof >/dev/null || fail "motion-check finds fault with g1_23dof"
retarget --list-robots >robots.txt
grep -q '^g1_23dof ' robots.txt || fail "g1_23dof is not listed"

# what is authored is fit for the G1: motion-check finds nothing in full quality, straight from the pipe
authored=0
for clip in "$data"/clips/humanoid_*.h5 "$walk"; do
  "$bin/motion-retarget" -q --to g1 "$clip" | "$bin/motion-check" --robot g1 >fit.txt ||
    fail "$(basename "$clip") on the G1: $(head -c 300 fit.txt)"
  authored=$((authored + 1))
done
[ $authored -eq 8 ] || fail "expected eight authored clips, found $authored"

exit $bad

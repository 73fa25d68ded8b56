#!/usr/bin/env bash
# Robots that a user brings: a model file alone is enough, what was guessed can be edited, damage is named in a line.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$(dirname "$0")/expect.sh"
export PATH=$bin:$PATH
well() { "$@" >"$work/out" 2>"$work/err" </dev/null || fail "$* ($(head -c 300 "$work/err"))"; }
walk=$data/clips/walk.bvh pace=$data/clips/go2_pace.h5
python3 "$here/make_robots.py" . || fail "make_robots.py"

expect 0 "a biped, its parts found by name and shape" motion-retarget "$walk" --to biped.urdf --write-robot tin -o walk.h5
well motion-check walk.h5 --robot tin/
mkdir dog
expect 0 "a quadruped" motion-retarget "$pace" --to quad.xml --write-robot dog/robot.yaml -o pace.h5
well motion-check pace.h5 --robot dog/
grep -q '^  left_lower_leg: "m4"' tin/robot.yaml || fail "the biped's left knee is not m4"
grep -q '^  front_left_calf: "p1c"' dog/robot.yaml || fail "the quadruped's front left calf is not p1c"

# The file written is the robot: the same bytes come out; edited, it wins.
well motion-retarget "$walk" --to tin/ -o again.h5
well motion-info --json again.h5
grep -q tin_man "$work/out" || fail "--to FOLDER is not that robot"
python3 - <<'PY' || fail "make the edit"
text = open("tin/robot.yaml").read()
left, right = '  left_hand: "m16"', '  right_hand: "m20"'
assert left in text and right in text
open("tin/robot.yaml", "w").write(text.replace("title: \"tin_man\"", "title: \"Tin man\"").replace(left, '  left_hand: "m99"'))
PY
expect 2 "m99" motion-retarget "$walk" --to tin/ -o never.h5

# A human does not walk on four legs unless a map says how.
expect 3 "four" motion-retarget "$walk" --to quad.xml -o never.h5
printf 'trunk: Hips\n' >four.yaml
well motion-retarget "$walk" --to quad.xml --map four.yaml -o crawl.h5

# Damage and bad intentions: one line each, and no file.
printf '<robot name="x"><link name="a"/>' >cut.urdf
printf '<mujoco><worldbody><body name="a"><freejoint/><geom size="0.1"/></body></worldbody></mujoco>' >stone.xml
printf '<mujoco><include file="../secret.xml"/></mujoco>' >up.xml
printf '<mujoco><include file="loop.xml"/></mujoco>' >loop.xml
printf '<mujoco><worldbody><body name="a"><freejoint/><geom size="0.1"/><body name="b" pos="0 0 1"><joint axis="0 1 0"/><geom size="0.1"/></body></body></worldbody></mujoco>' >snake.xml
head -c 2000 /dev/urandom >noise.xml
sed 's|<mujoco|<!-- <include file="../gone.xml"/> --><mujoco|' quad.xml >comment.xml
well motion-retarget "$pace" --to comment.xml -o comment.h5
expect 3 "cut.urdf" motion-retarget "$walk" --to cut.urdf -o never.h5
expect 3 "no joints" motion-retarget "$walk" --to stone.xml -o never.h5
expect 3 "only files of its own folder" motion-retarget "$walk" --to up.xml -o never.h5
expect 3 "included twice" motion-retarget "$walk" --to loop.xml -o never.h5
expect 3 "no body found for" motion-retarget "$walk" --to snake.xml -o never.h5
expect 3 "noise.xml" motion-retarget "$walk" --to noise.xml -o never.h5
expect 2 "robot.yaml" motion-retarget "$walk" --to ./ -o never.h5
[ ! -e never.h5 ] || fail "a refused robot left a file"

# Sources that cannot be: not a number, no frames, legs of no length, no legs; one frame is enough.
head_of() { sed '/^MOTION/,$d' "$walk"; }
numbers=$(awk '/^Frame Time/ {getline; print; exit}' "$walk")
one() { head_of && printf 'MOTION\nFrames: %s\nFrame Time: 0.0333333\n%s\n' "$1" "$2"; }
one 1 "$numbers" >one.bvh
one 0 "" >none.bvh
one 1 "nan ${numbers#* }" >nan.bvh
awk '/JOINT LeftLeg/ {hit=1} hit && /OFFSET/ {print "OFFSET 0 0 0"; hit=0; next} {print}' one.bvh >flat.bvh
sed 's/UpLeg/Xa/; s/Leg/Xb/; s/Foot/Xc/; s/ToeBase/Xd/' one.bvh >renamed.bvh
printf 'HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation\nJOINT b\n{\nOFFSET 0 10 0\nCHANNELS 3 Zrotation Yrotation Xrotation\nEnd Site\n{\nOFFSET 0 10 0\n}\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.03\n0 0 0 0 0 0 0 0 0\n' >worm.bvh
well motion-retarget one.bvh --to g1 -o one.h5
expect 3 "none.bvh" motion-retarget none.bvh --to g1 -o never.h5
expect 3 "nan.bvh" motion-retarget nan.bvh --to g1 -o never.h5
expect 3 "no length" motion-retarget flat.bvh --to g1 -o never.h5
expect 3 "no two chains" motion-retarget worm.bvh --to g1 -o never.h5
well motion-retarget renamed.bvh --to g1 --explain -o renamed.h5
grep -q 'left_foot  *LeftXc .* by shape' "$work/err" || fail "renamed legs are not found by shape"

# Maps: unreadable, unknown roles and bodies; the template is a map.
printf 'left_foot: [\n' >broken.yaml
printf 'left_fot: LeftFoot\n' >role.yaml
printf 'left_foot: LeftFott\n' >body.yaml
expect 2 "broken.yaml" motion-retarget "$walk" --to g1 --map broken.yaml -o never.h5
expect 2 "left_foot" motion-retarget "$walk" --to g1 --map role.yaml -o never.h5
expect 2 "LeftFoot" motion-retarget "$walk" --to g1 --map body.yaml -o never.h5
well motion-retarget "$walk" --map-template map.yaml
well motion-retarget "$walk" --to g1 --map map.yaml -o a.h5
well motion-retarget "$walk" --to g1 -o b.h5
well motion-retarget "$walk" --map-picture map.svg
grep -q '</svg>' map.svg || fail "--map-picture draws no SVG"
for rest in bind first; do well motion-retarget "$walk" --to g1 --rest "$rest" -o rest.h5; done
expect 2 "t-pose" motion-retarget "$walk" --to g1 --rest tpose -o never.h5
expect 2 "peng" motion-retarget "$pace" --to a1 --dog pang -o never.h5
well motion-retarget "$pace" --to a1 --dog peng -o peng.h5
well motion-retarget --list-robots
grep -q '^g1 .*biped' "$work/out" || fail "--list-robots does not list g1"
exit $bad

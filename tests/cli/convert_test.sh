#!/usr/bin/env bash
# motion-convert, motion-info and bvh-export as processes: pipes, exit codes, bad input, and nothing
# left behind by a failure.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
left_alone() { [ "$(ls -A)" = "$1" ] || fail "left behind: $(ls -A)"; }

mkdir in && cd in || exit 1
cat >walk.bvh <<'BVH'
HIERARCHY
ROOT Hips
{
  OFFSET 0 90 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Head
  {
    OFFSET 0 80 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 20 0
    }
  }
}
MOTION
Frames: 3
Frame Time: .0083333
0 90 0 10 20 30 40 50 60
1 90 2 11 21 31 41 51 61
2 90 4 12 22 32 42 52 62
BVH
all=$(ls -A)

# what a user does
"$bin/motion-convert" walk.bvh -o "$work/walk.h5" || fail 'bvh to h5'
"$bin/motion-convert" bvh2h5 <walk.bvh >"$work/piped.h5" || fail 'bvh2h5 in a pipe'
"$bin/motion-convert" walk.bvh | "$bin/motion-convert" h52bvh | "$bin/motion-info" >"$work/info" || fail 'three stages'
grep -q '3 at 120 fps' "$work/info" || fail "info: $(cat "$work/info")"
"$bin/motion-info" --json "$work/walk.h5" | python3 -c '
import json, sys
clip = json.load(sys.stdin)["files"][0]["clips"][0]
assert clip["frames"] == 3 and clip["fps"] == 120 and clip["source"]["format"] == "bvh", clip
assert [b["name"] for b in clip["skeleton"]["bodies"]] == ["Hips", "Head"], clip' || fail 'info --json'
"$bin/motion-info" --tree walk.bvh | grep -q '    Head  (0 0 0.8)' || fail 'info --tree'
"$bin/bvh-export" "$work/walk.h5" -o "$work/back.bvh" || fail 'bvh-export'
grep -q 'CHANNELS 3 Zrotation Xrotation Yrotation' "$work/back.bvh" || fail 'raw keeps the channels'
grep -q '^Frame Time: .0083333$' "$work/back.bvh" || fail 'raw keeps the frame time'
"$bin/bvh-export" --preset blender walk.bvh | grep -q 'OFFSET 0 0.8 0' || fail 'blender counts metres'
"$bin/motion-convert" walk.bvh walk.bvh -z -o "$work/two.h5" || fail 'two clips'
"$bin/motion-info" "$work/two.h5" | grep -c '^walk$' | grep -qx 2 || fail 'two clips in one file'
"$bin/motion-convert" walk.bvh walk.bvh --to bvh -j 2 -o "$work/folder/" || fail 'to a folder'
[ -f "$work/folder/walk_2.bvh" ] || fail 'two files of one name in a folder'
"$bin/motion-convert" walk.bvh -o "$work/again.h5" || fail 'once more'
cmp "$work/walk.h5" "$work/again.h5" || fail 'not the same bytes twice'
"$bin/motion-convert" --formats | grep -q '^bvh .*read, write' || fail '--formats'
"$bin/motion-convert" --formats --json | python3 -c '
import json, sys
rows = {r["name"]: r for r in json.load(sys.stdin)["formats"]}
assert rows["bvh"] == rows["bvh"] | {"read": True, "write": True, "extensions": ["bvh"]}, rows["bvh"]' || fail '--formats --json'
"$bin/motion-convert" --formats --markdown | cmp - "$data/../docs/formats.md" ||
  fail 'docs/formats.md is stale. Run: build/release/bin/motion-convert --formats --markdown -o docs/formats.md'
left_alone "$all"

# what a user says of a file that settles it itself is told, and stands in the output
"$bin/motion-convert" "$data/clips/go2_trot.h5" -o "$work/trot.pkl" || fail 'h5 to pkl'
expect 0 '--units cm has no effect' "$bin/motion-convert" "$work/trot.pkl" --skeleton go2 --units cm -o "$work/cm.h5"
grep -q -- '--skeleton' "$work/err" && fail "a flag that was heeded is complained of: $(cat "$work/err")"
"$bin/motion-info" --json "$work/cm.h5" | grep -q -- '--units cm has no effect' || fail 'the clip does not say that --units had no effect'
expect 0 '--kind qpos has no effect' "$bin/motion-convert" walk.bvh walk.bvh walk.bvh -j 2 --kind qpos --units cm --up-axis y -o "$work/kinds/"
grep -q -e '--units' -e '--up-axis' "$work/err" && fail "a flag that was heeded is complained of: $(cat "$work/err")"
[ "$(grep -c 'no effect' "$work/err")" -eq 2 ] || fail "three files of one kind: $(cat "$work/err")"
for flag in '--units cm' '--up-axis y' '--quat-order xyzw' '--skeleton g1' '--kind qpos'; do
  # shellcheck disable=SC2086
  expect 0 "walk.h5: $flag has no effect" "$bin/motion-info" "$work/walk.h5" $flag
done
"$bin/motion-convert" -q --units cm <"$work/trot.pkl" | "$bin/motion-info" >/dev/null 2>"$work/err"
[ -s "$work/err" ] && fail "a warning of the stage before is told again: $(cat "$work/err")"
"$bin/motion-check" --robot go2 "$data/clips/go2_trot.h5" >/dev/null 2>"$work/err"
grep -q 'no effect' "$work/err" && fail "--robot is not --skeleton: $(cat "$work/err")"
left_alone "$all"

# bad input
printf '' >empty.bvh
printf 'HIERARCHY\nROOT Hips\n{\n' >cut.bvh
head -c 3000 /dev/urandom >noise.h5
cat "$work/walk.h5" "$work/walk.h5" >glued.h5
head -c 2000 "$work/walk.h5" >cut.h5
printf 'version https://git-lfs.github.com/spec/v1\n' >lfs.npy
expect 3 'No such file' "$bin/motion-convert" none.bvh -o "$work/x.h5"
expect 3 'empty (0 bytes)' "$bin/motion-convert" empty.bvh -o "$work/x.h5"
expect 3 'cut.bvh: line' "$bin/motion-convert" cut.bvh -o "$work/x.h5"
expect 3 'noise.h5: is' "$bin/motion-convert" noise.h5 -o "$work/x.h5"
expect 3 'a second HDF5 file' "$bin/motion-info" glued.h5
expect 3 'cut off' "$bin/motion-info" cut.h5
expect 3 'git-lfs' "$bin/motion-info" lfs.npy
expect 3 'is bvh, not npy' "$bin/motion-convert" -f npy walk.bvh -o "$work/x.h5"
expect 3 'line 1' "$bin/motion-convert" -f bvh lfs.npy -o "$work/x.h5"
mkdir "$work/none"
expect 3 'no motion files in this folder' "$bin/motion-convert" "$work/none" -o "$work/x.h5"
expect 3 'is a folder' "$bin/motion-info" .
expect 3 '<stdin>: empty' "$bin/motion-convert" -o "$work/x.h5"
expect 2 "did you mean 'bvh'" "$bin/motion-convert" walk.bvh --to bvg -o "$work/x.h5"
expect 2 '--units' "$bin/motion-convert" walk.bvh --unitz cm -o "$work/x.h5"
expect 2 'expected wrap or clamp' "$bin/motion-convert" walk.bvh --loop round -o "$work/x.h5"
expect 2 'up-axis' "$bin/motion-convert" walk.bvh --up-axis w -o "$work/x.h5"
expect 2 'units are' "$bin/motion-convert" walk.bvh --units furlong -o "$work/x.h5"
expect 2 'a BVH holds one clip' "$bin/motion-convert" walk.bvh walk.bvh -o "$work/x.bvh"
expect 2 'did you mean' "$bin/bvh-export" walk.bvh --preset blendr -o "$work/x.bvh"
expect 2 'order is' "$bin/bvh-export" walk.bvh --order XYY -o "$work/x.bvh"
expect 1 '1 of 2 converted, 1 failed' "$bin/motion-convert" walk.bvh empty.bvh -o "$work/some/"
[ -f "$work/some/walk.h5" ] || fail 'one bad file of a batch took the good one with it'
[ -e "$work/x.h5" ] || [ -e "$work/x.bvh" ] && fail 'a failure left a file'
[ -z "$(find "$work" -mindepth 1 -name '*tmp*' -print -quit)" ] || fail "a temporary file is left: $(ls "$work")"

# a stage that dies, a disk that is full, a reader that goes away
if "$bin/motion-convert" none.bvh 2>/dev/null | "$bin/motion-info" >/dev/null 2>&1; then
  fail 'a failed first stage went unseen'
fi
head -c 2000 "$work/walk.h5" | "$bin/motion-info" >/dev/null 2>"$work/err"
[ $? -eq 3 ] || fail 'half an h5 in a pipe is not exit 3'
grep -q 'cut off' "$work/err" || fail 'half an h5 in a pipe'
"$bin/motion-convert" walk.bvh >/dev/full 2>/dev/null
[ $? -eq 1 ] || fail '/dev/full is not exit 1'
for _ in $(seq 400); do tail -n 3 walk.bvh; done >rows
(head -n 18 walk.bvh && for _ in $(seq 40); do cat rows; done) >long.bvh 2>/dev/null
("$bin/motion-convert" long.bvh -q; echo $? >"$work/code") | true

grep -qx 141 "$work/code" || fail 'the writer was not stopped: the pipe held all of it?'

[ $bad -eq 0 ] && echo 'all good'
exit $bad

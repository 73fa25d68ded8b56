#!/usr/bin/env bash
# motion-edit as a process: steps in the order written, pipes, what is refused, and mirrors of real robots.
# shellcheck source=tests/cli/expect.sh
source "$(cd "$(dirname "$0")" && pwd)/expect.sh"
edit=$bin/motion-edit
clips=$data/clips
runs() { "$@" >out 2>err </dev/null || fail "exit $?: $* ($(head -c 300 out) $(head -c 300 err))"; }
# fact FILE PYTHON: an expression over c, the first clip of motion-info --json
fact() {
  "$bin/motion-info" --json "$1" >info.json || fail "motion-info $1"
  python3 -c "import json; c=json.load(open('info.json'))['files'][0]['clips'][0]; assert $2, c['history']" ||
    fail "$1: $2"
}

# usage
expect 2 "did you mean '--mirror'" "$edit" --miror "$clips/walk.bvh" -o x.h5
expect 2 "is no range of frames" "$edit" --cut 5 "$clips/walk.bvh" -o x.h5
expect 2 "of clip 'walk', which has 265" "$edit" --cut 900: "$clips/walk.bvh" -o x.h5
expect 2 "expected degrees" "$edit" --heading north "$clips/walk.bvh" -o x.h5
expect 2 "expected metres as X,Y,Z" "$edit" --translate 1,2 "$clips/walk.bvh" -o x.h5
expect 2 "whose size is its own" "$edit" --scale 2 "$clips/go2_pace.h5" -o x.h5
expect 3 "they cannot be joined" "$edit" --append "$clips/go2_pace.h5" "$clips/walk.bvh" -o x.h5
[ ! -e x.h5 ] || fail "a failed edit left a file"

# no step, no change: the source's own bytes come back
runs "$edit" "$clips/walk.bvh" --translate 0,0,0 -o same.bvh
cmp -s <("$bin/motion-convert" "$clips/walk.bvh" --to bvh) same.bvh || fail "an edit by nothing changed the BVH"

# the order of the steps counts
runs "$edit" "$clips/walk.bvh" --cut 60: --fps 30 -o a.h5
runs "$edit" "$clips/walk.bvh" --fps 30 --cut 60: -o b.h5
fact a.h5 "c['frames'] == 103 and c['fps'] == 30 and c['history'][-1] == 'motion-edit --cut 60: --fps 30'"
fact b.h5 "c['frames'] == 73"
runs "$edit" "$clips/walk.bvh" --cut=60: --cut :10 --heading -90 -o c.h5
fact c.h5 "c['frames'] == 10 and c['history'][-1].endswith('--cut 60: --cut :10 --heading -90')"

# a robot mirrored twice is itself; a trot mirrored is the trot half a cycle later (left and right diagonals change)
for robot in go2_trot g1_walk humanoid_spinkick smpl_walk pi_plus_walk; do
  runs "$edit" "$clips/$robot.h5" --mirror --mirror --translate 0,0,0 -t csv -o twice.csv
  "$edit" -q "$clips/$robot.h5" -t csv -o once.csv || fail "csv of $robot"
  cmp -s once.csv twice.csv || fail "$robot mirrored twice is not itself"
  runs "$edit" "$clips/$robot.h5" --mirror -o mirrored.h5
  runs "$bin/motion-check" mirrored.h5
done
runs "$edit" "$clips/walk.bvh" --mirror -o mirrored.h5
runs "$bin/motion-check" mirrored.h5

# join, loop and check in one line
"$edit" "$clips/go2_trot.h5" --mirror | "$edit" --append "$clips/go2_trot.h5" --ground >both.h5 || fail "a pipe"
fact both.h5 "c['frames'] == 49 and len(c['history']) >= 2 and c['loop'] == 'clamp'"
runs "$edit" "$clips/walk.bvh" --cut 0s:1.1s --loop -o cycle.h5
fact cycle.h5 "c['loop'] == 'wrap' and c['frames'] == 67"
runs "$bin/motion-check" cycle.h5

# the examples of the help run as printed
"$edit" --help | sed -n '/^Examples:/,/^$/p' | grep motion- >examples
[ "$(wc -l <examples)" -ge 3 ] || fail "examples in --help"
while IFS= read -r line; do
  PATH=$bin:$PATH bash -o pipefail -c "$line" >out 2>err </dev/null || fail "example: $line ($(head -c 300 err))"
done <examples
exit $bad

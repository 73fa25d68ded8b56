#!/usr/bin/env bash
# motion-check as a process: what it says where, exit codes, pipes; and the recipes of the shipped
# clips make the shipped bytes.
# shellcheck source=tests/cli/expect.sh
here=$(cd "$(dirname "$0")" && pwd)
source "$here/expect.sh"
source=$(cd "$here/../.." && pwd)
# expect CODE STDOUT_WORDS STDERR_WORDS COMMAND...
expect() {
  local code=$1 out=$2 err=$3 got
  shift 3
  "$@" >out 2>err </dev/null
  got=$?
  [ "$got" -eq "$code" ] || fail "exit $got instead of $code: $* ($(head -c 300 err))"
  [ -z "$out" ] || grep -qF -- "$out" out || fail "no '$out' on stdout of: $* ($(head -c 300 out))"
  [ -z "$err" ] || grep -qF -- "$err" err || fail "no '$err' on stderr of: $* ($(head -c 300 err))"
}
check=$bin/motion-check
clips=$data/clips

# bad input and usage
expect 3 "" "nowhere.bvh" "$check" nowhere.bvh
echo "not a motion" >junk.h5
expect 3 "" "junk.h5" "$check" junk.h5
expect 3 "" "expected robot 'g1'" "$check" --robot g1 "$clips/go2_pace.h5"
expect 3 "" "motion-retarget --to g1" "$check" --robot g1 "$clips/walk.bvh"
expect 2 "" "did you mean '--robot'" "$check" --robott g1 "$clips/go2_pace.h5"
expect 2 "" "go3" "$check" --robot go3 "$clips/go2_pace.h5"
expect 2 "" "they need --fix" "$check" "$clips/go2_pace.h5" -o x.h5
expect 2 "" "did you mean 'foot-slide'" "$check" --skip foot-slid "$clips/go2_pace.h5"
expect 2 "" "-o FOLDER/" "$check" --fix "$clips/go2_pace.h5" "$clips/go2_trot.h5" -o x.h5

# clean clips, by name and through a pipe
expect 0 "walk.bvh: clean" "" "$check" "$clips/walk.bvh"
expect 0 "go2_pace.h5: clean" "" "$check" --robot go2 "$clips/go2_pace.h5"
"$bin/motion-convert" "$clips/go2_trot.csv" --skeleton go2 --fps 50 --loop wrap |
  "$check" --robot go2 >out || fail "a clean clip through a pipe: $(cat out)"
grep -qF "<stdin>: clean" out || fail "no verdict on stdout: $(cat out)"

# everything authored is clean
for f in "$clips"/*.h5 "$clips/walk.bvh"; do
  expect 0 ": clean" "" "$check" "$f"
done
expect 0 ": clean" "" "$check" "$clips"/*_locomotion
# and what the policies do, but for how fast a simulated foot swings and how it grips: amp-judge tells that
for f in "$data"/policies/*/rollout.bvh; do
  expect 0 ": clean" "" "$check" --skip joint-jump --skip foot-slide "$f"
done

# a fault: one thigh 2 rad out of place in the fourth frame
awk -F, -v OFS=, 'NR == 5 { $9 += 2 } { print }' "$clips/go2_pace.csv" >bent.csv
expect 1 "joint-jump: FL_thigh, frames 2-3" "" "$check" --robot go2 --fps 50 bent.csv
awk -F, -v OFS=, 'NR > 1 { $3 -= 0.02 } { print }' "$clips/go2_pace.csv" >sunk.csv
expect 1 "floor-penetration: FL_foot, frames 0-14: 20 mm" "" "$check" --robot go2 --fps 50 sunk.csv
expect 1 "frame-rate" "" "$check" --fps 5 "$clips/go2_pace.h5"

# repairs: said, written, clean afterwards; what cannot be repaired is said and exits 1
for file in bent sunk; do
  expect 0 "fixed: $file" "" "$check" --fix --robot go2 --fps 50 $file.csv -o $file.h5
  expect 0 "clean" "" "$check" $file.h5
  "$bin/motion-info" $file.h5 | grep -qF "history   motion-check --fix: " || fail "no history in $file.h5"
done
"$check" --fix --robot go2 --fps 50 bent.csv 2>err | "$check" >out || fail "repair in a pipe: $(cat err out)"
grep -qF "fixed: bent: joint-jump" err || fail "a repair in a pipe is said on stderr: $(cat err)"
expect 1 "(no repair is known)" "" "$check" --fix --fps 5 "$clips/go2_pace.h5" -o slow.h5
expect 0 "clean" "" "$check" --skip frame-rate slow.h5
awk -F, -v OFS=, 'NR == 1 || NR % 2 { print } NR > 1 && NR % 2 { print }' "$clips/go2_pace.csv" >stairs.csv
expect 1 "duplicate-frames" "" "$check" --robot go2 --fps 50 stairs.csv
expect 0 "25 frames a second, not 50" "" "$check" --fix --robot go2 --fps 50 stairs.csv -o stairs.h5

# folders and many files: one that is unreadable is told among the others
mkdir -p many/deep && cp "$clips/go2_pace.h5" many/deep/pace.h5 && cp sunk.h5 many/a.h5 && echo "no motion" >many/notes.md
expect 0 "pace.h5: clean" "" "$check" many
cp junk.h5 many/deep/junk.h5
expect 3 "unreadable:" "" "$check" many
expect 3 "a.h5: clean" "" "$check" many
expect 0 "" "" "$check" --fix sunk.h5 bent.h5 -o fixed/
for file in sunk bent; do [ -s fixed/$file.h5 ] || fail "$file was not repaired into the folder"; done

# every rule is documented
"$check" --list-rules | while read -r rule _; do
  grep -qF "| \`$rule\` |" "$source/docs/motion-check.md" || echo "$rule"
done >undocumented
[ ! -s undocumented ] || fail "not in docs/motion-check.md: $(cat undocumented)"

# for programs
expect 0 "stored-velocity" "" "$check" --list-rules
"$check" --json --robot go2 --fps 50 bent.csv >report.json
[ $? -eq 1 ] || fail "findings must exit 1 with --json too"
if command -v python3 >/dev/null; then
  python3 - report.json <<'PY' || fail "the JSON report"
import json, sys
report = json.load(open(sys.argv[1]))
assert report["clean"] is False
rules = {f["rule"]: f for f in report["files"][0]["findings"]}
assert rules["joint-jump"]["value"] > rules["joint-jump"]["limit"]
assert {"rule", "severity", "clip", "first_frame", "last_frame", "part", "unit"} <= set(rules["joint-jump"])
PY
  for recipe in walk:walk.bvh go2_pace:go2_pace.csv go2_trot:go2_trot.csv; do
    PYTHONDONTWRITEBYTECODE=1 python3 "$source/scripts/clips/${recipe%%:*}.py" made ||
      fail "recipe ${recipe%%:*}"
    cmp -s made "$source/data/clips/${recipe##*:}" || fail "the recipe of ${recipe##*:} makes other bytes"
  done
else
  echo "skipped: no python3 for the JSON report and the recipes of the clips"
fi
exit $bad

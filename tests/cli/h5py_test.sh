#!/usr/bin/env bash
# The motion format as docs/format-h5.md has it, seen by another reader and writer: h5py opens our files, our
# programs open files that h5py wrote by the page, and damaged ones give one line each.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
source "$here/expect.sh"
python=/usr/bin/python3
$python -c 'import h5py, numpy' 2>/dev/null || {
  echo "FAILED: $python has no h5py or numpy. Run: scripts/setup --test"
  exit 1
}

# our files, both containers
for i in $(seq -w 3); do cp "$data/clips/walk.bvh" "walk_$i.bvh"; done
"$bin/motion-convert" walk_*.bvh -q -o ours.h5 || fail 'ours'
"$bin/motion-convert" walk_*.bvh -q --container packed -o packed.h5 || fail 'ours, packed'
"$bin/motion-convert" walk_*.bvh -q -z --container packed -o packed_z.h5 || fail 'ours, packed and compressed'
$python "$here/h5py_read.py" ours.h5 packed.h5 packed_z.h5 || fail 'h5py does not read what the page says'
# a program that reads one and writes the other changes nothing
"$bin/motion-convert" -q packed.h5 --container clips -o unpacked.h5 || fail 'packed to clips'
"$bin/motion-info" --json ours.h5 >a.json
"$bin/motion-info" --json unpacked.h5 >b.json
$python - a.json b.json <<'PY' || fail 'packing loses something'
import json, sys
a, b = (json.load(open(p))["files"][0]["clips"] for p in sys.argv[1:])
for c in a + b:
    c.pop("history")
assert a == b
PY

# theirs, written by the page
mkdir theirs
$python "$here/h5py_write.py" theirs || fail 'h5py cannot write the examples'
[ "$(find theirs -name 'good_*.h5' | wc -l)" -ge 15 ] || fail 'few examples'
for f in theirs/good_*.h5; do
  "$bin/motion-info" "$f" >out 2>err || fail "$f is refused: $(cat err)"
  "$bin/motion-convert" -q "$f" -o again.h5 || fail "$f does not convert"
  grep -q 'frames    20 at 50 fps' out || fail "$f: $(cat out)"
done
"$bin/motion-info" --json theirs/good_full.h5 | $python -c '
import json, sys
c = json.load(sys.stdin)["files"][0]["clips"][0]
assert c["name"] == "wave" and c["loop"] == "wrap" and c["weight"] == 2.5, c
assert c["events"] == [{"label": "clap", "start": 0.1, "end": 0.2}], c["events"]
assert {"contacts", "root_lin_vel", "objects/box/pos"} <= set(c["channels"]), c["channels"]
assert c["channels"]["root_lin_vel"]["components"] == 3, c["channels"]
assert c["source"]["licence"] == "CC0-1.0" and c["source"]["warnings"] == ["none"], c["source"]
' || fail 'good_full.h5 lost something'
for f in theirs/bad_*.h5; do
  [ -f "$f.expect" ] || fail "$f: nothing says what to expect"
  expect 3 "$(cat "$f.expect")" "$bin/motion-info" "$f"
  [ "$(wc -l <"$work/err")" -le 2 ] || fail "$f: more than a line and a hint: $(cat "$work/err")"
done

# damage of every kind in a file that carries no check sum: refused, or read; never a crash, never long
$python "$here/h5py_damage.py" theirs/good_full.h5 "$bin/motion-info" || fail 'damage'
# in one with a check sum
$python "$here/h5py_damage.py" ours.h5 "$bin/motion-info" || fail 'damage, with a check sum'

[ $bad -eq 0 ] && echo 'all good'
exit $bad

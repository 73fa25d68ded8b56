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

exit $bad

#!/usr/bin/env bash
# motion-convert over many files: folders, patterns, names that do not collide, failures that stop nothing, resuming,
# sets that grow, interrupts.
# shellcheck disable=SC2015  # fail() is what runs last, whichever part was false
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
convert=$bin/motion-convert
clips_in() { "$bin/motion-info" --json "$1" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["files"][0]["clips"]))'; }
files_in() { find "$1" -type f -not -name '.*' | sed "s|^$1/||" | sort | tr '\n' ' '; }

# a tree: names that meet, other kinds, a hidden file, one that is broken
mkdir -p in/a in/c/deep in/.hidden
for f in a/b c/b c/deep/d c/deep/e; do cp "$data/clips/walk.bvh" "in/$f.bvh"; done
"$convert" "$data/clips/walk.bvh" -q -o in/a/b.h5 || fail 'one file'
cp in/a/b.bvh in/.hidden/x.bvh
echo 'read me' >in/README
"$convert" in -j 2 -o made/ 2>err || fail "a folder: $(cat err)"
[ "$(files_in made)" = 'a/b_bvh.h5 a/b_h5.h5 c/b.h5 c/deep/d.h5 c/deep/e.h5 ' ] || fail "names: $(files_in made)"
grep -q '^5 of 5 converted$' err || fail "no summary: $(cat err)"
grep -q '^1 files of other kinds left alone$' err || fail "README: $(cat err)"
"$convert" in/a/b.bvh in/c/b.bvh -q -t bvh -o two/ && [ "$(files_in two)" = 'a/b.bvh c/b.bvh ' ] || fail "two: $(files_in two)"
"$convert" 'in/c/deep/?.bvh' -q -o pattern/ && [ "$(files_in pattern)" = 'd.h5 e.h5 ' ] || fail 'a pattern'
expect 3 'nothing matches' "$convert" 'in/*.xyz' -o pattern/
# the output inside the input is not an input
(cd in && "$convert" . -q -o out/ && "$convert" . -q -o out/) && [ "$(find in/out -name '*.h5' | wc -l)" -eq 5 ] || fail 'out in in'
rm -r in/out
# threads change nothing
"$convert" in -q -j 1 -o one_thread/ && diff -r made one_thread >differs || fail "threads: $(cat differs)"

# a failure is one line, and stops nothing
head -c 500 in/a/b.bvh >in/a/cut.bvh
: >in/c/empty.bvh
expect 1 '5 of 7 converted, 2 failed' "$convert" in -j 2 -o some/
[ "$(grep -c 'error: .*\.bvh: ' err)" -eq 2 ] || fail "not a line each: $(cat err)"
[ "$(find some -name '*.h5' | wc -l)" -eq 5 ] || fail 'a failure took others with it'
expect 1 '5 of 7 converted, 2 failed' "$convert" in -o set.h5
[ "$(clips_in set.h5)" -eq 5 ] || fail 'a failure took clips of a set with it'
rm in/a/cut.bvh in/c/empty.bvh

# resuming: what is up to date stays; a changed input, a lost output and other options do not
"$convert" in -o resumed/ 2>/dev/null || fail 'before resuming'
touch -d '2001-01-01' resumed/c/b.h5
"$convert" in --resume -o resumed/ 2>err && grep -q '0 of 5 converted, 5 skipped: up to date' err || fail "resume: $(cat err)"
[ "$(stat -c %Y resumed/c/b.h5)" -lt 1000000000 ] || fail 'an output that was up to date was written'
sed -i 's/^Frame Time:.*/Frame Time: 0.02/' in/c/b.bvh
rm resumed/c/deep/d.h5
"$convert" in --resume -o resumed/ 2>err && grep -q '2 of 5 converted, 3 skipped' err || fail "resume after changes: $(cat err)"
"$convert" in --resume --loop wrap -o resumed/ 2>err && grep -q '^5 of 5 converted$' err || fail "resume with other options: $(cat err)"
echo '{"stem": "c/b", "sha' >>resumed/.motion-convert
"$convert" in --resume --loop wrap -o resumed/ 2>err && grep -q '5 skipped' err || fail "half a line of the index: $(cat err)"
expect 2 '--resume needs' "$convert" in --resume -o x.h5

# a guess is told once, with the option that settles it
mkdir csv
for i in $(seq 5); do python3 -c "
for f in range(9): print(','.join(['0.%d' % $i, '0', '0.8', '0', '0', '0', '1'] + ['0'] * 29))" >"csv/$i.csv"; done
"$convert" csv -o csv_out/ 2>err || fail "csv: $(cat err)"
[ "$(grep -c -- '--fps' err)" -eq 2 ] || fail "a guess for each file: $(cat err)"
grep -q '4 files more: as 1.csv: .*--fps' err || fail "how many files the guess holds for: $(cat err)"

# sets
mkdir many
for i in $(seq -w 250); do cp in/a/b.bvh "many/$i.bvh"; done
"$convert" many -q -j 2 -o many.h5 || fail '250 files to a set'
"$convert" many -q -j 1 -o again.h5 && cmp many.h5 again.h5 || fail 'a set depends on the threads'
[ "$(clips_in many.h5)" -eq 250 ] || fail '250 clips'
"$convert" many -q --container clips -o grouped.h5 && [ "$(stat -c %s many.h5)" -lt "$(stat -c %s grouped.h5)" ] ||
  fail 'packing makes it larger'
for f in in/a/b.bvh in/c/b.bvh; do "$convert" "$f" -q --append -o many.h5 || fail 'append'; done
[ "$(clips_in many.h5)" -eq 252 ] || fail 'appended clips'
expect 1 '1 of 2 converted, 1 failed' "$convert" many/001.bvh README -q --append -o many.h5
[ "$(clips_in many.h5)" -eq 253 ] || fail 'append past a failure'
sum=$(sha256sum <many.h5)
expect 1 '0 of 1 converted, 1 failed' "$convert" in/README -q --append -o many.h5
[ "$sum" = "$(sha256sum <many.h5)" ] || fail 'an append that failed changed the set'
"$convert" in/a/b.bvh -q -o grown.h5 && "$convert" in/c/b.bvh -q --append -o grown.h5 && [ "$(clips_in grown.h5)" -eq 2 ] || fail 'append to clips'
expect 2 '--append adds to an h5' "$convert" in/a/b.bvh --append -o x.bvh
expect 2 '--append needs' "$convert" in/a/b.bvh --append
expect 2 '--append needs a file' "$convert" in/a/b.bvh --append -t h5 -o /dev/null
mkfifo pipe
(cat pipe >through.h5) & # what is no file is written to, not replaced
"$convert" many -q -t h5 -o pipe && wait $! && [ -p pipe ] && [ "$(clips_in through.h5)" -eq 250 ] || fail 'a set into a pipe'
rm pipe

# an interrupt leaves whole files only
for signal in INT TERM; do
  rm -rf stopped
  setsid "$convert" many -q -j 2 -o stopped/ &
  pid=$!
  for _ in $(seq 200); do [ "$(find stopped -name '*.h5' 2>/dev/null | wc -l)" -gt 3 ] && break; sleep 0.02; done
  kill -$signal $pid
  wait $pid
  code=$?
  [ $code -gt 128 ] || [ "$(find stopped -name '*.h5' | wc -l)" -eq 250 ] || fail "exit $code after $signal"
  [ -z "$(find stopped -name '*tmp*')" ] || fail "$signal left $(find stopped -name '*tmp*')"
  "$bin/motion-info" stopped/*.h5 >/dev/null || fail "$signal left a file that is not whole"
done
"$convert" many --resume -o stopped/ 2>err && grep -q 'skipped: up to date' err || fail "resume after an interrupt: $(cat err)"
[ "$(find stopped -name '*.h5' | wc -l)" -eq 250 ] || fail 'resume did not finish'

[ $bad -eq 0 ] && echo 'all good'
exit $bad

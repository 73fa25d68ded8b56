#!/usr/bin/env bash
# amp-report as a process: a policy with its film and player, runs of several seeds as bands, other trainers' files,
# and runs that are none. Pages ask nothing of the network.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
report=$bin/amp-report

expect 2 "name a run folder" "$report"
expect 3 "none: does not exist" "$report" none -o x.html
mkdir empty && expect 3 "empty: holds neither log.txt" "$report" empty -o x.html
[ ! -e x.html ] || fail "a page without a run"

offline() { # no address but the names of XML's vocabularies, no element that loads
  ! grep -nE '(src|href)="?(https?:)?//|@import|url\((https?:)?//' "$1" || fail "$1 asks the network"
  [ "$(stat -c %s "$1")" -lt 5000000 ] || fail "$1 is too large"
}

# three seeds of one setting, one of another with another trainer's tags, a row cut short
for s in 0 1 2; do
  mkdir -p runs/bce_seed$s
  { printf 'Iteration Samples Test_Episode_Length Disc_Reward_Mean\r'
    printf '0 1000 %d 2.5\r10 2000000 %d 1.5\r' $((10 + s)) $((200 + 10 * s))
    [ $s -lt 2 ] || printf '20 4000000 2'; } >runs/bce_seed$s/log.txt
done
expect 0 "row 3 is cut short" "$report" runs/bce_seed? theirs=runs/bce_seed0/log.txt -o curves.html
offline curves.html
grep -q '(3 runs)' curves.html || fail "seeds are not grouped"
grep -q 'class="band"' curves.html || fail "no band over seeds"
grep -q '</span> theirs' curves.html || fail "no name of a group"
head -c 40 /dev/urandom >events.out.tfevents.1
expect 3 "is no TensorBoard event file" "$report" events.out.tfevents.1 -o x.html
printf 'Samples\xff' >runs/bce_seed0/log.txt
expect 3 "holds no rows" "$report" runs/bce_seed0 -o x.html

"$report" --episodes 2 --robustness --title 'Go2 <paces>' "$data/policies/go2_pace" -o go2.html 2>err || fail "a shipped policy: $(cat err)"
offline go2.html
grep -q '<h1>Go2 &lt;paces&gt;</h1>' go2.html || fail "the headline is not escaped"
for part in 'Judged' 'Robustness' 'friction 0.4' 'Feet on the floor' 'Style rewards' 'motion_file' 'go2_pace'; do
  grep -q "$part" go2.html || fail "no '$part' in the page"
done
"$report" --episodes 2 --robustness --title 'Go2 <paces>' --workers 2 "$data/policies/go2_pace" >again.html 2>err
cmp -s go2.html again.html || fail "the same seed gives another page"
exit $bad

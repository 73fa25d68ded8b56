# shellcheck shell=bash disable=SC2034
# What the process tests share: a scratch folder to be in, failures counted, exit codes and words expected.
# A test sources this, works in $work (or a folder in it, where nothing of this file appears) and ends with `exit $bad`.
set -uo pipefail
bin=${MOTUS_BIN:?where the programs are} data=${MOTUS_DATA:?the data folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

fail() {
  echo "FAILED: $*"
  bad=1
}
# expect CODE WORDS COMMAND...: the exit code, and words that stderr must hold; leaves $work/out and $work/err
expect() {
  local code=$1 words=$2 got
  shift 2
  "$@" >"$work/out" 2>"$work/err" </dev/null
  got=$?
  [ "$got" -eq "$code" ] || fail "exit $got instead of $code: $* ($(head -c 300 "$work/err"))"
  grep -qF -- "$words" "$work/err" || fail "no '$words' in the words of: $* ($(head -c 300 "$work/err"))"
}

#!/usr/bin/env bash
# Files that attack readers: each ends in an error that names the file, within 2 GB and seconds, and runs nothing.
# shellcheck source=tests/cli/expect.sh
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/expect.sh"
python3 "$here/hostile.py" hostile || fail "the hostile files were not made"
count=0
for file in hostile/*; do
  count=$((count + 1))
  rc=0
  (ulimit -v 2000000; timeout 60 "$bin/motion-info" "$file") >out 2>err || rc=$?
  if [ $rc -ne 3 ] || [ -s out ] || ! grep -q "$(basename "$file")" err || [ "$(wc -l <err)" -gt 2 ]; then
    fail "$file: exit $rc, said: $(head -c 300 err)"
  fi
done
[ ! -e PWNED ] || fail "a pickle ran code"
[ "$count" -gt 50 ] || fail "only $count hostile files were made"
echo "$count hostile files"
exit $bad

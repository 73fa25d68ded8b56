#!/usr/bin/env bash
# Motus against numpy.load on one npz; says so where there is no numpy.
set -euo pipefail
bin=${MOTUS_BIN:?where the programs are}
here=$(dirname "$0")
python=${MOTUS_BENCH_PYTHON:-python3}
if ! "$python" -c 'import numpy' 2>/dev/null; then
  echo "skipped: no numpy in $python (MOTUS_BENCH_PYTHON names another)"
  exit 0
fi
"$python" "$here/npz_bench.py" "$bin/npz_bench"

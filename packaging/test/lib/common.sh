# Sourced by the cases: where things are, and waiting. WORK is the case's own folder.

set -euo pipefail

test=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
packaging=$(dirname "$test")
top=$(dirname "$packaging")
target=$packaging/target
distribution=$target/mesos-shuffle-service
version=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$top/pom.xml")

# The java that built the distribution, also where PATH is another one.
java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}

say() {
  echo "$(date +%T) $*"
}

fail() {
  say "FAILED: $*"
  exit 1
}

# until_true SECONDS COMMAND...: waits until the command succeeds.
until_true() {
  local tenths=$(($1 * 10)) i
  shift
  for ((i = 0; i < tenths; i++)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  fail "not within $((tenths / 10)) s: $*"
}

# Runs Spark's own client of version 3.5.9 against port $1 of 127.0.0.1: it writes the files of an executor of
# application $3 below $2, registers it, fetches all of its blocks and compares them. With a fourth argument
# "again", the executor is expected to be registered and its files to be there: only the fetch is done.
fetch_as_spark() {
  "$java_home/bin/java" -Xmx256m -XX:+UseSerialGC -Djava.io.tmpdir="$WORK" \
    -Dit.target="$target" -Dit.classes="$WORK/spark-classes" -Dit.sources="$packaging/src/spark" -cp "$target/test-classes" \
    dev.mesosshuffle.it.SparkFetchClient "$@"
}

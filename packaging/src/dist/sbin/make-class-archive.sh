#!/bin/sh
#
# Makes an archive of the daemon's loaded classes for the Java that runs it here: a start and the first blocks then take
# less CPU.
# To be run once where the Java is known: after installation, or while an image is built. Nothing depends on it: without
# it, or with another Java, a start merely takes longer.
#
# Environment: as for bin/mesos-shuffle-service; JAVA_HOME above all, and
#   MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE   the file to write, for a distribution that cannot be written to, such as one in
#                                    the state dir; give the daemon the same (default: lib/classes.jsa)

fail() {
  echo "make-class-archive: $1" >&2
  exit 1
}

home=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
archive=${MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE:-$home/lib/classes.jsa}
folder=$(dirname -- "$archive")
new=$folder/.$(basename -- "$archive").new
[ -w "$folder" ] || fail "$folder cannot be written (expected: to be run by who installed the daemon, or another\
 file in MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE)"
work=$(mktemp -d) || fail "no temporary folder could be made"
daemon=
# A daemon that is left ends first: it writes the archive then.
trap '[ -z "$daemon" ] || { kill "$daemon" 2>/dev/null; wait "$daemon"; }; rm -rf -- "$work"; rm -f -- "$new"' EXIT
trap 'exit 1' INT TERM
mkdir "$work/root" && : >"$work/log" || fail "$work could not be filled"

# A start for practice, on ports and in a folder of its own; the JVM writes the archive when it ends.
begin() {
  rm -f -- "$new"
  env -u SPARK_LOCAL_DIRS -u SPARK_CONF_DIR -u SPARK_SHUFFLE_OPTS \
    MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE= \
    SPARK_DAEMON_JAVA_OPTS="\"-XX:ArchiveClassesAtExit=$new\" -Xlog:disable" \
    "$home/bin/mesos-shuffle-service" \
    --conf spark.mesos.shuffle.service.host=127.0.0.1 --conf spark.shuffle.service.port=0 \
    --conf "spark.mesos.shuffle.service.admin.port=$1" \
    --conf "spark.local.dir=$work/root" --conf "spark.mesos.shuffle.service.state.dir=$work/state" >"$work/log" 2>&1 &
  daemon=$!
}
# With the admin server, whose classes a usual start loads too, unless somebody listens on the port that is tried.
begin $((20000 + $$ % 12000))
tries=0
until grep -q 'Listening on' "$work/log"; do
  if ! kill -0 "$daemon" 2>/dev/null; then
    grep -q 'the admin server cannot listen' "$work/log" ||
      fail "the daemon did not start: $(tail -n 1 "$work/log")"
    begin 0
  fi
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || fail "the daemon did not start within a minute"
  sleep 0.1
done

# What a usual day loads, too.
port=$(sed -n 's/.*Listening on .*:\([0-9][0-9]*\).*/\1/p' "$work/log" | head -n 1)
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx32m -XX:TieredStopAtLevel=1 -cp "$home/lib/*" \
  dev.mesosshuffle.training.TrainingClient "$port" "$work/root" >"$work/training" 2>&1 ||
  fail "the daemon did not serve a block: $(head -n 1 "$work/training")"
kill "$daemon"
wait "$daemon" || fail "the daemon did not stop as it should: $(tail -n 1 "$work/log")"
daemon=
[ -s "$new" ] || fail "this Java writes no class archive"

# Only one that works takes its place, in one step, so that no start ever sees a part of it.
MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE=$new SPARK_DAEMON_JAVA_OPTS=-Xshare:on \
  "$home/bin/mesos-shuffle-service" --version >"$work/log" 2>&1 ||
  fail "the new archive does not work: $(tail -n 1 "$work/log")"
chmod 644 "$new" && mv -f -- "$new" "$archive" || fail "$archive could not be written"
echo "Made $archive"

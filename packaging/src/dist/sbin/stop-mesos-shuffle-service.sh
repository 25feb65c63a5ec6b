#!/usr/bin/env bash
#
# Stops the daemon that start-mesos-shuffle-service.sh started, and waits until it has ended. Reads the same environment.

home=${MESOS_SHUFFLE_SERVICE_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")}
. "$home/sbin/mesos-shuffle-service-env.sh" || exit 1

# More than the daemon takes at most: 10 s for what is in flight, then the store.
wait_tenths=300

if ! find_running; then
  # What is in the place of the pid file says nothing about whether a daemon runs.
  check_file "$pid_file" || exit 1
  echo "no $name to stop"
  rm -f -- "$pid_file"
  exit 0
fi
if [ -z "$ours" ]; then
  echo "process $pid is Spark's own $name (expected: mesos-shuffle-service); stop it with Spark's script" >&2
  exit 1
fi

echo "stopping $name"
kill "$pid" || exit 1
for ((i = 0; i < wait_tenths; i++)); do
  if ! kill -0 "$pid" 2> /dev/null; then
    rm -f -- "$pid_file"
    exit 0
  fi
  sleep 0.1
done
echo "$name has not stopped after $((wait_tenths / 10)) s; it is process $pid" >&2
exit 1

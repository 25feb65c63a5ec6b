#!/usr/bin/env bash
#
# Starts the daemon in the background, in the place of Spark's script of this name; what is given on the command line
# goes to the daemon, --conf included.
#
# Environment, beside that of bin/mesos-shuffle-service:
#   SPARK_CONF_DIR        where spark-env.sh and spark-defaults.conf are (default: conf beside sbin)
#   SPARK_LOG_DIR         where the log goes (default: logs beside sbin)
#   SPARK_LOG_MAX_FILES   how many old logs are kept (default 5)
#   SPARK_PID_DIR         where the pid file goes (default /tmp)
#   SPARK_IDENT_STRING    who runs it, a part of both files' names (default $USER)
#   SPARK_NICENESS        scheduling priority (default 0)
#   SPARK_NO_DAEMONIZE    if set, the daemon runs in the foreground and logs to the terminal

home=${MESOS_SHUFFLE_SERVICE_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")}
. "$home/sbin/mesos-shuffle-service-env.sh" || exit 1

daemon=(nice -n "${SPARK_NICENESS:-0}" "$home/bin/mesos-shuffle-service" "$@")

# How long the start is watched; a slower one goes on by itself.
watch_tenths=150

rotate() {
  local keep=${SPARK_LOG_MAX_FILES:-5} i
  case $keep in
    0 | *[!0-9]*)
      echo "Error: SPARK_LOG_MAX_FILES must be a positive number, but got $keep" >&2
      exit 78
      ;;
  esac
  [ -f "$log" ] || return 0
  for ((i = keep; i > 1; i--)); do
    [ ! -f "$log.$((i - 1))" ] || mv -f -- "$log.$((i - 1))" "$log.$i"
  done
  mv -f -- "$log" "$log.1"
}

if find_running; then
  echo "$name running as process $pid.  Stop it first."
  exit 1
fi

if [ -n "${SPARK_NO_DAEMONIZE+set}" ]; then
  mkdir -p -- "$SPARK_PID_DIR" && echo $$ > "$pid_file" || exit 1
  exec "${daemon[@]}"
fi

mkdir -p -- "$SPARK_LOG_DIR" "$SPARK_PID_DIR" || exit 1
rotate
echo "starting $name, logging to $log"
: >> "$log" || exit 1
nohup -- "${daemon[@]}" >> "$log" 2>&1 < /dev/null &
pid=$!
if ! echo "$pid" > "$pid_file"; then
  kill "$pid"
  exit 1
fi

for ((i = 0; i < watch_tenths; i++)); do
  if ! kill -0 "$pid" 2> /dev/null; then
    wait "$pid"
    status=$?
    rm -f -- "$pid_file"
    echo "failed to launch: ${daemon[*]}"
    tail -n 10 -- "$log" | sed 's/^/  /'
    echo "full log in $log"
    # One that ended well (--help, --check-config, or a signal) has not failed, but it does not run either.
    exit "$status"
  fi
  ! grep -q 'Listening on ' "$log" || break
  sleep 0.1
done

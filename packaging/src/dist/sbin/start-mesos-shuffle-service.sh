#!/usr/bin/env bash
#
# Starts the daemon in the background, in the place of Spark's script of this name; what is given on the command line
# goes to the daemon, --conf included.
#
# Environment, beside that of bin/mesos-shuffle-service:
#   SPARK_CONF_DIR        where spark-env.sh and spark-defaults.conf are (default: conf beside sbin)
#   SPARK_LOG_DIR         where the log goes (default: logs beside sbin)
#   SPARK_LOG_MAX_FILES   how many old logs are kept (default 5)
#   SPARK_PID_DIR         where the pid file goes (default: a folder of this user's own in /tmp)
#   SPARK_IDENT_STRING    who runs it, a part of both files' names (default $USER)
#   SPARK_NICENESS        scheduling priority (default 0)
#   SPARK_NO_DAEMONIZE    if set, the daemon runs in the foreground and logs to the terminal

home=${MESOS_SHUFFLE_SERVICE_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")}
. "$home/sbin/mesos-shuffle-service-env.sh" || exit 1

daemon=(nice -n "${SPARK_NICENESS:-0}" "$home/bin/mesos-shuffle-service" "$@")

# The start is watched for 15 s; a slower one continues by itself. It is checked at growing intervals, because with a
# small share of a CPU each check delays what it waits for.
checks=17

# A start that holds the lock watches its daemon for 15 s at most.
lock_seconds=60

old_logs=${SPARK_LOG_MAX_FILES:-5}
case $old_logs in
  0* | *[!0-9]*)
    echo "Error: SPARK_LOG_MAX_FILES must be a positive number, but got $old_logs" >&2
    exit 78
    ;;
esac

rotate() {
  local i
  [ -f "$log" ] || return 0
  for ((i = old_logs; i > 1; i--)); do
    [ ! -f "$log.$((i - 1))" ] || mv -fT -- "$log.$((i - 1))" "$log.$i"
  done
  mv -fT -- "$log" "$log.1"
}

# Of two that are called at the same time, one waits here until the other is done.
create_pid_dir && create "$pid_file" || exit 1
if { exec 9>> "$pid_file"; } 2> /dev/null && command -v flock > /dev/null; then
  # Not every flock can wait for a limited time.
  for ((i = 0; i < lock_seconds; i++)); do
    ! flock -n 9 || break
    sleep 1
  done
  if [ "$i" = "$lock_seconds" ]; then
    echo "$pid_file is locked by another start for more than $lock_seconds s" >&2
    exit 1
  fi
fi

new_pid_file=$pid_file
if find_running; then
  [ "$pid_file" = "$new_pid_file" ] || rm -f -- "$new_pid_file"
  echo "$name running as process $pid.  Stop it first."
  exit 1
fi

if [ -n "${SPARK_NO_DAEMONIZE+set}" ]; then
  echo $$ > "$pid_file" || exit 1
  exec "${daemon[@]}" 9>&-
fi

if ! { mkdir -p -- "$SPARK_LOG_DIR" && check_dir "$SPARK_LOG_DIR"; }; then
  rm -f -- "$pid_file"
  exit 1
fi
rotate
if ! create "$log"; then
  rm -f -- "$pid_file"
  exit 1
fi
echo "starting $name, logging to $log"
nohup -- "${daemon[@]}" >> "$log" 2>&1 < /dev/null 9>&- &
pid=$!
if ! echo "$pid" > "$pid_file"; then
  kill "$pid"
  exit 1
fi

for ((i = 1; i <= checks; i++)); do
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
  sleep "$((i / 10)).$((i % 10))"
done

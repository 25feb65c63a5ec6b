# Sourced by the start and stop scripts: Spark's environment, and the names of the log and pid files.

script=${BASH_SOURCE[1]}

# Where the daemon is: above this script, wherever links lead to it; a copy of the script elsewhere needs the variable.
export MESOS_SHUFFLE_SERVICE_HOME="${MESOS_SHUFFLE_SERVICE_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$script")")")}"

# Where Spark's files are: the folder the script was called in, so that a link in /opt/spark/sbin logs to
# /opt/spark/logs; or beside the daemon.
if [ -z "${SPARK_HOME:-}" ]; then
  SPARK_HOME=$MESOS_SHUFFLE_SERVICE_HOME
  called_in=$(cd -- "$(dirname -- "$script")" && pwd)
  if [ "$(basename -- "$called_in")" = sbin ]; then
    SPARK_HOME=$(dirname -- "$called_in")
  fi
fi
export SPARK_HOME

export SPARK_CONF_DIR="${SPARK_CONF_DIR:-$SPARK_HOME/conf}"
if [ -z "${SPARK_ENV_LOADED:-}" ]; then
  export SPARK_ENV_LOADED=1
  if [ -f "$SPARK_CONF_DIR/spark-env.sh" ]; then
    set -a
    . "$SPARK_CONF_DIR/spark-env.sh"
    set +a
  fi
fi

export SPARK_IDENT_STRING="${SPARK_IDENT_STRING:-${USER:-}}"
SPARK_LOG_DIR=${SPARK_LOG_DIR:-$SPARK_HOME/logs}
# By default a folder that belongs to this user alone: in /tmp itself anybody could put a file in place of the pid file.
own_pid_dir=
if [ -z "${SPARK_PID_DIR:-}" ]; then
  own_pid_dir=1
  SPARK_PID_DIR=/tmp/mesos-shuffle-service-$(id -u)
fi

# The name of the service that this one replaces: those who look for its log or its pid file find it.
name=org.apache.spark.deploy.mesos.MesosExternalShuffleService
# Where the pid file of an older version, or of Spark's own service, is if SPARK_PID_DIR is not set.
old_pid_file=/tmp/spark-$SPARK_IDENT_STRING-$name-1.pid
log=$SPARK_LOG_DIR/spark-$SPARK_IDENT_STRING-$name-1-${HOSTNAME:-$(uname -n)}.out
pid_file=$SPARK_PID_DIR/spark-$SPARK_IDENT_STRING-$name-1.pid

# Whether a file is missing, or is a regular file.
is_regular() {
  [ ! -L "$1" ] && { [ ! -e "$1" ] || [ -f "$1" ]; }
}

# Fails if everybody may replace what lies in a folder.
check_dir() {
  if [ -n "$(find "$1/" -maxdepth 0 -perm -0002 ! -perm -1000 2>&1)" ]; then
    echo "$1 (expected: a folder that not everybody may write to, or a sticky one)" >&2
    return 1
  fi
}

# Fails unless a file is missing, or is a regular file of this user's: no link is followed, and no pipe is waited for.
check_file() {
  if ! is_regular "$1" || { [ -e "$1" ] && [ ! -O "$1" ]; }; then
    echo "$1 (expected: a regular file of this user's, or none)" >&2
    return 1
  fi
}

# Creates a folder and a file in it, unless they are there, without following a link.
create() {
  mkdir -p -- "$(dirname -- "$1")" && check_dir "$(dirname -- "$1")" && check_file "$1" || return 1
  [ -e "$1" ] || (set -o noclobber && : > "$1") 2> /dev/null || check_file "$1"
}

# Creates the folder of the pid file; one that this script chose belongs to this user alone.
create_pid_dir() {
  [ -n "$own_pid_dir" ] || return 0
  mkdir -m 700 -- "$SPARK_PID_DIR" 2> /dev/null
  if [ -L "$SPARK_PID_DIR" ] || [ ! -d "$SPARK_PID_DIR" ] || [ ! -O "$SPARK_PID_DIR" ]; then
    echo "$SPARK_PID_DIR (expected: a folder of this user's; set SPARK_PID_DIR to another one)" >&2
    return 1
  fi
}

# Sets pid to the process that a pid file names, pid_file to that file, and ours if the process is this service; else it is
# Spark's own. Fails if there is none.
find_running() {
  find_running_in "$pid_file" && return
  # There anybody can put a file that names a process of his own, or a pipe.
  [ -n "$own_pid_dir" ] && [ -O "$old_pid_file" ] && find_running_in "$old_pid_file" && pid_file=$old_pid_file
}

# A pid file counts only if it belongs to the owner of the process that it names: anybody can write a file, but not start a
# process of another user.
find_running_in() {
  pid= ours=
  local candidate command
  { [ -e "$1" ] && is_regular "$1"; } || return 1
  read -r candidate 2> /dev/null < "$1" || return 1
  case $candidate in
    '' | *[!0-9]*) return 1 ;;
  esac
  [ "$(stat -c %u -- "$1" 2> /dev/null)" = "$(stat -c %u -- "/proc/$candidate" 2> /dev/null)" ] || return 1
  command=$(tr '\0' ' ' 2> /dev/null < "/proc/$candidate/cmdline") || return 1
  # As a whole word: what shows the log has the name in its command line too.
  case $command in
    *" dev.mesosshuffle.Main "* | *"/bin/mesos-shuffle-service "*) pid=$candidate ours=1 ;;
    *" $name "*) pid=$candidate ;;
    *) return 1 ;;
  esac
}

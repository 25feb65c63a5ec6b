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
SPARK_PID_DIR=${SPARK_PID_DIR:-/tmp}

# The name of the service that this one replaces: those who look for its log or its pid file find it.
name=org.apache.spark.deploy.mesos.MesosExternalShuffleService
log=$SPARK_LOG_DIR/spark-$SPARK_IDENT_STRING-$name-1-${HOSTNAME:-$(uname -n)}.out
pid_file=$SPARK_PID_DIR/spark-$SPARK_IDENT_STRING-$name-1.pid

# Sets pid to the process that the pid file names, if that one is still a shuffle service: this one or Spark's own.
find_running() {
  pid=
  local candidate command
  read -r candidate 2> /dev/null < "$pid_file" || return 1
  case $candidate in
    '' | *[!0-9]*) return 1 ;;
  esac
  command=$(tr '\0' ' ' 2> /dev/null < "/proc/$candidate/cmdline") || return 1
  # As a whole word: what shows the log has the name in its command line too.
  case $command in
    *" dev.mesosshuffle.Main "* | *"/bin/mesos-shuffle-service "* | *" $name "*) pid=$candidate ;;
    *) return 1 ;;
  esac
}

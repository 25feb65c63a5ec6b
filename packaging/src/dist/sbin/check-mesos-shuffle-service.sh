#!/bin/sh
#
# A health check for containers, which needs neither a JVM nor a connection. Ends with 0 if something listens on the port
# in the network of this process and, where this process sees the daemon's threads, if each event loop and the registry's
# store responded recently; else with 1.
#
# Usage: check-mesos-shuffle-service.sh [PORT [SECONDS]]    (default: 7337, and at most 60 seconds since they responded)

port=${1:-7337}
limit=${2:-60}

fail() {
  echo "$1 (expected: mesos-shuffle-service$2)" >&2
  exit 1
}

# As the kernel lists it: the local port, nobody at the other end, and the state LISTEN; then, among others, the user.
listeners=$(
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep ":$(printf %04X "$port") 0*:0000 0A " |
    while read -r _ _ _ _ _ _ _ user _; do
      echo "$user"
    done
)
[ -n "$listeners" ] || fail "nothing listens on port $port"

# Whether a process is a shuffle service of a user who listens on the port: any other process may name its threads as it
# likes.
is_service() {
  grep -q 'dev\.mesosshuffle\.Main' "$1/cmdline" 2>/dev/null || return 1
  while read -r field user _; do
    [ "$field" != Uid: ] || break
  done 2>/dev/null <"$1/status"
  for listener in $listeners; do
    [ "$listener" != "$user" ] || return 0
  done
  return 1
}

# The daemon's watchdog is called by the port, and when all was well, in seconds since the host's boot.
read -r now _ 2>/dev/null </proc/uptime || exit 0
for thread in /proc/[0-9]*/task/*/comm; do
  read -r name 2>/dev/null <"$thread" || continue
  case $name in
    "$port "*[!0-9]* | "$port ") ;;
    "$port "*)
      is_service "${thread%/task/*}" || continue
      silence=$((${now%.*} - ${name#* }))
      [ "$silence" -le "$limit" ] ||
        fail "port $port: unresponsive for $silence s" ", healthy at most $limit s ago"
      ;;
  esac
done

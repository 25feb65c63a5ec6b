#!/bin/sh
#
# Ends with 0 if something listens on the port in the network of this process, else with 1: a health check for
# containers, which needs neither a JVM nor a connection.
#
# Usage: check-mesos-shuffle-service.sh [PORT]    (default: 7337)

port=${1:-7337}
# As the kernel lists it: the local port, nobody at the other end, and the state LISTEN.
if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q ":$(printf %04X "$port") 0*:0000 0A "; then
  exit 0
fi
echo "nothing listens on port $port (expected: mesos-shuffle-service)" >&2
exit 1

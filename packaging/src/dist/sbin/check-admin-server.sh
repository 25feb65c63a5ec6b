#!/bin/sh
#
# A health check for containers over HTTP: asks the admin server of this host for /health/live, and prints its reasons. Ends
# with 0 if the daemon is live, and with 1 if it is not. Without curl or wget, an admin server, or permission to ask it,
# check-mesos-shuffle-service.sh decides, which needs nothing but a shell.
#
# Usage: check-admin-server.sh [PORT [ADMIN_PORT]]    (default: 7337, and 10000 more)

port=${1:-7337}
admin_port=${2:-$((port + 10000))}
url=http://127.0.0.1:$admin_port/health/live

# Once and within 2 s, without a proxy, so that there is time for the other check.
if command -v curl >/dev/null; then
  answer=$(curl -q --noproxy '*' -sS -m 2 "$url" 2>/dev/null)
else
  # It does not tell what came with another status than 200.
  answer=$(no_proxy=127.0.0.1 wget -q -t 1 -T 2 -O - "$url" 2>/dev/null)
fi
case $answer in
  '{"live":true'*) exit 0 ;;
  '{"live":false'*)
    echo "port $port: $answer" >&2
    exit 1
    ;;
esac
exec "$(dirname -- "$0")/check-mesos-shuffle-service.sh" "$port"

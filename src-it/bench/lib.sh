# lib.sh - processes, peers and CPU; sourced by run and syscalls.

export LC_ALL=C
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
JCMD=${JAVA_HOME:+$JAVA_HOME/bin/}jcmd
MAX_S=7200                                      # nothing we start in the background outlives this
declare -A RUNNING=() PORT=() PID=()            # pids we started; a peer's port and process

note() { echo "$(date +%T) $*" >&2; }
fail() { note "error: $*"; exit 1; }
number() { [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "$1: not a positive number: $2"; }

# A command line as one would type it.
spell() {
  local word line=
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./=,:+-]*|'') word="'$word'" ;; esac
    line="$line $word"
  done
  echo "${line# }"
}

# --- set-up and clean-up -------------------------------------------------------

prepare() {
  local tool limit
  for tool in "$@" cc nginx haproxy timeout; do
    command -v "$tool" >/dev/null || fail "$tool is missing; see README.md"
  done
  TMP=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  limit=$(ulimit -Hn)
  FDS=$((limit == 0 || limit > 20000 ? 20000 : limit))
  ulimit -n "$FDS"
  cc -O2 -o "$TMP/backend" "$HERE/backend.c" || fail "backend.c does not compile"
  cc -O2 -o "$TMP/client" "$HERE/client.c" || fail "client.c does not compile"
  LAST_PORT=$((20000 + RANDOM % 8000))
}

clean_up() {
  local pid
  for pid in "${!RUNNING[@]}"; do stop_pid "$pid"; done
  rm -rf "$TMP"
}

# TERM, then KILL after 5 s.
stop_pid() {
  local i
  kill -TERM "$1" 2>/dev/null
  for ((i = 0; i < 100; i++)); do kill -0 "$1" 2>/dev/null || break; sleep 0.05; done
  kill -KILL "$1" 2>/dev/null
  wait "$1" 2>/dev/null
  unset "RUNNING[$1]"
}

# A short-lived tool, with a time limit in seconds; its output lands in $TMP/out.
# In the background, so that an interrupt ends it at once.
tool() {
  local limit=$1 pid; shift
  timeout "$limit" "$@" >"$TMP/out" 2>&1 &
  pid=$!
  RUNNING[$pid]=1
  wait "$pid" || fail "$(basename "$1") failed: $(tail -n 3 "$TMP/out")"
  unset "RUNNING[$pid]"
}

# Sets FREE to a port nobody uses, below the range the kernel takes ports from.
next_port() {
  until FREE=$((++LAST_PORT)); ! grep -q ":$(printf %04X "$FREE") " /proc/net/tcp /proc/net/tcp6 2>/dev/null; do :; done
}

await_port() {                                  # port pid log
  local i
  for ((i = 0; i < 200; i++)); do
    kill -0 "$2" 2>/dev/null || break
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    sleep 0.05
  done
  fail "nothing listens on port $1: $(tail -n 5 "$3")"
}

# --- what a process and its descendants use --------------------------------------

# "pid CPU-ticks" of a process and all that descend from it. Fields as in proc(5).
family() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v top="$1" '
    { sub(/\(.*\)/, "-"); parent[$1] = $4; ticks[$1] = $14 + $15 }
    END {
      for (p in ticks) {
        for (q = p; q > 1 && q != top;) q = parent[q]
        if (q == top) print p, ticks[p]
      }
    }'
}

cpu_s() { family "$1" | awk -v hz="$(getconf CLK_TCK)" '{ t += $2 } END { printf "%.2f", t / hz }'; }

rss_kib() {
  local pid rest
  family "$1" | while read -r pid rest; do cat "/proc/$pid/status" 2>/dev/null; done |
    awk '$1 == "VmRSS:" { t += $2 } END { print t + 0 }'
}

# --- backends and peers -----------------------------------------------------------

start_backends() {
  next_port; B1=$FREE
  next_port; B2=$FREE
  "$TMP/backend" "$B1" "$B2" "$MAX_S" 2>"$TMP/backend.log" &
  BACKEND=$!
  RUNNING[$BACKEND]=1
  await_port "$B1" "$BACKEND" "$TMP/backend.log"
}

start() {                                       # peer
  local peer=$1 dir=$TMP/$1 command
  if [ "$peer" = direct ]; then PORT[$peer]=$B1 PID[$peer]=''; return; fi
  mkdir -p "$dir"
  next_port
  case $peer in
    nginx1) nginx_config "$FREE" >"$dir/conf"; command=(nginx -p "$dir" -e stderr -c "$dir/conf") ;;
    haproxy1) haproxy_config "$FREE" >"$dir/conf"; command=(haproxy -db -f "$dir/conf") ;;
    haproxy1-64k) haproxy_config "$FREE" 'tune.bufsize 65536' >"$dir/conf"; command=(haproxy -db -f "$dir/conf") ;;
    musher) musher_command "$FREE" ;;
    musher2) musher_command "$FREE" --loops 2 ;;
    *) fail "no such peer: $peer" ;;
  esac
  "${command[@]}" >"$dir/log" 2>&1 &
  PORT[$peer]=$FREE PID[$peer]=$!
  RUNNING[${PID[$peer]}]=1
  await_port "$FREE" "${PID[$peer]}" "$dir/log"
}

stop() { [ -z "${PID[$1]}" ] || stop_pid "${PID[$1]}"; PID[$1]=''; }

# Sets command. -p replaces it, -j adds to the JVM, -a to the balancer.
musher_command() {                              # port [arguments]
  local port=$1 text=${COMMAND:-}; shift
  if [ -n "$text" ]; then
    text=${text//\{port\}/$port} text=${text//\{b1\}/$B1} text=${text//\{b2\}/$B2}
    command=(bash -c "exec $text $ARGS $*")
  else
    command=("$JAVA" $JVM -jar "$JAR" --listen "$port" --target "127.0.0.1:$B1" --target "127.0.0.1:$B2" $ARGS "$@")
  fi
}

# The newest jar of the balancer, without -sources and the like.
find_jar() {
  [ -z "${COMMAND:-}" ] || return 0
  JAR=$(find "$HERE/../../balancer/target" -maxdepth 1 -name 'musher-balancer-*.jar' -printf '%T@ %p\n' 2>/dev/null |
    grep -Ev -- '-(sources|javadoc|tests)\.jar$' | sort -rn | sed -n '1s/^[^ ]* //p')
  [ -n "$JAR" ] || fail "no balancer jar; build the project first, or give a command with -p"
}

# Both with one worker and their defaults, but for the number of connections.
nginx_config() {                                # port
  local module; module=$(nginx -V 2>&1 | tr ' ' '\n' | sed -n 's/^--modules-path=//p')/ngx_stream_module.so
  [ ! -f "$module" ] || echo "load_module $module;"
  cat <<CONF
daemon off;
pid pid;
worker_processes 1;
events { worker_connections $FDS; }
stream {
  upstream targets { server 127.0.0.1:$B1; server 127.0.0.1:$B2; }
  server { listen 127.0.0.1:$1; proxy_pass targets; }
}
CONF
}

haproxy_config() {                              # port [global setting]
  cat <<CONF
global
  nbthread 1
  maxconn $((FDS / 2 - 100))
  ${2:-}
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen balancer
  bind 127.0.0.1:$1
  balance roundrobin
  server one 127.0.0.1:$B1
  server two 127.0.0.1:$B2
CONF
}

# --- the report's header ------------------------------------------------------------

environment() {                                 # command line [peers]
  local peers=${2-$(nginx -v 2>&1 | sed 's/.*version: //'), $(haproxy -v | sed -n 's/^HAProxy version \([^ ]*\).*/haproxy\/\1/p')}
  printf '| | |\n|---|---|\n'
  echo "| date | $(date -u +%F) |"
  echo "| machine | $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo) |"
  echo "| kernel | $(uname -sr) |"
  echo "| JDK | $("$JAVA" -version 2>&1 | sed -n 2p) |"
  [ -z "$peers" ] || echo "| peers | $peers |"
  echo "| revision | $(git -C "$HERE" describe --always --dirty 2>/dev/null || echo unknown) |"
  echo "| command | \`$1\` |"
}

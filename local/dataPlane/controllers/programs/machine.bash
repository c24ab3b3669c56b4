# What a stand-in machine has in place of the programs that the lease script calls. bash reads this
# file before the script (BASH_ENV), and functions come before programs on PATH: nothing is started
# for them, so that a call costs a fork and not a process, which at 60 modelled seconds a second would
# be modelled seconds. Whatever takes time or reaches out of the machine is asked of the drill
# (machineServer.ts), which answers on its own clock.
# MACHINE_PORT, MACHINE_TOKEN and MACHINE_INSTANCE come from machineEnvironment.ts.

# Answers with the exit status that the drill gives, its text on stdout, or stderr after a failure.
ask() {
  local code='' text=''
  {
    printf '%s\0' "$MACHINE_TOKEN" "$#" "$@" >&9
    IFS= read -r code <&9
    IFS= read -r -d '' text <&9
  } 2>/dev/null 9<>"/dev/tcp/127.0.0.1/$MACHINE_PORT"
  # Nobody answers: the drill is gone, and its machines go with it.
  if [ -z "$code" ]; then
    kill -KILL $$
    exit 137
  fi
  if [ "$code" = 0 ]; then printf '%s' "$text"; else printf '%s\n' "$text" >&2; fi
  return "$code"
}

# timeout -k 1 SECONDS command…: the drill keeps the limit, because the seconds are modelled ones.
timeout() {
  local MACHINE_LIMIT=$3
  shift 3
  "$@"
}

aws() { ask aws "${MACHINE_LIMIT:-60}" "$@"; }
systemctl() { ask systemctl "$@"; }
findmnt() { ask findmnt "$@"; }
sleep() { ask sleep "$1"; }
date() { ask date "$1"; }
systemd-notify() { ask systemd-notify "$@"; }
uname() { printf '%s\n' "$MACHINE_INSTANCE"; }

# The instance metadata service.
curl() {
  case "${!#}" in
    */api/token) printf 'token' ;;
    */meta-data/instance-id) printf '%s' "$MACHINE_INSTANCE" ;;
    */target-lifecycle-state) ask lifecycle-state ;;
    *) return 22 ;;
  esac
}

# Runs the program that it is given, in the environment that it has, and ends it when standard input
# ends: the drill holds the other end, and may be killed. SIGTERM is passed on, and waited out.
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
trap 'kill -TERM "$program"' TERM
{ cat <&3 && kill -KILL "$program"; } >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait "$program"
status=$?
# A signal interrupts the wait; the program may still be on its way out.
while kill -0 "$program" 2>/dev/null; do
  wait "$program"
  status=$?
done
kill "$guard"
exit "$status"

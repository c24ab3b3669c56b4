import type { LoggedCall } from "../gateway/callLog";

/** One API call as a line: when, who, where, what, how it ended. */
export function callLine(call: LoggedCall): string {
  const time = new Date(call.at).toISOString().slice(11, 19);
  const what = `${call.service} ${call.action}`;
  const parts = [
    time,
    call.region.padEnd(14),
    what.padEnd(46),
    outcome(call).padEnd(4),
    call.caller,
  ];
  return parts.join(" ").trimEnd();
}

function outcome({ status, error, fault }: LoggedCall): string {
  const answer = status === 0 ? "no answer" : String(status);
  const why = error === undefined || status < 400 ? "" : ` ${error}`;
  return `${answer}${why}${fault === undefined ? "" : ` (${fault})`}`;
}

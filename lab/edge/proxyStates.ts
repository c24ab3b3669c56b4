/** One server of a team's backend as HAProxy sees it. */
export interface ServerState {
  readonly team: string;
  /** Its machine. */
  readonly machine: string;
  readonly up: boolean;
  /** Whether its state is a check's result, and not only what HAProxy begins with. */
  readonly checked: boolean;
  /** HAProxy's own word, such as `UP`, `UP 1/2`, `DOWN`. */
  readonly status: string;
}

/** Reads the servers of all teams from HAProxy's CSV. */
export function readProxyStates(csv: string): ServerState[] {
  const [head, ...rows] = csv.trim().split("\n");
  const columns = (head ?? "").replace(/^# /, "").split(",");
  return rows.flatMap((row) => {
    const cells = row.split(",");
    const cell = (column: string) => cells[columns.indexOf(column)] ?? "";
    const team = /^jenkins_backend_(.+)$/.exec(cell("pxname"))?.[1];
    const server = cell("svname");
    if (team === undefined || !server.startsWith(`${team}-`)) return [];
    const status = cell("status");
    return [
      {
        team,
        machine: server.slice(team.length + 1),
        up: status.startsWith("UP"),
        checked: /^(\* )?L[4-7]/.test(cell("check_status")),
        status,
      },
    ];
  });
}

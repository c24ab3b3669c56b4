import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Machines } from "./machines";
import { dial, type Reach } from "./reach";

/** Milliseconds until Session Manager must have opened a port. */
const patience = 30_000;

/**
 * Runs the AWS CLI and ends it with its plugin when this process ends, however it ends: the pipe closes
 * then. The CLI leaves its plugin running when it is ended alone.
 */
const guarded = `
exec 3<&0
( read -r _ <&3; kill -TERM 0 ) 2>/dev/null &
"$@" 3<&- </dev/null
code=$?
trap '' TERM
kill -TERM 0
exit "$code"
`;

/** What to install, for who has not. */
export const whatToInstall =
  "Private databases are reached by Session Manager: install the AWS CLI 2 " +
  "(https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html) and its Session " +
  "Manager plugin (https://docs.aws.amazon.com/systems-manager/latest/userguide/" +
  "session-manager-working-with-install-plugin.html). Where this machine reaches them itself, use --direct.";

/** An open session: one server's port on loopback. */
interface Session {
  readonly port: Promise<number>;
  readonly child: ChildProcess;
  ended: boolean;
}

/**
 * Servers in private subnets, through one of the environment's machines: Session Manager opens a port
 * on loopback for each server. A session that has ended is opened anew with the next connection.
 */
export function portForwarding(region: string, machines: Machines): Reach {
  const sessions = new Map<string, Session>();
  return {
    open: async (address, port): Promise<Socket> => {
      const place = `${address}:${port}`;
      let session = sessions.get(place);
      if (session === undefined || session.ended) {
        session = begin(region, await machines.choose(), address, port);
        sessions.set(place, session);
      }
      return dial("127.0.0.1", await session.port, `${place} by Session Manager`);
    },
    close: () => {
      for (const { child } of sessions.values()) child.stdin?.end();
    },
  };
}

function begin(region: string, machine: string, address: string, port: number): Session {
  const parameters = { host: [address], portNumber: [String(port)] };
  const child = spawn(
    "sh",
    [
      ...["-c", guarded, "session", "aws", "ssm", "start-session", "--region", region],
      ...["--target", machine, "--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
      ...["--parameters", JSON.stringify(parameters)],
    ],
    // A group of its own: the terminal's Ctrl-C is for this process, which still has to say goodbye.
    { detached: true, stdio: "pipe" },
  );
  child.unref();
  const session: Session = { child, ended: false, port: openedPort(child, machine) };
  child.once("close", () => {
    session.ended = true;
  });
  return session;
}

/** The plugin says `Port 40293 opened for sessionId …` once it listens. */
function openedPort(child: ChildProcess, machine: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => {
      child.stdin?.end();
      reject(new Error(why));
    };
    const timer = setTimeout(() => {
      fail(`Session Manager opened no port by ${machine} in ${patience / 1_000} s: ${said.trim()}`);
    }, patience);
    const hear = (text: Buffer): void => {
      said += text.toString();
      const port = /Port (\d+) opened/.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", ({ message }) => {
      clearTimeout(timer);
      fail(message);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      const missing = code === 127 || /SessionManagerPlugin is not found/i.test(said);
      fail(
        missing
          ? whatToInstall
          : `Session Manager ended the session by ${machine} (exit ${code ?? "signal"}): ${said.trim()}`,
      );
    });
  });
}

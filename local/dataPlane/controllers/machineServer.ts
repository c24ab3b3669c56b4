import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { ProgramResult } from "./machineCalls";

/** Runs one program of a machine: `systemctl stop jenkins.service` as its words. */
export type RunProgram = (words: readonly string[]) => Promise<ProgramResult>;

/** Nobody sends more: a lease's call has some thousand characters. */
const longestQuestion = 100_000;

/**
 * Where the machines' programs ask (programs/machine.bash), on loopback: one question and one answer
 * on each connection. A machine is known by its token. The boot clock has a port of its own, because
 * the script reads it like a file, without a question.
 */
export class MachineServer {
  private readonly machines = new Map<string, RunProgram>();
  private readonly sockets = new Set<Socket>();
  private readonly questions: Server;
  private readonly bootClock: Server;

  /** @param uptime modelled seconds on a clock that nobody sets back. */
  constructor(uptime: () => number) {
    this.questions = createServer((socket) => {
      this.serve(socket);
    });
    this.bootClock = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(`${uptime().toFixed(2)} 0.00\n`);
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.questions, this.bootClock].map(listening));
  }

  /** Ports for the machines' environment; only after {@link start}. */
  get ports(): { readonly questions: number; readonly bootClock: number } {
    return { questions: portOf(this.questions), bootClock: portOf(this.bootClock) };
  }

  /** Takes a machine's questions from now on, and returns its token. */
  add(run: RunProgram): string {
    const token = randomBytes(16).toString("hex");
    this.machines.set(token, run);
    return token;
  }

  /** Leaves the machine's questions without an answer, which ends whatever asks. */
  remove(token: string): void {
    this.machines.delete(token);
  }

  async stop(): Promise<void> {
    this.machines.clear();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([this.questions, this.bootClock].map(closed));
  }

  private serve(socket: Socket): void {
    let text = "";
    this.sockets.add(socket);
    socket.setEncoding("utf8");
    // Whoever asked was killed: nobody waits for the answer.
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (chunk: string) => {
      text += chunk;
      const question = readQuestion(text);
      if (question !== undefined) void this.answer(socket, question);
      else if (text.length > longestQuestion) socket.destroy();
    });
  }

  private async answer(socket: Socket, [token = "", ...words]: readonly string[]): Promise<void> {
    const run = this.machines.get(token);
    if (run === undefined) {
      socket.destroy();
      return;
    }
    const { status, text } = await run(words).catch((error: unknown) => ({
      status: 1,
      text: String(error),
    }));
    // Switched off meanwhile: a machine without power hears nothing.
    if (!this.machines.has(token)) socket.destroy();
    else if (socket.writable) socket.end(`${status}\n${text}`);
  }
}

/** `token NUL count NUL words…`; undefined until it is complete. */
function readQuestion(text: string): readonly string[] | undefined {
  const [token = "", count, ...words] = text.split("\0");
  if (count === undefined || words.length <= Number(count)) return undefined;
  return [token, ...words.slice(0, Number(count))];
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

import { execFile } from "node:child_process";

/**
 * Runs a program to its end.
 *
 * @returns what it printed
 * @throws Error with the command, what it said and how it ended
 */
export function run(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 16 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const said = [stderr, stdout].map((text) => text.trim()).find((text) => text !== "");
      reject(new Error(`${program} ${args.join(" ")}: ${said ?? error.message}`, { cause: error }));
    });
  });
}

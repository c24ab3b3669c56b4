import { Listr } from "listr2";
import type { DrillView } from "./drill";

/**
 * Progress that one likes to watch on a terminal, plain lines when it is piped, and nothing at all
 * where the report itself goes to standard output.
 */
export function createView(silent: boolean): DrillView {
  if (silent) return { stage: (_, work) => work(() => undefined) };
  return process.stdout.isTTY ? terminalView() : plainView();
}

function terminalView(): DrillView {
  return {
    stage: async (title, work) => {
      let result: { readonly of: Awaited<ReturnType<typeof work>> } | undefined;
      await new Listr(
        [
          {
            title,
            task: async (_, task) => {
              const tell = (line: string): void => {
                task.output = line;
              };
              result = { of: await work(tell) };
            },
          },
        ],
        { rendererOptions: { timer: { condition: true, field: seconds } } },
      ).run();
      if (result === undefined) throw new Error(`The stage "${title}" ended without a result.`);
      return result.of;
    },
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Each stage's beginning and end; of what happens in between a line every other second. */
function plainView(): DrillView {
  return {
    stage: async (title, work) => {
      const began = performance.now();
      const elapsed = (): string => seconds(performance.now() - began).padStart(7);
      console.log(title);
      let saidAt = 0;
      const result = await work((line) => {
        if (performance.now() - saidAt < 2_000) return;
        saidAt = performance.now();
        console.log(`${elapsed()}  ${line}`);
      });
      console.log(`${elapsed()}  done`);
      return result;
    },
  };
}

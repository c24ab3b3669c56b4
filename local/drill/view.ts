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
      const results: Awaited<ReturnType<typeof work>>[] = [];
      await new Listr(
        [
          {
            title,
            task: async (_, task) => {
              results.push(
                await work((line) => {
                  task.output = line;
                }),
              );
            },
          },
        ],
        { rendererOptions: { timer: { condition: true, field: seconds } } },
      ).run();
      return results[0]!;
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

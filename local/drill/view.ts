import { Listr, PRESET_TIMER } from "listr2";
import type { DrillView, Tell } from "./stage";

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
              const tell: Tell = (line) => {
                task.output = line;
              };
              result = { of: await work(tell) };
            },
          },
        ],
        {
          // Interruptions are the drill's own: it ends what it started before it exits.
          registerSignalListeners: false,
          rendererOptions: {
            timer: { ...PRESET_TIMER, field: seconds },
            // Told once, by whoever ends the process.
            showErrorMessage: false,
          },
        },
      ).run();
      if (result === undefined) throw new Error(`The stage "${title}" ended without a result.`);
      return result.of;
    },
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Real milliseconds between two passing lines: enough to see that it goes on. */
const passingEvery = 5_000;

/** Each stage's beginning and end and what it says; of passing lines one now and then. */
function plainView(): DrillView {
  return {
    stage: async (title, work) => {
      const began = performance.now();
      const elapsed = (): string => seconds(performance.now() - began).padStart(7);
      console.log(title);
      let saidAt = began;
      const result = await work((line, passing) => {
        if (passing && performance.now() - saidAt < passingEvery) return;
        saidAt = performance.now();
        console.log(`${elapsed()}  ${line}`);
      });
      console.log(`${elapsed()}  done`);
      return result;
    },
  };
}

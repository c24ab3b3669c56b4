import type { FileSync } from "../ports";
import { filesProblem } from "../refusals";
import type { PromotionTarget } from "../target";
import { copyScript, inspectScript } from "./filesRenderer";
import { copyFailure, readFinding, readProgress, refusalIn } from "./filesReport";
import type { Shell } from "./shell";

/** Milliseconds between two words about a copy that goes on. */
const tellEvery = 1_000;

/** The files of both environments, by rsync where a shell runs that sees both. */
export function fileSync(files: PromotionTarget["files"], shell: Shell): FileSync {
  return {
    inspect: async () => {
      const never = new AbortController().signal;
      const { code, output, errors } = await shell.run(inspectScript(files), never);
      if (code !== 0)
        throw new Error(
          `the folders could not be compared (exit ${code ?? "signal"}): ${errors.trim()}`,
        );
      return readFinding(output);
    },
    copy: async (deletions, progress, signal) => {
      const began = Date.now();
      let toldAt = 0;
      const { code, output, errors } = await shell.run(
        copyScript(files, { ...(deletions === undefined ? {} : { deletions }) }),
        signal,
        (text) => {
          if (Date.now() - toldAt < tellEvery) return;
          toldAt = Date.now();
          progress(sentence(text, Date.now() - began));
        },
      );
      const problem = refusalIn(output);
      if (problem !== undefined)
        throw new Error(
          `Nothing was copied: ${filesProblem(problem, files.source, files.target, files.owner)}`,
        );
      if (code !== 0) throw new Error(copyFailure(code, errors));
      progress(sentence(output, Date.now() - began));
    },
  };
}

function sentence(output: string | undefined, elapsed: number): string {
  const seconds = `${Math.round(elapsed / 1_000)} s`;
  const copied = output === undefined ? undefined : readProgress(output);
  if (copied === undefined) return `copying files for ${seconds}`;
  return `${copied.files} files, ${copied.bytes} bytes copied in ${seconds}`;
}

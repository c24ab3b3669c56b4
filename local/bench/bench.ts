import { paceFor, processStart } from "../drill/pace";
import { startEmulator } from "../emulator/emulator";
import { BenchWorld } from "./benchWorld";
import { measureFailover } from "./measureFailover";
import type { BenchOptions } from "./options";
import { measureSequentialPeer } from "./sequentialPeer";
import type { Comparison } from "./tables";

/** Where the bench tells what it does. */
export type Tell = (line: string) => void;

/** From so many teams on our function makes hundreds of calls at once, which takes the gateway itself time. */
const manyTeams = 100;

/** How many times slower modelled time runs then, for ours alone: the peer makes one call at a time. */
const slowdown = { ours: 3, peer: 1 } as const;

/** Fails over each size twice, by our function and by the peer, each in a pair of regions of its own. */
export async function compareFailovers(
  options: BenchOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<Comparison[]> {
  const pace = options.scale ?? paceFor(await processStart());
  const comparisons: Comparison[] = [];
  for (const teams of options.sizes) {
    const emulator = await startEmulator({ choice: options.emulator, progress: tell });
    const within = async <Result>(
      who: keyof typeof slowdown,
      measure: (world: BenchWorld) => Promise<Result>,
    ): Promise<Result> => {
      const scale = teams < manyTeams ? pace : Math.ceil(pace / slowdown[who]);
      const prefix = `${who}-${teams}`;
      const world = await BenchWorld.prepare({ endpoint: emulator.endpoint, prefix, teams, scale });
      try {
        tell(`${teams} teams: ${who}, ${scale} modelled seconds per second`);
        return await measure(world);
      } finally {
        await world.stop();
      }
    };
    try {
      const ours = await within("ours", (world) => measureFailover(world, signal));
      const peer = await within("peer", (world) => measureSequentialPeer(world));
      comparisons.push({ ours, peer });
    } finally {
      await emulator.stop();
    }
  }
  return comparisons;
}

/**
 * What test files share within one worker process ends with each file. A hook at the top of a shared
 * module would not do: it belongs to the file that loaded the module first, and the next file in that
 * worker would find what it shares already ended.
 */
const endings: (() => Promise<void>)[] = [];

/** Has `end` awaited once the test file that runs now has ended. */
export function afterFile(end: () => Promise<void>): void {
  endings.push(end);
}

/** Loaded by `.mocharc.yaml`: without workers it runs once, after all files. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    for (const end of endings.splice(0)) await end();
  },
};

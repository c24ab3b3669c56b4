/**
 * Works on all items, at most `lanes` of them at the same time, in their order as lanes get free.
 *
 * @throws what `work` throws first; items that other lanes have begun run on
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

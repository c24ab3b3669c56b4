/**
 * Does tasks in their order, so many at a time. The first that fails stops what has not begun.
 *
 * @returns their results in the order of the tasks
 */
export async function inLanes<Task, Result>(
  tasks: readonly Task[],
  lanes: number,
  work: (task: Task, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    while (next < tasks.length) {
      const index = next++;
      const task = tasks[index] as Task;
      try {
        results[index] = await work(task, index);
      } catch (error) {
        next = tasks.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, tasks.length) }, lane));
  return results;
}

/**
 * Tells what happens in a stage. `passing` lines are one of many; where each line stays they are
 * shown now and then.
 */
export type Tell = (line: string, passing?: "passing") => void;

/** Where a drill tells what it does; one stage at a time. */
export interface DrillView {
  /** Runs a stage under a title; what it returns or throws is passed on. */
  stage<Result>(title: string, work: (tell: Tell) => Promise<Result>): Promise<Result>;
}

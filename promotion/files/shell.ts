/** What a script came to. */
export interface ScriptResult {
  /** Exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs scripts of `sh` where both folders are. */
export interface Shell {
  /**
   * @param watch told what was printed so far, where that can be known before the end, and else that time
   *   goes by (undefined)
   * @throws Error when it could not be run or was aborted; it has ended then, or ends by itself.
   */
  run(
    script: string,
    signal: AbortSignal,
    watch?: (output: string | undefined) => void,
  ): Promise<ScriptResult>;
}

/** How users ask, ms. */
export const manners = {
  /** Between two requests of a team's users. */
  interval: 50,
  /**
   * A connection that takes longer met nobody: systems try again only after a second. A stream gives
   * up then.
   */
  connectLimit: 500,
  /** A request that takes longer has failed. */
  answerLimit: 3_000,
} as const;

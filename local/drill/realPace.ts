/** How real and modelled time go together from a moment on at which the clock's scale was set. */
export interface RealPace {
  /** One moment in both times, milliseconds since the epoch. */
  readonly real: number;
  readonly modelled: number;
  /** Modelled seconds per real second. */
  readonly scale: number;
}

/** Paces that follow one another, oldest first; the first one also holds for the time before it. */
export type RealPaces = readonly [RealPace, ...RealPace[]];

/** The real time of a modelled one. */
export function toReal(paces: RealPaces, at: number): number {
  const { real, modelled, scale } = paces.filter((pace) => pace.modelled <= at).at(-1) ?? paces[0];
  return real + (at - modelled) / scale;
}

/** The modelled time of a real one. */
export function toModelled(paces: RealPaces, at: number): number {
  const { real, modelled, scale } = paces.filter((pace) => pace.real <= at).at(-1) ?? paces[0];
  return modelled + (at - real) * scale;
}

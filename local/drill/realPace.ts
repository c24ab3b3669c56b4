/** How real and modelled time go together from a moment on at which the clock's scale was last set. */
export interface RealPace {
  /** One moment in both times, milliseconds since the epoch. */
  readonly real: number;
  readonly modelled: number;
  /** Modelled seconds per real second. */
  readonly scale: number;
}

export function toReal({ real, modelled, scale }: RealPace, at: number): number {
  return real + (at - modelled) / scale;
}

export function toModelled({ real, modelled, scale }: RealPace, at: number): number {
  return modelled + (at - real) * scale;
}

/** A machine got the shared address, or lost it. */
export interface AddressMove {
  /** ms since boot */
  readonly at: number;
  readonly machine: string;
  readonly change: "gained" | "lost";
}

/** Reads a line of `ip -o monitor address`; undefined: it is not about the address. */
export function readAddressChange(
  line: string,
  address: string,
): AddressMove["change"] | undefined {
  const of = /\binet ([0-9.]+)\//.exec(line)?.[1];
  if (of !== address) return undefined;
  return line.startsWith("Deleted ") ? "lost" : "gained";
}

/** The machines that got the address after a moment, in order. */
export function movesAfter(moves: readonly AddressMove[], after: number): AddressMove[] {
  return moves.filter(({ at, change }) => at >= after && change === "gained");
}

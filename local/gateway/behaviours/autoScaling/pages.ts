/** A page of a describe call: at most `MaxRecords` (default 50), from where `NextToken` says. */
export function page<T>(
  all: readonly T[],
  input: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { items: readonly T[]; next: { NextToken?: string } } {
  const start = Number(input.NextToken ?? 0);
  const end = start + Math.min(input.MaxRecords ?? 50, 100);
  return {
    items: all.slice(start, end),
    next: end < all.length ? { NextToken: String(end) } : {},
  };
}

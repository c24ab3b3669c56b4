/**
 * Milliseconds since the machine booted, with fractions. Every process of the lab reads the same clock,
 * so that what users, controllers and daemons saw can be put in one order.
 */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const minute = 60_000;
const units = { minute, hour: 60 * minute, day: 24 * 60 * minute } as const;

/** When a schedule is due. */
export interface Schedule {
  /** The first due time after `after`, both in milliseconds since the epoch (UTC). */
  next(after: number): number;
}

/**
 * Reads EventBridge's `rate(…)` and `cron(…)` (UTC).
 *
 * Source: EventBridge User Guide, "Cron expressions" and "Rate expressions": a rate counts from the
 * rule's creation; of day-of-month and day-of-week one must be `?`. `L`, `W` and `#` are not modelled.
 * @throws RangeError naming what is wrong with the expression.
 */
export function parseSchedule(expression: string, createdAt: number): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) return rateOf(expression, rate, createdAt);
  const cron = /^cron\((.+)\)$/.exec(expression);
  if (cron?.[1] !== undefined) return cronOf(expression, cron[1]);
  throw wrong(expression, 'write "rate(5 minutes)" or "cron(0 3 * * ? *)"');
}

function wrong(expression: string, why: string): RangeError {
  return new RangeError(`The schedule "${expression}" is not valid: ${why}.`);
}

function rateOf(expression: string, match: RegExpExecArray, createdAt: number): Schedule {
  const amount = Number(match[1]);
  const plural = match[3] === "s";
  if (amount < 1 || plural !== amount > 1) {
    throw wrong(
      expression,
      "the value is at least 1, with a singular unit for 1 and a plural else",
    );
  }
  const period = amount * units[match[2] as keyof typeof units];
  return {
    next: (after) => createdAt + (Math.floor((after - createdAt) / period) + 1) * period,
  };
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function cronOf(expression: string, text: string): Schedule {
  const fields = text.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || year === undefined) {
    throw wrong(
      expression,
      "a cron has six fields: minutes hours day-of-month month day-of-week year",
    );
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw wrong(expression, "exactly one of day-of-month and day-of-week must be ?");
  }
  const field = (given: string | undefined, low: number, high: number, names: string[] = []) =>
    values(expression, given ?? "", low, high, names);
  const fits = {
    minute: field(minutes, 0, 59),
    hour: field(hours, 0, 23),
    dayOfMonth: field(dayOfMonth, 1, 31),
    month: field(month, 1, 12, ["", ...months]),
    // EventBridge counts from Sunday = 1.
    dayOfWeek: field(dayOfWeek, 1, 7, ["", ...days]),
    year: field(year, 1970, 2199),
  };
  const due = (date: Date) =>
    fits.minute.has(date.getUTCMinutes()) &&
    fits.hour.has(date.getUTCHours()) &&
    fits.dayOfMonth.has(date.getUTCDate()) &&
    fits.month.has(date.getUTCMonth() + 1) &&
    fits.dayOfWeek.has(date.getUTCDay() + 1) &&
    fits.year.has(date.getUTCFullYear());
  return { next: (after) => nextDue(expression, due, after) };
}

function nextDue(expression: string, due: (date: Date) => boolean, after: number): number {
  const start = (Math.floor(after / minute) + 1) * minute;
  // Two years of minutes cover every yearly schedule, leap days apart.
  for (let at = start; at < start + 731 * units.day; at += minute) {
    if (due(new Date(at))) return at;
  }
  throw wrong(expression, "it is not due within two years");
}

function values(
  expression: string,
  field: string,
  low: number,
  high: number,
  names: readonly string[],
): Set<number> {
  const number = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    const value = named > 0 ? named : Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw wrong(expression, `"${text}" in "${field}" is not ${low} to ${high}`);
    }
    return value;
  };
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const all = range === "*" || range === "?";
    const [from = "", to = part.includes("/") ? String(high) : from] = range.split("-");
    const first = all ? low : number(from);
    const last = all ? high : number(to);
    const by = Number(step);
    if (!Number.isInteger(by) || by < 1) throw wrong(expression, `the step "${step}" is not valid`);
    for (let value = first; value <= last; value += by) found.add(value);
  }
  return found;
}

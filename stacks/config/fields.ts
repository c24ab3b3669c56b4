import { z } from "zod";
import { backupSchedule } from "../../components/limits";
import { canonicalCidr, parseCidr } from "./cidr";
import { durationForm, inSeconds, isDuration, type Duration } from "./duration";
import { parseInstanceType } from "./instanceType";

/** `pulumi config set` stores every scalar as text. */
function numberFromText(value: unknown): unknown {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

function flagFromText(value: unknown): unknown {
  if (value === "true") return true;
  return value === "false" ? false : value;
}

export function flag() {
  return z.preprocess(flagFromText, z.boolean().meta({ allowed: "true or false" }));
}

export function wholeNumber(min: number, max: number, unit = "") {
  const range = `a whole number${unit && ` of ${unit}`} from ${min} to ${max}`;
  return z.preprocess(numberFromText, z.int().min(min).max(max).meta({ allowed: range }));
}

/** A part of a whole: 0 excluded, because "none of them" is never what a threshold means. */
export function share() {
  const allowed = "a number above 0 and up to 1 (0.5 is one half)";
  return z.preprocess(numberFromText, z.number().gt(0).max(1).meta({ allowed }));
}

export function oneOf<const Choice extends string>(choices: readonly [Choice, ...Choice[]]) {
  return z.enum(choices).meta({ allowed: choices.join(", ") });
}

export function text(pattern: RegExp, allowed: string, fix?: string) {
  return z
    .string()
    .regex(pattern)
    .meta(fix === undefined ? { allowed } : { allowed, fix });
}

interface DurationLimits {
  readonly min?: Duration;
  readonly max?: Duration;
  /** AWS takes these alone. */
  readonly among?: readonly Duration[];
}

export function duration(limits: DurationLimits = {}) {
  return z
    .custom<Duration>()
    .superRefine((value, context) => {
      if (!isDuration(value)) {
        const number = typeof value === "number" || /^\d+$/.test(String(value));
        const message = number ? "has no unit" : "is not a duration";
        const fix = number
          ? `add the unit, for example "${String(value)} seconds"`
          : `write ${durationForm}`;
        context.addIssue({ code: "custom", message, params: { fix } });
      } else if (!withinLimits(value, limits)) {
        context.addIssue({ code: "custom", message: "is out of range" });
      }
    })
    .meta({ allowed: describeLimits(limits) });
}

function withinLimits(value: Duration, { min, max, among }: DurationLimits): boolean {
  const length = inSeconds(value);
  if (min && length < inSeconds(min)) return false;
  if (max && length > inSeconds(max)) return false;
  return !among || among.some((choice) => inSeconds(choice) === length);
}

function describeLimits({ min, max, among }: DurationLimits): string {
  if (among) return `one of ${among.map((choice) => `"${choice}"`).join(", ")}`;
  if (min && max) return `"${min}" to "${max}"`;
  if (min) return `"${min}" or longer`;
  return max ? `up to "${max}"` : durationForm;
}

/** Retention in CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export function logRetention() {
  return duration({
    among: [
      "1 day",
      "3 days",
      "5 days",
      "7 days",
      "14 days",
      "30 days",
      "60 days",
      "90 days",
      "120 days",
      "150 days",
      "180 days",
      "365 days",
      "400 days",
      "545 days",
      "731 days",
      "1827 days",
      "3653 days",
    ],
  }).meta({
    allowed:
      '"1 day", or 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827 or 3653 days, written as "30 days"',
    fix: 'CloudWatch knows these periods alone; take the next longer one, such as "30 days"',
  });
}

/** An IPv4 range, written with its first address. */
export function cidr(allowed: string, longestPrefix = 32, shortestPrefix = 0) {
  return z
    .string()
    .superRefine((value, context) => {
      const range = parseCidr(value);
      if (!range) {
        const fix = "write address and prefix length: 10.10.0.0/16";
        context.addIssue({ code: "custom", message: "is not an IPv4 range", params: { fix } });
        return;
      }
      const proper = canonicalCidr(range);
      if (proper !== value) {
        const message = "has address bits beyond its prefix";
        context.addIssue({ code: "custom", message, params: { fix: `write ${proper}` } });
      }
      if (range.prefixLength > longestPrefix) {
        const fix = `use a prefix of /${longestPrefix} or shorter: ${value.replace(/\/.*/, `/${longestPrefix}`)}`;
        context.addIssue({ code: "custom", message: "is too small", params: { fix } });
      }
      if (range.prefixLength < shortestPrefix) {
        const fix = `use a prefix of /${shortestPrefix} or longer`;
        context.addIssue({ code: "custom", message: "is too large", params: { fix } });
      }
    })
    .meta({ allowed });
}

/** An EC2 instance type by name; whether it exists in the region only AWS can tell. */
export function instanceType() {
  return z
    .string()
    .refine((name) => parseInstanceType(name) !== undefined, { message: "is not an instance type" })
    .meta({
      allowed: "family and size, such as m7g.large",
      fix: "write it as AWS does: m7g.large",
    });
}

/** AWS Backup's schedules, in UTC. */
export function schedule() {
  return text(
    backupSchedule,
    "a schedule in UTC: cron(minute hour day-of-month month day-of-week year)",
    "for each day at 03:00 UTC write cron(0 3 * * ? *)",
  );
}

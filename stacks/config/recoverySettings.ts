import { z } from "zod";
import { eventSchedule, longestSnapshotRetentionDays } from "../../components/limits";
import { duration, oneOf, share, text, wholeNumber } from "./fields";

/** When a failover happens, what it waits for and what it refuses. */
export const recoveryFields = {
  recovery: z
    .strictObject({
      mode: oneOf(["automatic", "manual"]).default("automatic").meta({
        description:
          "`automatic` fails over once the loss is confirmed; `manual` pages and waits for a person in phase `confirming`.",
      }),
      threshold: share().default(0.5).meta({
        description:
          "The region is down when the healthy share of teams is below this, and `quorum` is missed too.",
      }),
      quorum: wholeNumber(1, 500, "teams").default(2).meta({
        description: "The region is not down while at least this many teams are healthy.",
      }),
      detection: z
        .strictObject({
          unhealthyPeriods: wholeNumber(1, 10, "minutes").default(3).meta({
            description:
              "Alarm when the region was down in so many of the last `outOf` minutes (n of m). Detection counts against the RTO.",
          }),
          outOf: wholeNumber(1, 10, "minutes")
            .default(4)
            .meta({ description: "Minutes looked at (m); the probe looks once in each." }),
        })
        .prefault({}),
      confirmFor: duration({ max: "1 hour" }).default("1 minute").meta({
        description:
          "The loss must last this long after the alarm before a failover begins. It counts against the RTO.",
      }),
      confirmLimit: duration({ min: "2 minutes", max: "1 day" }).default("15 minutes").meta({
        description: "After so long in `confirming` without a verdict a person is called.",
      }),
      stepLimit: duration({ min: "1 minute", max: "1 day" }).default("20 minutes").meta({
        description:
          "A step that runs for so long is reported as blocked. RDS promises no upper bound for a promotion.",
      }),
      fenceTimeout: duration({ min: "1 minute", max: "2 hours" }).default("5 minutes").meta({
        description:
          "Only if the lost region's control plane does not answer for so long does the failover go on without having fenced the former writer; it keeps trying afterwards.",
      }),
      maxReplicaLag: duration({ min: "1 second", max: "1 day" }).default("5 minutes").meta({
        description:
          "RPO gate of the database: an automatic failover blocks above it, or when the lag is unknown.",
      }),
      maxHomeLag: duration({ min: "1 minute", max: "2 days" }).default("30 minutes").meta({
        description:
          "RPO gate of the homes. EFS replicates most changes within 15 minutes and guarantees nothing, so a tighter gate would block often.",
      }),
      requiredHealthyShare: share().default(0.75).meta({
        description:
          "Share of teams that must answer healthy in the new region before users are sent there.",
      }),
      snapshot: z
        .strictObject({
          hourUtc: wholeNumber(0, 23)
            .default(3)
            .meta({ description: "Hour of the day, UTC, at which the snapshot function runs." }),
          retention: duration({ min: "1 day", max: `${longestSnapshotRetentionDays} days` })
            .default("7 days")
            .meta({
              description:
                "How long its snapshots are kept in both regions. One is taken a day, and RDS allows 100 in a region; what must be kept for longer is in the backups.",
              cost: "$0.095/GB a month",
            }),
        })
        .prefault({}),
      rehearsal: z
        .strictObject({
          schedule: text(
            eventSchedule,
            'an EventBridge schedule in UTC: "rate(7 days)" or "cron(minute hour day-of-month month day-of-week year)"',
            'for each Tuesday at 05:00 UTC write "cron(0 5 ? * TUE *)"',
          )
            .optional()
            .meta({
              description:
                "When rehearsals begin by themselves, in UTC. Without it one begins when somebody asks: `npm run failover -- --stack dr --rehearse`.",
            }),
          volumeGb: wholeNumber(50, 16_384, "GiB").default(100).meta({
            description:
              "Disk of each machine that is rehearsed: the largest team's home, and 10 GiB for the system.",
            cost: "$0.08/GiB a month, for the time of the rehearsal",
          }),
          timeout: duration({ min: "10 minutes", max: "6 hours" }).default("60 minutes").meta({
            description:
              "A rehearsal that takes longer has failed. Large homes and databases take their time to be copied.",
          }),
          maxAge: duration({ min: "1 day", max: "400 days" }).default("35 days").meta({
            description:
              "With a schedule: alarm when no rehearsal has succeeded for so long. Longer than the schedule's longest pause.",
          }),
        })
        .optional()
        .meta({
          description:
            "Rehearses the failover on copies of the waiting region's data, without touching what serves or protects. Off unless it is set; `{}` allows rehearsals by hand.",
          allowed: "an object with the keys schedule, volumeGb, timeout and maxAge, all optional",
          cost: "about $2 a month, and for each rehearsal an hour of a machine for each team and of a database instance",
        }),
    })
    .prefault({}),
};

import { z } from "zod";
import { duration, logRetention, oneOf, schedule, share, text } from "./fields";

/** Who hears of trouble, and what is kept for how long. */
export const operationsFields = {
  alerts: z
    .strictObject({
      emails: z
        .array(
          text(
            /^[^\s@,;]+@[^\s@,;]+\.[a-z]{2,63}$/i,
            "an e-mail address, such as platform@example.com",
            "one address for each list entry",
          ),
        )
        .min(1)
        .max(20)
        .meta({
          description:
            "Get alarms and announcements, after they have confirmed AWS's subscription mail.",
          allowed: "1 to 20 e-mail addresses",
          fix: "give at least one address: a failover that nobody hears of is an outage that nobody ends",
        }),
      sms: z
        .array(
          text(
            /^\+[1-9]\d{6,14}$/,
            "a telephone number in E.164 form: + and country code, 7 to 15 digits, nothing else",
            'write "+4915112345678", in quotes, instead of 0151 12345678',
          ),
        )
        .max(20)
        .default([])
        .meta({
          description:
            "Get alarms as text messages. A new account must leave the SMS sandbox first.",
          allowed: "a list of up to 20 telephone numbers",
          cost: "$0.00645 a message in the US, $0.05 to $0.10 in most of Europe",
        }),
    })
    .meta({ allowed: "an object with the keys emails and sms" }),
  observability: z
    .strictObject({
      logRetention: logRetention().default("30 days").meta({
        description: "How long the logs of controllers and functions are kept.",
        cost: "$0.50/GB taken in, $0.03/GB a month",
      }),
      accessLogRetention: duration({ min: "1 day", max: "3650 days" }).default("90 days").meta({
        description: "How long the load balancers' access logs are kept in S3.",
        cost: "$0.023/GB a month",
      }),
      certificateWarning: duration({ min: "1 day", max: "90 days" })
        .default("30 days")
        .meta({ description: "Alarm when a certificate expires within this time." }),
      quotaWarning: share().default(0.8).meta({
        description:
          "Alarm when more than this share of the EC2 vCPU quota is used, in either region. The waiting region has a second alarm, that the free vCPUs do not hold all controllers; it has data only once a machine runs there.",
      }),
    })
    .prefault({}),
  backup: z
    .strictObject({
      schedule: schedule()
        .default("cron(0 1 * * ? *)")
        .meta({ description: "When AWS Backup copies homes and database, in UTC." }),
      retention: duration({ min: "1 day", max: "3650 days" }).default("35 days").meta({
        description: "How long backups are kept where they were made.",
        cost: "EFS $0.05/GB, RDS $0.095/GB a month",
      }),
      copyRetention: duration({ min: "1 day", max: "3650 days" }).default("35 days").meta({
        description: "How long their copies in the other region are kept.",
        cost: "the same again, plus $0.02/GB for the transfer (US regions)",
      }),
      lock: oneOf(["governance", "compliance", "none"]).default("governance").meta({
        description:
          "Vault lock. `governance` can be lifted by those who have the permission; `compliance` cannot be lifted by anyone, AWS included, from three days after the first `up`; `none` leaves backups deletable.",
      }),
    })
    .prefault({}),
  parameters: z
    .record(
      text(
        /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
        "letters, digits, dots, hyphens, underscores and slashes",
        "choose another name",
      ),
      z.string().min(1).max(4_096).meta({ allowed: "text of up to 4096 characters" }),
    )
    .default({})
    .meta({
      description:
        "Plain settings for jobs: SSM parameters `/<prefix>/shared/<name>` in both regions, which every team's controllers and agents may read.",
      allowed: "an object of names and texts",
    }),
  secrets: z
    .record(
      text(
        /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
        "letters, digits, dots, hyphens, underscores and slashes",
        "choose another name",
      ),
      z.string().min(1).max(65_536).meta({ allowed: "text of up to 65536 characters" }),
    )
    .default({})
    .meta({
      description:
        "Credentials for the jobs of every team: secrets `<prefix>/shared/<name>` of Secrets Manager in both regions, shown by Jenkins as secret texts with that name as their id. Set them encrypted, in the primary stack: `pulumi config set --secret --path secrets.githubToken`. One team's alone is a secret `<prefix>/teams/<team>/<name>` that you make there yourself, with a replica and the tag `jenkins:credentials:type`.",
      allowed: "an object of names and encrypted texts",
      cost: "$0.40 a month for each secret and region",
    }),
};

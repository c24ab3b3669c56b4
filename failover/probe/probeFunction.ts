/**
 * The probe as AWS runs it. Pulumi serializes this file's functions into the Lambda package: only
 * functions and plain constants, and the SDK and Node's modules are required inside of functions,
 * because an import at the top would become a path that the package does not contain.
 */
import { askAll } from "../askTeam";
import { classify, limited } from "../aws/clients";
import { isSilence } from "../silence";
import { probe, type ProbePorts } from "./probe";
import {
  metricNamespace,
  type Metric,
  type ProbePlan,
  type ProbeTarget,
  type TargetReading,
  type TeamAnswer,
} from "./probePlan";

/** Limit for publishing with its repeats, milliseconds: what was measured is worth waiting for. */
const publishLimit = 15_000;

/**
 * Makes the Lambda callback. `plan` is called in each run, so that an Output that the closure
 * captured is read where it has its value.
 */
export function createProbeHandler(plan: () => ProbePlan): (event: unknown) => Promise<unknown> {
  return async () => {
    const settings = plan();
    return probe(settings, awsProbePorts(settings));
  };
}

function awsProbePorts(plan: ProbePlan): ProbePorts {
  const limits = { connectionTimeout: 2000 };
  const elb = require("@aws-sdk/client-elastic-load-balancing-v2") as ElbModule;
  const watched = new elb.ElasticLoadBalancingV2Client({
    region: plan.activeRegion,
    maxAttempts: 2,
    requestHandler: limits,
  });
  const cloudwatch = require("@aws-sdk/client-cloudwatch") as CloudWatchModule;
  const metrics = new cloudwatch.CloudWatchClient({
    region: plan.waitingRegion,
    maxAttempts: 3,
    requestHandler: limits,
  });
  return {
    ask: (target) => ask(target, plan),
    readTargets: async (target) => {
      try {
        const command = { TargetGroupArn: target.targetGroupArn };
        const answer = await watched.send(
          new elb.DescribeTargetHealthCommand(command),
          limited(plan.requestTimeoutMs),
        );
        const states = (answer.TargetHealthDescriptions ?? []).map(
          (description) => description.TargetHealth?.State,
        );
        return { kind: states.includes("healthy") ? "healthy" : "unhealthy" };
      } catch (error) {
        return unread(error);
      }
    },
    publish: async (data) => {
      if (data.length === 0) return;
      await metrics.send(
        new cloudwatch.PutMetricDataCommand(metricData(data, plan)),
        limited(publishLimit),
      );
    },
    log: (line) => {
      console.log(line);
    },
  };
}

type ElbModule = typeof import("@aws-sdk/client-elastic-load-balancing-v2");
type CloudWatchModule = typeof import("@aws-sdk/client-cloudwatch");

/** The API request for data points; the dimensions are what {@link file://../../components/recovery/healthProbe.ts} alarms on. */
function metricData(
  data: readonly Metric[],
  plan: ProbePlan,
): import("@aws-sdk/client-cloudwatch").PutMetricDataCommandInput {
  return {
    Namespace: metricNamespace,
    MetricData: data.map((metric) => ({
      MetricName: metric.name,
      Value: metric.value,
      Unit: metric.unit,
      Dimensions: [
        { Name: "Deployment", Value: plan.prefix },
        { Name: "Region", Value: plan.activeRegion },
      ],
    })),
  };
}

async function ask({ team, host, address }: ProbeTarget, plan: ProbePlan): Promise<TeamAnswer> {
  const answered = await askAll(plan.healthPaths, {
    host,
    address,
    userAgent: "jenkins-pilot-light-probe",
    limitMs: plan.requestTimeoutMs,
  });
  return { team, ...answered };
}

/** A service that lives but refuses, throttles or does not understand says nothing of health. */
function unread(error: unknown): TargetReading {
  const kind = isSilence(classify(error)) ? "unreachable" : "unknown";
  return { kind, error: sentenceOf(error) };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

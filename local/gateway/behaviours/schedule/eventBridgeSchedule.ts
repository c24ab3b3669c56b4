import { randomUUID } from "node:crypto";
import type {
  PutRuleCommandInput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
  Target,
} from "@aws-sdk/client-eventbridge";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import type { ScheduledAction } from "../../scaledClock";
import { AwsError, notModelled } from "../../wire/awsError";
import { accountId } from "../accountId";
import { parseSchedule, type Schedule } from "./scheduleExpression";

interface ScheduledRule {
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  schedule: Schedule | undefined;
  expression: string | undefined;
  enabled: boolean;
  readonly targets: Map<string, Target>;
  pending?: ScheduledAction;
}

/**
 * The clock of EventBridge rules: rules and targets stay with the emulator, which never fires them;
 * here they fire on the modelled clock, a little after their time, as long as their region lives. A
 * firing that falls into a dead region is lost, as it would be. Functions are the only targets.
 *
 * Source: EventBridge User Guide, "Creating a rule that runs on a schedule".
 */
export class EventBridgeScheduleBehaviour implements Behaviour {
  readonly name = "EventBridge schedule";
  readonly service = "events";
  readonly actions = [
    "PutRule",
    "DeleteRule",
    "EnableRule",
    "DisableRule",
    "PutTargets",
    "RemoveTargets",
    "PutEvents",
  ];
  private readonly rules = new Map<string, ScheduledRule>();

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    if (request.action === "PutEvents")
      throw notModelled(request, "only schedules fire rules here");
    const change = this.prepare(request, context);
    const response = await context.forward(request);
    // What the emulator refused has not happened.
    if (response.status < 300) change();
    return response;
  }

  /** Checks the call and returns what it changes once the emulator has accepted it. */
  private prepare(request: AwsRequest, context: BehaviourContext): () => void {
    const { Name = "", Rule = Name } = request.input as { Name?: string; Rule?: string };
    const key = `${request.region} ${Rule}`;
    switch (request.action) {
      case "PutRule": {
        const input = request.input as unknown as PutRuleCommandInput;
        const schedule = readSchedule(input.ScheduleExpression, context);
        return () => {
          const rule = this.rules.get(key) ?? newRule(request.region, Rule);
          // A rate keeps its beat when an update repeats it.
          if (rule.expression !== input.ScheduleExpression) rule.schedule = schedule;
          rule.expression = input.ScheduleExpression;
          rule.enabled = input.State !== "DISABLED";
          this.rules.set(key, rule);
          this.arm(rule, context);
        };
      }
      case "PutTargets": {
        const input = request.input as unknown as PutTargetsCommandInput;
        for (const target of input.Targets ?? []) refuseUnmodelled(request, target);
        return () => {
          for (const target of input.Targets ?? []) {
            this.rules.get(key)?.targets.set(target.Id ?? "", target);
          }
        };
      }
      case "RemoveTargets": {
        const input = request.input as unknown as RemoveTargetsCommandInput;
        return () => {
          for (const id of input.Ids ?? []) this.rules.get(key)?.targets.delete(id);
        };
      }
      case "DeleteRule":
        return () => {
          this.rules.get(key)?.pending?.cancel();
          this.rules.delete(key);
        };
      default:
        return () => {
          const rule = this.rules.get(key);
          if (rule === undefined) return;
          rule.enabled = request.action === "EnableRule";
          this.arm(rule, context);
        };
    }
  }

  private arm(rule: ScheduledRule, context: BehaviourContext): void {
    rule.pending?.cancel();
    delete rule.pending;
    const { schedule } = rule;
    if (schedule === undefined || !rule.enabled) return;
    const { clock, latencies } = context;
    const due = schedule.next(clock.now());
    rule.pending = clock.after(due - clock.now(), () => {
      this.arm(rule, context);
      const late = latencies.sample("scheduleDelivery", rule.arn);
      clock.after(late, () => this.fire(rule, due, context));
    });
  }

  private async fire(rule: ScheduledRule, due: number, context: BehaviourContext): Promise<void> {
    if (!context.regionIsAlive(rule.region) || !this.rules.has(`${rule.region} ${rule.name}`))
      return;
    for (const target of rule.targets.values()) {
      const event: unknown =
        target.Input === undefined ? scheduledEvent(rule, due) : JSON.parse(target.Input);
      try {
        await context.world.functions.invokeAsync(target.Arn ?? "", event);
      } catch (error) {
        context.events.record({
          at: context.clock.now(),
          service: this.service,
          region: rule.region,
          resource: rule.arn,
          what: `rule ${rule.name} could not invoke ${target.Arn ?? ""}: ${String(error)}`,
        });
      }
    }
  }
}

function newRule(region: string, name: string): ScheduledRule {
  const arn = `arn:aws:events:${region}:${accountId}:rule/${name}`;
  const targets = new Map<string, Target>();
  return { region, name, arn, schedule: undefined, expression: undefined, enabled: true, targets };
}

function readSchedule(
  expression: string | undefined,
  context: BehaviourContext,
): Schedule | undefined {
  // A rule for events of others: those do not happen here, so it never fires.
  if (expression === undefined) return undefined;
  try {
    return parseSchedule(expression, context.clock.now());
  } catch (error) {
    throw new AwsError("ValidationException", (error as Error).message);
  }
}

function refuseUnmodelled(request: AwsRequest, target: Target): void {
  if (!/^arn:aws[a-z-]*:lambda:/.test(target.Arn ?? "")) {
    throw notModelled(request, `the target ${target.Arn ?? ""} is no function`);
  }
  if (target.InputPath !== undefined || target.InputTransformer !== undefined) {
    throw notModelled(request, "a target's InputPath and InputTransformer; use Input");
  }
}

function scheduledEvent(rule: ScheduledRule, due: number): object {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: accountId,
    time: new Date(due).toISOString().replace(/\.\d{3}Z$/, "Z"),
    region: rule.region,
    resources: [rule.arn],
    detail: {},
  };
}

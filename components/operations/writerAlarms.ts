import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { writerAlarms } from "./alarmPlan";
import { createPlannedAlarm } from "./plannedAlarm";

export interface WriterAlarmsArgs {
  readonly deployment: Deployment;
  readonly database: {
    readonly identifier: pulumi.Input<string>;
    /** GiB. */
    readonly allocatedStorageGb: number;
  };
  readonly topicArn: pulumi.Input<string>;
}

/** The alarms of a database that is written: its storage and its CPU. $0.20 a month. */
export class WriterAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: WriterAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:operations:WriterAlarms", name, {}, opts);
    for (const alarm of writerAlarms<pulumi.Input<string>>(args.database)) {
      createPlannedAlarm(name, args.deployment, alarm, args.topicArn, this);
    }
    this.registerOutputs({});
  }
}

import { AwsError } from "../../wire/awsError";
import type { Group, Member } from "./group";

/**
 * One API operation: takes the operation's input, returns its output or nothing. Each names its own
 * input type; the request's action decides which one is called with what.
 */
export type Operation = (input: never, region: string) => unknown;

/** Operations by their API names. */
export type Operations = Readonly<Record<string, Operation>>;

/** All groups of all regions. */
export class Groups {
  private readonly groups = new Map<string, Group>();

  add(group: Group): void {
    this.groups.set(keyOf(group.region, group.name), group);
  }

  remove(group: Group): void {
    this.groups.delete(keyOf(group.region, group.name));
  }

  all(): Iterable<Group> {
    return this.groups.values();
  }

  has(name: string, region: string): boolean {
    return this.groups.has(keyOf(region, name));
  }

  /** The region's groups by name, as the describe calls list them. */
  inRegion(region: string): Group[] {
    return [...this.groups.values()]
      .filter((group) => group.region === region)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The named group, or without a name all of the region. */
  some(name: string | undefined, region: string): Group[] {
    return name === undefined
      ? this.inRegion(region)
      : [this.get({ AutoScalingGroupName: name }, region)];
  }

  /** @throws AwsError ValidationError if the region has no such group. */
  get(input: { AutoScalingGroupName?: string | undefined }, region: string): Group {
    const name = input.AutoScalingGroupName ?? "";
    const group = this.groups.get(keyOf(region, name));
    if (!group) throw validation(`AutoScalingGroup name not found - null: ${name}`);
    return group;
  }

  /** @throws AwsError ValidationError if no group of the region has such a machine. */
  member(id: string | undefined, region: string): { group: Group; member: Member } {
    for (const group of this.inRegion(region)) {
      const member = group.members.find(({ launched }) => launched.instanceId === id);
      if (member) return { group, member };
    }
    throw validation(
      `Instance Id not found - No managed instance found for instance ID ${id ?? "(none)"}`,
    );
  }
}

/** The error that Auto Scaling gives for nearly everything. */
export function validation(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

function keyOf(region: string, name: string): string {
  return `${region} ${name}`;
}

import { pairTags } from "../../../failover/pairTags";
import type { ScheduledAction } from "../scaledClock";
import type { LaunchedInstance } from "../world";
import { readBootSettings } from "./bootSettings";
import { ControllersBefore } from "./controllersBefore";

/** A machine of a pair while it has power. */
interface Member {
  readonly instance: LaunchedInstance;
  hasBooted: boolean;
  /** Corosync's `wait_for_all`: since its boot it has seen the other one. */
  hasMetPeer: boolean;
  /** Going down in good order. */
  isLeaving: boolean;
  boot?: ScheduledAction;
}

/** One pair of one region. */
interface Cluster {
  readonly members: Map<string, Member>;
  /** The machine that has the group of lease, home and Jenkins. */
  holder?: string;
}

/**
 * The pairs' machines, of which one has a controller: the model that it is put before, with real
 * processes or without, is told of that one alone. What decides here stands for Corosync and Pacemaker,
 * which run for real in the lab:
 *
 * - neither machine starts anything before it has seen the other (`wait_for_all`);
 * - the first machine gets the group, and keeps it while it can;
 * - when it goes in good order or loses its power, the other one takes over. Power is lost by an EC2
 *   call or with the whole region, so that the fence which Pacemaker asks for is a fact already.
 *
 * Not here: `pair-inherit-lease`, so after a loss of power the survivor waits for the lease's end; the
 * first boot's installation of Debian packages; a peer that starts the other one.
 */
export class PairedControllers extends ControllersBefore {
  private readonly clusters = new Map<string, Cluster>();

  override started(instance: LaunchedInstance): void {
    const pair = instance.tags[pairTags.pair];
    // An edge pair has no controller.
    if (pair === undefined || readBootSettings(instance) === undefined) {
      this.others.started(instance);
      return;
    }
    const key = `${instance.region} ${pair}`;
    const cluster: Cluster = this.clusters.get(key) ?? { members: new Map() };
    this.clusters.set(key, cluster);
    const member: Member = {
      instance,
      hasBooted: false,
      hasMetPeer: false,
      isLeaving: false,
    };
    cluster.members.set(instance.instanceId, member);
    const { clock, latencies } = this.ready();
    const { instanceId } = instance;
    member.boot = clock.after(latencies.sample("instanceBoot", instanceId), () => {
      this.joined(cluster, member);
    });
  }

  override stopping(instanceId: string, stopped: () => void): void {
    const found = this.find(instanceId);
    if (found === undefined) {
      this.others.stopping?.(instanceId, stopped);
      return;
    }
    const { cluster, member } = found;
    member.isLeaving = true;
    if (cluster.holder !== instanceId) {
      this.ready().clock.after(0, stopped);
      return;
    }
    const left = (): void => {
      this.leave(cluster, instanceId);
      stopped();
    };
    if (this.others.stopping) this.others.stopping(instanceId, left);
    else this.ready().clock.after(0, left);
  }

  override stopped(instanceId: string): void {
    const found = this.find(instanceId);
    if (found === undefined) {
      this.others.stopped(instanceId);
      return;
    }
    found.member.boot?.cancel();
    found.cluster.members.delete(instanceId);
    this.leave(found.cluster, instanceId);
  }

  private joined(cluster: Cluster, member: Member): void {
    member.hasBooted = true;
    const present = [...cluster.members.values()].filter(({ hasBooted }) => hasBooted);
    if (present.length > 1) for (const each of present) each.hasMetPeer = true;
    this.place(cluster);
  }

  /** Ends what the group has on a machine; the other one gets it once the cluster has seen to that. */
  private leave(cluster: Cluster, instanceId: string): void {
    if (cluster.holder !== instanceId) return;
    this.others.stopped(instanceId);
    delete cluster.holder;
    const { clock, latencies } = this.ready();
    clock.after(latencies.sample("pairTakeover", instanceId), () => {
      this.place(cluster);
    });
  }

  private place(cluster: Cluster): void {
    if (cluster.holder !== undefined) return;
    const [next] = [...cluster.members.values()]
      .filter(({ hasMetPeer, isLeaving }) => hasMetPeer && !isLeaving)
      .sort((a, b) => numberOf(a) - numberOf(b));
    if (next === undefined) return;
    cluster.holder = next.instance.instanceId;
    this.others.started({ ...next.instance, hasBooted: true });
  }

  private find(instanceId: string): { cluster: Cluster; member: Member } | undefined {
    for (const cluster of this.clusters.values()) {
      const member = cluster.members.get(instanceId);
      if (member !== undefined) return { cluster, member };
    }
    return undefined;
  }
}

function numberOf({ instance }: Member): number {
  return Number(instance.tags[pairTags.machine]);
}

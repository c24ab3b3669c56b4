import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import { replace, resourceType, unread, update, type AnyResourceType } from "../resourceType";
import type { Properties } from "../wire";
import { retagElb } from "./loadBalancing";
import { tagsIfAny } from "./tagging";

type ListenerOperation = Operation<aws.lb.Listener, aws.lb.ListenerArgs>;

const listener = resourceType<aws.lb.Listener, aws.lb.ListenerArgs>({
  token: "aws:lb/listener:Listener",
  inputs: {
    loadBalancerArn: replace,
    port: update,
    protocol: update,
    sslPolicy: update,
    certificateArn: update,
    alpnPolicy: update,
    defaultActions: unread(update),
    tcpIdleTimeoutSeconds: unread(update),
  },
  async create(operation) {
    const { Listeners } = await operation.call("elb", "createListener", {
      loadBalancerArn: operation.inputs.loadBalancerArn,
      ...request(operation),
      tags: tagsIfAny(operation),
    });
    return present(Listeners?.[0]?.ListenerArn, "the listener's ARN");
  },
  async update(operation) {
    await operation.call("elb", "modifyListener", {
      listenerArn: operation.id,
      ...request(operation),
    });
  },
  async read(operation) {
    const { Listeners } = await operation.call("elb", "describeListeners", {
      ListenerArns: [operation.id],
    });
    const found = Listeners?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.ListenerArn,
      loadBalancerArn: found.LoadBalancerArn,
      port: found.Port,
      protocol: found.Protocol,
      sslPolicy: found.SslPolicy,
      certificateArn: found.Certificates?.[0]?.CertificateArn,
    };
  },
  retag: retagElb,
  async delete(operation) {
    await operation.call("elb", "deleteListener", { ListenerArn: operation.id });
  },
});

function request({ inputs }: ListenerOperation): Properties {
  const { port, protocol, sslPolicy, certificateArn, alpnPolicy, defaultActions } = inputs;
  return {
    port,
    protocol,
    sslPolicy,
    certificates: certificateArn === undefined ? undefined : [{ certificateArn }],
    alpnPolicy: alpnPolicy === undefined ? undefined : [alpnPolicy],
    defaultActions: actions(defaultActions),
  };
}

/** Pulumi names each action's settings by kind; AWS adds `Config` to most of the names. */
function actions(list: unknown): Properties[] {
  return (list as Properties[]).map((action) => {
    const { redirect, fixedResponse, forward, authenticateOidc, authenticateCognito, ...rest } =
      action;
    const groups = (forward as Properties | undefined)?.targetGroups as Properties[] | undefined;
    return {
      ...rest,
      RedirectConfig: redirect,
      FixedResponseConfig: fixedResponse,
      ForwardConfig:
        forward === undefined
          ? undefined
          : {
              TargetGroups: groups?.map(({ arn, weight }) => ({
                TargetGroupArn: arn,
                Weight: weight,
              })),
              TargetGroupStickinessConfig: stickiness(forward as Properties),
            },
      AuthenticateOidcConfig: authenticateOidc,
      AuthenticateCognitoConfig: authenticateCognito,
    };
  });
}

function stickiness({ stickiness: settings }: Properties): Properties | undefined {
  if (settings === undefined) return undefined;
  const { enabled, duration } = settings as { enabled?: boolean; duration?: number };
  return { Enabled: enabled, DurationSeconds: duration };
}

type RuleOperation = Operation<aws.lb.ListenerRule, aws.lb.ListenerRuleArgs>;

const listenerRule = resourceType<aws.lb.ListenerRule, aws.lb.ListenerRuleArgs>({
  token: "aws:lb/listenerRule:ListenerRule",
  inputs: {
    listenerArn: replace,
    priority: update,
    actions: unread(update),
    conditions: unread(update),
  },
  check: ({ priority }) =>
    priority === undefined ? "a rule without priority is not modelled: give one" : undefined,
  async create(operation) {
    const { Rules } = await operation.call("elb", "createRule", {
      listenerArn: operation.inputs.listenerArn,
      priority: operation.inputs.priority,
      actions: actions(operation.inputs.actions),
      conditions: conditions(operation),
      tags: tagsIfAny(operation),
    });
    return present(Rules?.[0]?.RuleArn, "the rule's ARN");
  },
  async update(operation) {
    if (operation.changed("priority")) {
      await operation.call("elb", "setRulePriorities", {
        RulePriorities: [{ RuleArn: operation.id, Priority: operation.inputs.priority }],
      });
    }
    if (operation.changed("actions", "conditions")) {
      await operation.call("elb", "modifyRule", {
        ruleArn: operation.id,
        actions: actions(operation.inputs.actions),
        conditions: conditions(operation),
      });
    }
  },
  async read(operation) {
    const { Rules } = await operation.call("elb", "describeRules", { RuleArns: [operation.id] });
    const found = Rules?.[0];
    if (found === undefined) return undefined;
    return { arn: found.RuleArn, priority: Number(found.Priority) };
  },
  retag: retagElb,
  async delete(operation) {
    await operation.call("elb", "deleteRule", { RuleArn: operation.id });
  },
});

const conditionFields = {
  hostHeader: ["host-header", "HostHeaderConfig"],
  pathPattern: ["path-pattern", "PathPatternConfig"],
  httpHeader: ["http-header", "HttpHeaderConfig"],
  httpRequestMethod: ["http-request-method", "HttpRequestMethodConfig"],
  queryStrings: ["query-string", "QueryStringConfig"],
  sourceIp: ["source-ip", "SourceIpConfig"],
} as const;

function conditions({ inputs }: RuleOperation): Properties[] {
  return inputs.conditions.map((condition) => {
    const [kind, settings] = Object.entries(condition as Properties)[0] ?? ["", undefined];
    const names = conditionFields[kind as keyof typeof conditionFields] as
      readonly [string, string] | undefined;
    if (names === undefined) {
      const allowed = Object.keys(conditionFields).join(", ");
      throw new Error(`listener condition "${kind}" is not modelled; allowed are ${allowed}`);
    }
    return { Field: names[0], [names[1]]: conditionValues(kind, settings) };
  });
}

function conditionValues(kind: string, settings: unknown): unknown {
  return kind === "queryStrings" ? { Values: settings } : settings;
}

const listenerCertificate = resourceType<
  aws.lb.ListenerCertificate,
  aws.lb.ListenerCertificateArgs
>({
  token: "aws:lb/listenerCertificate:ListenerCertificate",
  inputs: { listenerArn: replace, certificateArn: replace },
  async create(operation) {
    const { listenerArn, certificateArn } = operation.inputs;
    await operation.call("elb", "addListenerCertificates", {
      listenerArn,
      certificates: [{ certificateArn }],
    });
    return `${listenerArn}_${certificateArn}`;
  },
  async read(operation) {
    const { listenerArn, certificateArn } = operation.inputs;
    const answer = await operation.call("elb", "describeListenerCertificates", { listenerArn });
    const found = answer.Certificates?.find((item) => item.CertificateArn === certificateArn);
    return found === undefined ? undefined : { listenerArn, certificateArn };
  },
  async delete(operation) {
    const { listenerArn, certificateArn } = operation.state;
    await operation.call("elb", "removeListenerCertificates", {
      listenerArn,
      certificates: [{ certificateArn }],
    });
  },
});

/** What a load balancer does with a request. */
export const types: readonly AnyResourceType[] = [listener, listenerRule, listenerCertificate];

import type { RehearsalClients } from "../../../../failover/rehearsal/aws/clients";

/** One call that was made. */
export interface Sent {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Answers by command name, each a list of which one is used up by each call. */
type Answers = Readonly<Record<string, readonly object[]>>;

/**
 * Clients that answer as scripted and keep what they were asked.
 * @returns clients whose `send` throws for a command without an answer left
 */
export function scriptedClients(answers: Answers): {
  readonly clients: RehearsalClients;
  readonly sent: readonly Sent[];
} {
  const sent: Sent[] = [];
  const left = new Map(Object.entries(answers).map(([name, list]) => [name, [...list]]));
  const client = {
    send: (command: { constructor: { name: string }; input: Sent["input"] }) => {
      const { name } = command.constructor;
      sent.push({ name, input: command.input });
      const answer = left.get(name)?.shift();
      return answer === undefined
        ? Promise.reject(new Error(`No answer is left for ${name}.`))
        : Promise.resolve(answer);
    },
  };
  const make = () => client;
  const clients = { ec2: make, rds: make, efs: make, loadBalancing: make } as unknown;
  return { clients: clients as RehearsalClients, sent };
}

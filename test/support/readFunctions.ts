/**
 * To serialize an inline function, Pulumi parses the text of each of the hundreds of functions that
 * it reaches, and asks the debugger where each was written and what its free variables hold. Both are
 * the same for as long as the function lives, and programs that run one after another in a process
 * share all but the outermost: each function is read once.
 *
 * A free variable that is assigned anew later would keep its former value; serialized functions
 * capture constants alone, as deployed they could see nothing else.
 */
type Read<Result> = (of: never, ...rest: never[]) => Result;

const closures = "@pulumi/pulumi/runtime/closure";
const debuggerOf = require(`${closures}/v8`) as Record<string, Read<Promise<unknown>>>;
const parser = require(`${closures}/parseFunction`) as Record<string, Read<unknown>>;

for (const question of ["getFunctionLocationAsync", "lookupCapturedVariableValueAsync"]) {
  readOnce(debuggerOf, question, new WeakMap());
}
readOnce(parser, "parseFunction", new Map());

/** What was read, by the function or its text, and then by the rest of the question. */
interface Answers {
  get(of: never): Map<string, unknown> | undefined;
  set(of: never, answers: Map<string, unknown>): unknown;
}

function readOnce<Result>(
  module: Record<string, Read<Result>>,
  question: string,
  answers: Answers,
): void {
  const read = module[question];
  if (read === undefined) throw new Error(`${closures} has no ${question} any more.`);
  module[question] = (of, ...rest) => {
    const known = answers.get(of) ?? new Map<string, Result>();
    answers.set(of, known);
    const key = JSON.stringify(rest);
    if (!known.has(key)) known.set(key, read(of, ...rest));
    return known.get(key) as Result;
  };
}

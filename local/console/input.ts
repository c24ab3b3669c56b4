import { clearLine, createInterface, cursorTo } from "node:readline";
import { complete } from "./completion";
import type { Known } from "./commands";

/** Where commands come from: a terminal with prompt and completion, or plain lines. */
export interface CommandInput {
  /** Lines as they are typed; ends with the input. */
  readonly lines: AsyncIterable<string>;
  /** Prints a line without tearing up what is being typed. */
  print(line: string): void;
  /** Shows the prompt, where there is one. */
  prompt(): void;
  close(): void;
}

/** @param interrupt called for Ctrl-C, which a terminal in line editing delivers as a key */
export function openInput(known: () => Known, interrupt: () => void): CommandInput {
  const { stdin, stdout } = process;
  const terminal = stdin.isTTY && stdout.isTTY;
  const reader = createInterface({
    input: stdin,
    terminal,
    ...(terminal ? { output: stdout, prompt: "local> " } : {}),
    completer: (line: string) => complete(line, known()),
  });
  reader.on("SIGINT", interrupt);
  return {
    lines: reader,
    print: (line) => {
      if (terminal) {
        cursorTo(stdout, 0);
        clearLine(stdout, 0);
      }
      stdout.write(`${line}\n`);
      if (terminal) reader.prompt(true);
    },
    prompt: () => {
      if (terminal) reader.prompt();
    },
    close: () => {
      reader.close();
    },
  };
}

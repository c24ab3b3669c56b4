/** What reports are made of. */
import { pageStyle } from "./pageStyle";

/** One page that needs nothing from anywhere: no script, font or image to fetch. */
export function htmlPage(page: {
  /** Text. */
  readonly title: string;
  /** CSS besides the common one. */
  readonly style?: string;
  /** HTML. */
  readonly body: string;
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)}</title>
<style>${pageStyle}${page.style ?? ""}</style>
</head>
<body>
<main>
${page.body}
</main>
</body>
</html>
`;
}

/** A figure with its name and what it means. */
export type Card = readonly [name: string, value: string, note: string];

export function cards(given: readonly Card[]): string {
  const items = given.map(
    ([name, value, note]) =>
      `<div class="card"><dt>${escape(name)}</dt><dd><strong>${escape(value)}</strong><span class="muted">${escape(note)}</span></dd></div>`,
  );
  return `<dl class="cards">${items.join("")}</dl>`;
}

export function tableSection(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return `<section><h2>${escape(title)}</h2>${table(head, rows)}</section>`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const header = head.map((cell) => `<th>${escape(cell)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(tableCell).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table>
<thead><tr>${header}</tr></thead><tbody>
${body}
</tbody></table></div>`;
}

/** What is short stays on one line; a column of long ones keeps a readable width. */
export function tableCell(text: string): string {
  return `<td class="${text.length <= 18 ? "short" : "long"}">${escape(text)}</td>`;
}

export function escape(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

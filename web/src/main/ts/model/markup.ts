import { type Part, MentionLookups, partsOf, UNSPACED } from "./text.js";

/** A piece of a line in one style. */
export interface Run {
  part: Part | { kind: "code"; text: string };
  isBold: boolean;
  isItalic: boolean;
}

/** A line as it is shown; of code, several. */
export type Line =
  | { kind: "text" | "quote"; runs: readonly Run[] }
  /** An item of a list: its bullet or number, and how far it is indented, 0 to 3. */
  | { kind: "item"; mark: string; level: number; runs: readonly Run[] }
  | { kind: "code"; text: string };

const FENCE = /^ {0,3}```[A-Za-z0-9+#.-]{0,20}$/;
const FENCE_END = /^ {0,3}```$/;
const QUOTE = /^> |^>$/;
const ITEM = /^( {0,8})([-*•]|\d{1,3}[.)]) +(?=\S)/;
const MAX_LEVEL = 3;

/** What may make a text other than it is written: without any of it, nothing has to be looked for. */
const ANY = /[`*_]|^(?: {0,8}(?:[-•]|\d{1,3}[.)]) |>)/m;

/** Returns whether a text may be shown in another way than it is written. */
export function mayBeFormatted(text: string): boolean {
  return ANY.test(text);
}

/** Splits a text into lines of code, quotes, lists and others (page `chat-json-1.md`, "Formatting"); in linear time. */
export function linesOf(text: string, mentioned: readonly string[] = []): readonly Line[] {
  const lookups = new MentionLookups(mentioned);
  const rows = text.split("\n");
  const lastEnd = rows.findLastIndex((row) => FENCE_END.test(row));
  const lines: Line[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? "";
    const item = ITEM.exec(row);
    if (at < lastEnd && FENCE.test(row)) {
      const begin = at + 1;
      do {
        at++;
      } while (!FENCE_END.test(rows[at] ?? ""));
      lines.push({ kind: "code", text: rows.slice(begin, at).join("\n") });
    } else if (QUOTE.test(row)) {
      lines.push({ kind: "quote", runs: runsOf(row.slice(2), lookups) });
    } else if (item !== null) {
      const [whole, indent = "", mark = ""] = item;
      lines.push({ kind: "item", mark: /\d/.test(mark) ? mark : "•", level: Math.min(MAX_LEVEL, indent.length >> 1), runs: runsOf(row.slice(whole.length), lookups) });
    } else {
      lines.push({ kind: "text", runs: runsOf(row, lookups) });
    }
  }
  return lines;
}

/** A part of a line, or what may begin or end a style, and does once its other end is found. */
type Token = { part: Run["part"] } | { mark: "*" | "**" | "_"; ends: "open" | "close" | null };

function runsOf(row: string, lookups: MentionLookups): readonly Run[] {
  const runs: Run[] = [];
  let bold = 0;
  let italic = 0;
  const add = (part: Run["part"]) => {
    const last = runs.at(-1);
    const [isBold, isItalic] = [bold > 0, italic > 0];
    if (part.kind === "text" && last?.part.kind === "text" && last.isBold === isBold && last.isItalic === isItalic) {
      runs[runs.length - 1] = { ...last, part: { kind: "text", text: last.part.text + part.text } };
    } else {
      runs.push({ part, isBold, isItalic });
    }
  };
  for (const token of tokensOf(row, lookups)) {
    if ("part" in token) {
      add(token.part);
    } else if (token.ends === null) {
      add({ kind: "text", text: token.mark });
    } else {
      const step = token.ends === "open" ? 1 : -1;
      bold += token.mark === "**" ? step : 0;
      italic += token.mark === "**" ? 0 : step;
    }
  }
  return runs;
}

function tokensOf(row: string, lookups: MentionLookups): readonly Token[] {
  const tokens: Token[] = [];
  /** The marks that may begin a style, and have no end yet; and how many there are of each. */
  const open: Extract<Token, { mark: string }>[] = [];
  const counts = { "*": 0, "**": 0, _: 0 };
  const addMark = (mark: "*" | "**" | "_", at: number) => {
    const token: Token = { mark, ends: null };
    tokens.push(token);
    const [before, after] = [characterBefore(row, at), characterAt(row, at + mark.length)];
    if (counts[mark] > 0 && before.trim() !== "" && !IS_WORD.test(after)) {
      for (let last = open.pop(); last !== undefined; last = open.pop()) {
        counts[last.mark]--;
        if (last.mark === mark) {
          last.ends = "open";
          token.ends = "close";
          return;
        }
      }
    } else if (!IS_WORD.test(before) && after.trim() !== "") {
      open.push(token);
      counts[mark]++;
    }
  };
  let at = 0;
  for (const piece of codeSpans(row)) {
    if (piece.isCode) {
      tokens.push({ part: { kind: "code", text: piece.text } });
      at = piece.end;
      continue;
    }
    for (const part of partsOf(piece.text, lookups)) {
      if (part.kind === "text") {
        for (const text of part.text.split(/(\*+|_+)/)) {
          if (text === "*" || text === "**" || text === "_") {
            addMark(text, at);
          } else if (text !== "") {
            tokens.push({ part: { kind: "text", text } });
          }
          at += text.length;
        }
      } else {
        tokens.push({ part });
        at += part.text.length;
      }
    }
  }
  return tokens;
}

/** A letter, mark or digit; not of a script without spaces, where a style may begin within what has no end. */
const IS_WORD = new RegExp(`^(?![${UNSPACED}])[\\p{L}\\p{M}\\p{Nd}]`, "u");

function characterAt(row: string, at: number): string {
  return at < row.length ? String.fromCodePoint(row.codePointAt(at) ?? 0) : "";
}

function characterBefore(row: string, at: number): string {
  const isPair = at > 1 && /[\udc00-\udfff]/.test(row.charAt(at - 1));
  return at > 0 ? characterAt(row, isPair ? at - 2 : at - 1) : "";
}

/** Splits a line at its code: what is between two runs of as many backticks. */
function codeSpans(row: string): readonly { isCode: boolean; text: string; end: number }[] {
  const marks = [...row.matchAll(/`+/g)];
  /** Where the last run of each length is. */
  const last = new Map(marks.map(({ 0: { length }, index }) => [length, index]));
  const pieces: { isCode: boolean; text: string; end: number }[] = [];
  let from = 0;
  for (let one = 0; one < marks.length; one++) {
    const [mark, index] = [marks[one]?.[0] ?? "", marks[one]?.index ?? 0];
    if ((last.get(mark.length) ?? 0) <= index) {
      continue;
    }
    do {
      one++;
    } while (marks[one]?.[0].length !== mark.length);
    const close = marks[one]?.index ?? 0;
    const end = close + mark.length;
    pieces.push({ isCode: false, text: row.slice(from, index), end: index }, { isCode: true, text: row.slice(index + mark.length, close), end });
    from = end;
  }
  pieces.push({ isCode: false, text: row.slice(from), end: row.length });
  return pieces;
}

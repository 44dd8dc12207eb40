import table from "../../../../../text/src/main/resources/chatd/text/emoticons.json";

/** A code that stands for an emoji, such as `/xyx`. */
export interface Emoticon {
  code: string;
  emoji: string;
  zh: string;
  en: string;
}

/** All emoticons, in the order in which they are offered. */
export const EMOTICONS: readonly Emoticon[] = table;

const BY_CODE = new Map(EMOTICONS.map((emoticon) => [emoticon.code, emoticon]));

/** A part of a text, as it is shown. */
export type Part =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; to: string }
  | { kind: "emoji"; text: string; emoticon: Emoticon }
  | { kind: "mention"; text: string };

/** A link: no space, quote or bracket in it, and no mark at its end that belongs to the sentence around it. */
const LINK = /\bhttps?:\/\/[^\s<>"'`\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069，。；！？、）】》]+/giu;
const END_OF_SENTENCE = /[.,;:!?*_~'"]+$/;

/** What may be an emoticon: not part of a path or of an address (page `chat-json-1.md`, "Emoticons"). */
const CODE = /(?<![A-Za-z0-9_./:~-])\/[a-z]+(?![A-Za-z0-9_/-])/g;

/** Returns the emoji of a code, or what is an emoji already. */
export function emojiOf(code: string): string {
  return BY_CODE.get(code)?.emoji ?? code;
}

/** Returns the emoticons whose code, or name in any language, begins with what was typed after the `/`. */
export function completions(typed: string): readonly Emoticon[] {
  const begun = typed.toLowerCase();
  return EMOTICONS.filter(
    (emoticon) =>
      emoticon.code.slice(1).startsWith(begun) || emoticon.en.startsWith(begun) || emoticon.zh.startsWith(begun),
  );
}

/** Splits a text into what is shown: links, emoticons, mentions of these names, and the rest. */
export function partsOf(text: string, mentioned: readonly string[] = []): Part[] {
  return split(text, LINK, (found) => {
    const link = trimmed(found);
    return URL.canParse(link) ? { kind: "link", text: link, to: link } : null;
  })
    .flatMap((part) =>
      part.kind !== "text"
        ? [part]
        : split(part.text, CODE, (found) => {
            const emoticon = BY_CODE.get(found);
            return emoticon === undefined ? null : { kind: "emoji", text: found, emoticon };
          }),
    )
    .flatMap((part) =>
      part.kind !== "text" || mentioned.length === 0
        ? [part]
        : split(part.text, mentions(mentioned), (found) => ({ kind: "mention", text: found })),
    );
}

/** Returns a link without the end of the sentence in which it stands, and without a bracket that was opened before it. */
function trimmed(found: string): string {
  let link = found;
  for (;;) {
    const without = link.replace(END_OF_SENTENCE, "");
    const isClosed = without.endsWith(")") && count(without, ")") > count(without, "(");
    const next = isClosed ? without.slice(0, -1) : without;
    if (next === link) {
      return link;
    }
    link = next;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function mentions(names: readonly string[]): RegExp {
  // Of what syntax has no use for, `u` lets nothing be escaped.
  const longestFirst = [...names].sort((a, b) => b.length - a.length).map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])@(?:${longestFirst.join("|")})(?![\\p{L}\\p{N}])`, "giu");
}

function split(text: string, pattern: RegExp, part: (found: string) => Part | null): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const made = part(match[0]);
    if (made !== null) {
      if (match.index > from) {
        parts.push({ kind: "text", text: text.slice(from, match.index) });
      }
      parts.push(made);
      from = match.index + made.text.length;
    }
  }
  if (from < text.length) {
    parts.push({ kind: "text", text: text.slice(from) });
  }
  return parts;
}

const ENCODER = new TextEncoder();

/** Returns how many bytes a text has in UTF-8. */
export function bytesOf(text: string): number {
  return ENCODER.encode(text).length;
}

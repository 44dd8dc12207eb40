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

/**
 * Letters of scripts that put no spaces between words, and of Korean, whose endings follow a name; the same as in
 * `Mention.java`.
 */
export const UNSPACED = "\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}ー";

/** A letter or digit, with its marks, of any other script. */
const WORD_BEFORE = `(?![${UNSPACED}])[\\p{L}\\p{Nd}]\\p{M}{0,3}`;

/** The beginning of a word: no letter or digit of another script before it. */
const WORD_START = `(?<!${WORD_BEFORE})`;

/** The beginning of a web address, whose end {@link endOf} finds; or a whole email address. */
const LINK = new RegExp(
  `\\bhttps?://|${WORD_START}(?<![._@/-])www\\.(?=[\\p{L}\\p{N}])` +
    `|${WORD_START}(?<![._%+/@-])[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])`,
  "giu",
);

/** Punctuation that may be within a link, but not at its end. */
const END_OF_SENTENCE = ".,;:!?*_~'’";

/** Characters that are never in a link: spaces, quotes, invisible characters, and some punctuation. */
const NEVER_IN_LINK = /[\s<>"`\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069，。；！？、：．｡…—]/u;

/** Closing brackets and quotes: part of a link only if they were opened in it. */
const CLOSING = new Map(["()", "[]", "{}", "（）", "「」", "『』", "【】", "《》", "〈〉", "“”", "‘’", "«»", "‹›"].map(([open, close]) => [close, open]));
const OPENING = new Set(CLOSING.values());

/** A code that may be an emoticon: not part of a path or of an address (page `chat-json-1.md`, "Emoticons"). */
const CODE = /(?<![A-Za-z0-9_./:~-])\/[a-z]+(?![A-Za-z0-9_/-])/g;

/** Returns the emoji of a code; an emoji is returned as it is. */
export function emojiOf(code: string): string {
  return BY_CODE.get(code)?.emoji ?? code;
}

/** Returns the emoticons whose code, or name in any language, begins with what was typed after the `/`. */
export function completions(typed: string): readonly Emoticon[] {
  const prefix = typed.toLowerCase();
  return EMOTICONS.filter(
    (emoticon) =>
      emoticon.code.slice(1).startsWith(prefix) || emoticon.en.startsWith(prefix) || emoticon.zh.startsWith(prefix),
  );
}

/** The names that one text mentions; as many of those in it are looked up as the daemon does. */
export class MentionLookups {
  private readonly names: ReadonlySet<string>;
  private count = 0;

  constructor(mentioned: readonly string[]) {
    this.names = new Set(mentioned.map(canonicalName));
  }

  get isEmpty(): boolean {
    return this.names.size === 0;
  }

  has(name: string): boolean {
    return this.count++ < MAX_LOOKUPS && this.names.has(canonicalName(name));
  }
}

/** Splits a text, or a piece of one, into the parts to show: links, emoticons, mentions of these names, and the rest. */
export function partsOf(text: string, mentioned: readonly string[] | MentionLookups = []): Part[] {
  const lookups = mentioned instanceof MentionLookups ? mentioned : new MentionLookups(mentioned);
  return split(text, LINK, (found, index) => {
    const { end, read } = found.includes("@") ? { end: index + found.length, read: index + found.length } : linkEnd(text, index);
    const link = text.slice(index, end);
    const to = urlOf(link);
    return { part: to === null ? null : { kind: "link", text: link, to }, read };
  })
    .flatMap((part) =>
      part.kind !== "text"
        ? [part]
        : split(part.text, CODE, (found) => {
            const emoticon = BY_CODE.get(found);
            return { part: emoticon === undefined ? null : { kind: "emoji", text: found, emoticon } };
          }),
    )
    .flatMap((part) =>
      part.kind !== "text" || lookups.isEmpty
        ? [part]
        : split(part.text, MENTION, (found) => {
            const text = longestMention(found, lookups);
            return { part: text === null ? null : { kind: "mention", text } };
          }),
    );
}

/**
 * Returns where the link that begins at an offset ends, without the punctuation of the sentence around it and without
 * closing brackets that were opened before it; and up to where the text was scanned.
 */
function linkEnd(text: string, begin: number): { end: number; read: number } {
  const open: { character: string; at: number }[] = [];
  let at = begin;
  let isInWord = false;
  let isInHost = true;
  const host = begin + (/^https?:\/\//i.exec(text.slice(begin, begin + 8))?.[0].length ?? 0);
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const opened = CLOSING.get(character);
    // Within a word, the mark that closes a quotation is an apostrophe.
    const isApostrophe = character === "’" && isInWord && isLetter(text.codePointAt(at + 1));
    if (NEVER_IN_LINK.test(character) || (opened !== undefined && !isApostrophe && open.pop()?.character !== opened)) {
      break;
    }
    isInHost &&= at < host || !"/?#".includes(character);
    if (OPENING.has(character)) {
      if (isInHost && !"[(".includes(character)) {
        // No host contains such a bracket or quote: it opens a title that follows the link.
        break;
      }
      open.push({ character, at });
    }
    at += character.length;
    isInWord = isLetter(character.codePointAt(0));
  }
  // A bracket that is not closed is not part of the link.
  let end = open[0]?.at ?? at;
  while (end > begin && END_OF_SENTENCE.includes(text.charAt(end - 1))) {
    end--;
  }
  return { end, read: at };
}

function isLetter(character: number | undefined): boolean {
  return character !== undefined && /\p{L}/u.test(String.fromCodePoint(character));
}

/** Returns the URL of a link; null if it is not valid. */
function urlOf(link: string): string | null {
  const to = /^https?:/i.test(link) ? link : /^www\./i.test(link) ? `https://${link}` : `mailto:${link}`;
  return URL.canParse(to) ? to : null;
}

/**
 * The at sign of a mention, with neither a letter nor a digit before it; the same as in `Mention.java`.
 */
export const BEFORE_MENTION = `[@＠](?<!${WORD_BEFORE}[@＠])`;

/** An at sign and what may be a name after it, up to the maximum length of a typed name and one character more. */
const MENTION = new RegExp(`${BEFORE_MENTION}[^\\s@＠]{1,41}`, "gu");

/** Maximum number of names that are looked up for one text, the same as in the daemon. */
const MAX_LOOKUPS = 1_000;

/** Maximum length of a name as it is typed, in characters. */
const LONGEST_NAME = 40;

const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
const IS_MARK = /^\p{M}/u;
const IS_NAME_PART = new RegExp(`^(?![${UNSPACED}])[\\p{L}\\p{M}\\p{Nd}]`, "u");

/** Returns a name in a normal form, the same for all spellings that mean one account. */
export function canonicalName(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The names that mention all members of a group, in the languages of the clients. */
export const ALL_MEMBERS = ["all", "所有人"] as const;

/**
 * Returns the at sign and the longest known name after it, as typed; null if there is none (page `chat-json-1.md`,
 * "Mentions"). Each candidate is looked up: a regular expression of a thousand names takes a second to compile.
 */
function longestMention(text: string, mentioned: MentionLookups): string | null {
  const [sign = "", ...characters] = text;
  for (let count = Math.min(LONGEST_NAME, characters.length); count > 0; count--) {
    const next = characters[count];
    const isEnd = next === undefined || !(IS_UNSPACED.test(characters[count - 1] ?? "") ? IS_MARK : IS_NAME_PART).test(next);
    if (isEnd) {
      const name = characters.slice(0, count).join("");
      if (mentioned.has(name)) {
        return sign + name;
      }
    }
  }
  return null;
}

/**
 * Splits a text into what is found in it and the rest, in one pass.
 *
 * @param take returns the part that begins at a match, or null if there is none, and how far the text was scanned for
 *     it (by default, the end of the part). That much is not scanned again: otherwise a long text without spaces would
 *     take quadratic time
 */
function split(text: string, pattern: RegExp, take: (found: string, index: number) => { part: Part | null; read?: number }): Part[] {
  const parts: Part[] = [];
  let from = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { part, read } = take(match[0], match.index);
    if (part !== null) {
      if (match.index > from) {
        parts.push({ kind: "text", text: text.slice(from, match.index) });
      }
      parts.push(part);
      from = match.index + part.text.length;
      pattern.lastIndex = from;
    }
    pattern.lastIndex = read ?? pattern.lastIndex;
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

/**
 * Characters that are invisible or change the reading direction: the same as in `SafeText.java`, by this browser's
 * version of Unicode. Both are tested with the table `safe.json`. Tabs stay, so that code can be copied as it was
 * written.
 */
const SELECTOR = "\\u180b-\\u180f\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}";
const INVISIBLE = new RegExp(`[\\p{C}\\p{Zl}\\p{Zp}${SELECTOR}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0]`, "u");
const IS_SELECTOR = new RegExp(`[${SELECTOR}]`, "u");
const IS_MARK = /[\p{Mn}\p{Me}]/u;
/** Most texts have none of these, and are shown as they are. */
const SUSPECT = new RegExp(`(?![\\n\\t])${INVISIBLE.source}|[\\p{Mn}\\p{Me}]{7}`, "u");

/** Maximum number of marks on one letter; more would cover the lines above. */
const MAX_MARKS = 6;

const REPLACEMENT = "\ufffd";

/**
 * Returns a text that is safe to show: invisible characters are made visible, none changes the reading direction, and
 * surplus marks are dropped.
 */
export function safe(text: string): string {
  if (!SUSPECT.test(text)) {
    return text;
  }
  const characters = [...text.replace(/\r\n?/g, "\n")];
  let marks = 0;
  return characters
    .map((character, index) => {
      marks = IS_MARK.test(character) ? marks + 1 : 0;
      if (character === "\n" || character === "\t") {
        return character;
      }
      if (character < " " || character === "\u007f") {
        return String.fromCodePoint(character === "\u007f" ? 0x2421 : 0x2400 + character.charCodeAt(0));
      }
      if (INVISIBLE.test(character) && !hasEffect(characters, index)) {
        return REPLACEMENT;
      }
      return marks > MAX_MARKS ? "" : character;
    })
    .join("");
}

/** Returns whether an invisible character is a joiner or selector beside characters on which it can act. */
function hasEffect(characters: readonly string[], index: number): boolean {
  const before = characters[index - 1];
  const after = characters[index + 1];
  const character = characters[index];
  if (before === undefined) {
    return false;
  }
  if (character === "\u200c" || character === "\u200d") {
    return isDrawn(before, true) && after !== undefined && isDrawn(after, false);
  }
  return IS_SELECTOR.test(character ?? "") && !INVISIBLE.test(before) && (canJoin(before) || "0123456789#*©®".includes(before));
}

/** Returns whether a joiner can act on this neighbour; the one before it may be a selector. */
function isDrawn(character: string, allowsSelector: boolean): boolean {
  return canJoin(character) && (!INVISIBLE.test(character) || (allowsSelector && IS_SELECTOR.test(character)));
}

/** Returns whether a character can be part of an emoji, or of a script whose letters join. */
function canJoin(character: string): boolean {
  return (character.codePointAt(0) ?? 0) > 0x02ff;
}

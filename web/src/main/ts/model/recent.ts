import type { ChatState } from "./state.js";

/** How many emoji are remembered. */
const MAX_RECENT = 24;

/** Returns the codes of the emoji that the user chose last, the newest first. */
export function recentCodes(known: ChatState): readonly string[] {
  return JSON.parse(known.storage().get(known.storageKey("emoji")) ?? "[]") as string[];
}

/** Remembers that an emoji was chosen, until the user logs out. */
export function rememberCode(known: ChatState, code: string): void {
  const others = recentCodes(known).filter((other) => other !== code);
  known.storage().set(known.storageKey("emoji"), JSON.stringify([code, ...others].slice(0, MAX_RECENT)));
}

import { signal } from "@preact/signals-core";
import type { Corrected, Erased, FileOffer, GroupChanged, Item, Reacted, TakenBack, Text } from "../wire/events.js";
import * as Type from "../wire/type.js";

/** An item shown in a conversation; items are shown in the order of their numbers. */
export type Entry = Text | FileOffer | Erased | GroupChanged;

/** A change to an entry, or a reaction to it. */
type Amendment = Corrected | Reacted | TakenBack;

/** Maximum number of entries of one conversation in memory, and of their characters. */
const MAX_ENTRIES = 300;
const MAX_CHARACTERS = 2_000_000;

/** Returns whether an item is shown by itself. */
export function isEntry(item: Item): item is Entry {
  return item.type !== Type.TakeBack && item.type !== Type.Correct && item.type !== Type.React;
}

/** Returns whether an entry was written by somebody, and counts as unread to others. */
export function isWritten(entry: Entry): boolean {
  return entry.type !== Type.Group;
}

/**
 * The part of a conversation that is in memory: consecutive entries, without gaps; there may be more before and after
 * them on the server.
 */
export class Timeline {
  readonly entries = signal<readonly Entry[]>([]);

  /** Whether anything was loaded, and whether there is more before and after it. */
  isLoaded = false;
  hasBefore = true;
  hasAfter = false;

  get first(): number | undefined {
    return this.entries.peek()[0]?.mid;
  }

  get last(): number | undefined {
    return this.entries.peek().at(-1)?.mid;
  }

  /** Forgets everything. */
  clear(): void {
    this.entries.value = [];
    this.isLoaded = false;
    this.hasBefore = true;
    this.hasAfter = false;
  }

  /** Adds the newest page. */
  setNewest(items: readonly Item[], hasBefore: boolean): void {
    const page = items.filter(isEntry);
    const first = page[0]?.mid ?? Infinity;
    const [last] = this.entries.peek().slice(-1);
    // Entries that arrived meanwhile are kept; those before a gap are not.
    const joins = this.isLoaded && !this.hasAfter && last !== undefined && last.mid >= first;
    this.entries.value = merged(joins ? this.entries.peek() : this.newer(page), page);
    this.hasBefore = joins ? this.hasBefore && hasBefore : hasBefore;
    this.hasAfter = false;
    this.isLoaded = true;
    this.trim("before");
  }

  /** Replaces all entries with a page that need not be adjacent to them. */
  setMiddle(items: readonly Item[], hasBefore: boolean, hasAfter: boolean): void {
    this.entries.value = merged([], items.filter(isEntry));
    this.hasBefore = hasBefore;
    this.hasAfter = hasAfter;
    this.isLoaded = true;
  }

  /** Adds the page before the first entry. */
  addBefore(items: readonly Item[], hasMore: boolean): void {
    this.entries.value = merged(items.filter(isEntry), this.entries.peek());
    this.hasBefore = hasMore;
    this.trim("after");
  }

  /** Adds the page after the last entry, and applies its changes to earlier entries. */
  addAfter(items: readonly Item[], hasMore: boolean): void {
    this.entries.value = merged(this.entries.peek(), items.filter(isEntry));
    items.forEach((item) => isEntry(item) || this.amend(item));
    this.hasAfter = hasMore;
    this.trim("before");
  }

  /** Adds a new entry at the end; returns false, without adding it, while entries before it are missing. */
  add(entry: Entry): boolean {
    if (!this.isLoaded || this.hasAfter) {
      return false;
    }
    this.entries.value = merged(this.entries.peek(), [entry]);
    return true;
  }

  /** Applies a change to an entry; does nothing if the entry is not in memory. */
  amend(amendment: Amendment): void {
    const about = amendment.type === Type.Correct ? amendment.info.of : amendment.info.mid;
    const entries = this.entries.peek();
    const index = indexOf(entries, about);
    const entry = entries[index];
    if (entry !== undefined) {
      this.entries.value = entries.with(index, amended(entry, amendment));
    }
  }

  /** Evicts the entries over the limits, on one side. */
  trim(side: "before" | "after", maxEntries = MAX_ENTRIES): void {
    const entries = this.entries.peek();
    const ordered = side === "before" ? entries.toReversed() : entries;
    let characters = 0;
    let kept = 0;
    while (kept < ordered.length && kept < maxEntries && (characters <= MAX_CHARACTERS || kept < 10)) {
      characters += size(ordered[kept]);
      kept++;
    }
    if (kept < entries.length) {
      this.entries.value = side === "before" ? entries.slice(entries.length - kept) : entries.slice(0, kept);
      if (side === "before") {
        this.hasBefore = true;
      } else {
        this.hasAfter = true;
      }
    }
  }

  /** Returns the entries that arrived after the end of the newest page while it was being read. */
  private newer(page: readonly Entry[]): readonly Entry[] {
    const last = page.at(-1)?.mid ?? 0;
    return this.isLoaded && !this.hasAfter ? this.entries.peek().filter((entry) => entry.mid > last) : [];
  }
}

function size(entry: Entry | undefined): number {
  return entry !== undefined && typeof entry.info === "string" ? entry.info.length : 100;
}

/** Merges two lists by number; if both have an entry, the second one's is taken. */
function merged(one: readonly Entry[], other: readonly Entry[]): readonly Entry[] {
  const lastOne = one.at(-1);
  const [firstOther] = other;
  if (lastOne === undefined || firstOther === undefined || lastOne.mid < firstOther.mid) {
    return one.length === 0 ? other : other.length === 0 ? one : [...one, ...other];
  }
  const byNumber = new Map([...one, ...other].map((entry) => [entry.mid, entry]));
  return [...byNumber.values()].sort((a, b) => a.mid - b.mid);
}

/** Returns the index of the entry with a number, or -1. */
export function indexOf(entries: readonly Entry[], mid: number): number {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = entries[middle]?.mid ?? 0;
    if (found === mid) {
      return middle;
    }
    if (found < mid) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}

/** Returns an entry with a change applied. */
export function amended(entry: Entry, amendment: Amendment): Entry {
  if (entry.type === Type.Group || isTakenBack(entry)) {
    return entry;
  }
  switch (amendment.type) {
    case Type.TakeBack:
      return erased(entry, amendment);
    case Type.Correct: {
      if ((entry.type !== Type.Text && entry.type !== Type.TextToAll) || (entry.version?.mid ?? 0) >= amendment.mid) {
        return entry;
      }
      const { mid, time, salt } = entry.version === undefined ? entry : { ...entry.version, salt: entry.salt };
      return {
        ...entry,
        info: amendment.info.text,
        salt: amendment.salt,
        version: { mid: amendment.mid, time: amendment.time },
        corrected: [{ mid, time, text: entry.info, salt }, ...(entry.corrected ?? [])],
      };
    }
    case Type.React:
      return { ...entry, reactions: reacted(entry.reactions ?? {}, amendment) };
  }
}

/** Returns whether an entry was taken back. */
export function isTakenBack(entry: Entry): entry is Erased {
  return entry.info === null;
}

/** Returns whether an entry is a picture with a known size, which is shown in place. */
export function isPicture(entry: Entry): entry is FileOffer {
  return (
    (entry.type === Type.File || entry.type === Type.Picture) && !isTakenBack(entry) && entry.info.media.startsWith("image/") && entry.info.width !== undefined
  );
}

function erased(entry: Text | FileOffer, { info, time }: TakenBack): Erased {
  const { send, receive, name, receivers, mid } = entry;
  return {
    type: entry.type === Type.Picture ? 6 : entry.type,
    send,
    receive,
    mid,
    time: entry.time,
    info: null,
    taken_back: { by: info.by, time },
    ...(name === undefined ? {} : { name }),
    ...(receivers === undefined ? {} : { receivers }),
  };
}

type Reactions = NonNullable<Text["reactions"]>;

function reacted(reactions: Reactions, { info }: Reacted): Reactions {
  const { [info.code]: had = { n: 0, by: [] }, ...others } = reactions;
  const isBy = had.by.includes(info.by);
  if (isBy === info.on) {
    return reactions;
  }
  const by = info.on ? [...had.by, info.by] : had.by.filter((user) => user !== info.by);
  const n = had.n + (info.on ? 1 : -1);
  return n > 0 ? { ...reactions, [info.code]: { n, by } } : others;
}

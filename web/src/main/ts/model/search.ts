import { batch, signal } from "@preact/signals-core";
import type { Page } from "../wire/events.js";
import { RequestFailed } from "../wire/session.js";
import * as Type from "../wire/type.js";
import type { ChatState } from "./state.js";
import type { Key } from "./place.js";
import { isEntry } from "./timeline.js";

/** How many hits a page has, and how many are kept. */
const PAGE_SIZE = 50;
const MAX_HITS = 500;
/** How much of a message is shown: characters before its first hit, and in all. */
const BEFORE_HIT = 40;
const EXCERPT = 240;

/** What narrows a search for messages; null where anything is looked for. */
export interface Filters {
  with: Key | null;
  from: string | null;
  /** Since the beginning of the day that was so many days ago; 0 is today. */
  days: number | null;
  media: "text" | "file" | null;
}

const ANY: Filters = { with: null, from: null, days: null, media: null };

/** Part of a message that was found: whether it is what was searched for, and what it says. */
export type Excerpt = readonly { isHit: boolean; text: string }[];

/** A message that was found. */
export interface Hit {
  mid: number;
  key: Key;
  sender: string;
  time: string;
  isFile: boolean;
  excerpt: Excerpt;
}

/** The search for messages: what is searched for, and what was found so far, the newest first. */
export class MessageSearch {
  /** Whether the search is shown beside the conversations, on a wide screen. */
  readonly isOpen = signal(false);
  readonly text = signal("");
  readonly filters = signal<Filters>(ANY);
  readonly hits = signal<readonly Hit[]>([]);
  /** Whether there may be more hits, which are older. */
  readonly hasMore = signal(false);
  /** Whether an answer is awaited, or will be once what is typed is whole. */
  readonly isSearching = signal(false);
  /** Why the daemon refused to search; null if it did not. */
  readonly refusal = signal<{ code: string; reason: string } | null>(null);
  /** Up to which message everything is found; null if that is all. */
  readonly upTo = signal<number | null>(null);
  /** Counts the searches: the answer to an earlier one is dropped. */
  private current = 0;

  constructor(private readonly known: ChatState) {}

  /** Begins a search of one conversation, or, with null, of all. */
  begin(within: Key | null): void {
    batch(() => {
      this.filters.value = { ...ANY, with: within };
      this.text.value = "";
      this.clear();
    });
  }

  /** Drops what was found, and what is being searched for. */
  clear(): void {
    this.current++;
    batch(() => {
      this.hits.value = [];
      this.hasMore.value = false;
      this.isSearching.value = false;
      this.refusal.value = null;
      this.upTo.value = null;
    });
  }

  /** Ends the search. */
  close(): void {
    batch(() => {
      this.isOpen.value = false;
      this.begin(null);
    });
  }

  /** Searches for what was typed; while the answer is awaited, what was found before stays. */
  async search(): Promise<void> {
    await this.ask(undefined);
  }

  /** Searches for older messages than those that were found. */
  async more(): Promise<void> {
    if (this.hasMore.peek() && !this.isSearching.peek()) {
      await this.ask(this.hits.peek().at(-1)?.mid);
    }
  }

  private async ask(before: number | undefined): Promise<void> {
    const search = ++this.current;
    this.isSearching.value = true;
    try {
      const { with: within, from, days, media } = this.filters.peek();
      const answer = await this.known.session.ask({
        type: Type.Search,
        info: {
          text: this.text.peek().trim(),
          limit: PAGE_SIZE,
          ...(within === null ? {} : { with: within }),
          ...(from === null ? {} : { from }),
          ...(days === null ? {} : { since: this.beginningOfDay(days) }),
          ...(media === null ? {} : { media }),
          ...(before === undefined ? {} : { before }),
        },
      });
      if (search === this.current && answer.type === Type.Page) {
        this.received(answer, before !== undefined);
      }
    } catch (e) {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
      if (search === this.current) {
        this.refused(e);
      }
    }
  }

  private received({ info }: Page, isMore: boolean): void {
    const at = new Map(info.find?.hits.map((hit) => [hit.mid, hit.at]));
    const found = info.items.filter(isEntry).flatMap((entry): Hit[] => {
      const [key] = this.known.keysOf(entry);
      const { info: said } = entry;
      const isFile = said !== null && typeof said === "object" && "name" in said;
      const text = typeof said === "string" ? said : isFile ? said.name : null;
      return key === undefined || text === null
        ? []
        : [{ mid: entry.mid, key, sender: entry.send, time: entry.time, isFile, excerpt: excerptOf(text, at.get(entry.mid) ?? []) }];
    });
    batch(() => {
      this.known.people.learn(info.names);
      const hits = isMore ? [...this.hits.peek(), ...found] : found;
      this.hits.value = hits.slice(0, MAX_HITS);
      this.hasMore.value = info.more && hits.length < MAX_HITS;
      this.isSearching.value = false;
      this.refusal.value = null;
      this.upTo.value = info.find?.up_to ?? null;
    });
  }

  private refused({ code, message }: RequestFailed): void {
    batch(() => {
      this.isSearching.value = false;
      // Without a connection it is searched for again once there is one; what has no word is nowhere.
      this.refusal.value = code === "lost" || code === "malformed" ? null : { code, reason: message };
      if (code !== "lost") {
        this.hits.value = [];
        this.hasMore.value = false;
      }
    });
  }

  private beginningOfDay(daysAgo: number): string {
    const day = new Date(this.known.now());
    day.setHours(0, 0, 0, 0);
    day.setDate(day.getDate() - daysAgo);
    return day.toISOString();
  }
}

/** Returns the part of a text around its first hit. */
function excerptOf(text: string, at: readonly (readonly number[])[]): Excerpt {
  const first = at[0]?.[0] ?? 0;
  const begin = first <= BEFORE_HIT ? 0 : boundary(text, first - BEFORE_HIT);
  const end = text.length <= begin + EXCERPT ? text.length : boundary(text, begin + EXCERPT);
  const parts: { isHit: boolean; text: string }[] = [];
  const add = (isHit: boolean, from: number, to: number) => to > from && parts.push({ isHit, text: text.slice(from, to) });
  let reached = begin;
  for (const [start = 0, length = 0] of at) {
    if (start >= reached && start + length <= end) {
      add(false, reached, start);
      add(true, start, start + length);
      reached = start + length;
    }
  }
  add(false, reached, end);
  return [...(begin > 0 ? [{ isHit: false, text: "…" }] : []), ...parts, ...(end < text.length ? [{ isHit: false, text: "…" }] : [])];
}

/** Returns an index at or after this one that is not within a character. */
function boundary(text: string, index: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(index)) ? index + 1 : index;
}

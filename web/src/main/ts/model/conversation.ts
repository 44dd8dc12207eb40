import { computed, signal } from "@preact/signals-core";
import type { Conversations, Members } from "../wire/events.js";
import type { Code } from "../wire/values.js";
import { isGroup, isUser, type Key } from "./place.js";
import { type Entry, isTakenBack, isWritten, Timeline } from "./timeline.js";
import type { Upload } from "./uploads.js";
import * as Type from "../wire/type.js";

/** A text of the user's own that has no number yet. */
export interface WaitingText {
  id: string;
  text: string;
  /** When it was written, in milliseconds since 1970. */
  at: number;
  re?: number;
  /** The message that it seems to have become, before its answer has arrived; the two are not both shown. */
  mid?: number;
  /** Why it was refused; absent while it waits. */
  code?: Code;
  reason?: string;
}

/** Who is typing, and until when that is shown, in milliseconds since 1970. */
export interface TypingUser {
  user: string;
  until: number;
}

/** The place where somebody was reading: a message, and how far its top was below that of the list, in CSS pixels. */
export interface ReadingPosition {
  mid: number;
  offset: number;
}

/** A conversation as the daemon lists it (type 38). */
export type Listed = Conversations["info"]["items"][number];

/** A new text for a message. */
export interface Correction {
  mid: number;
  text: string;
}

/** A conversation, as far as it is known. */
export class Conversation {
  readonly timeline = new Timeline();
  readonly last = signal<Entry | null>(null);
  readonly unread = signal(0);
  readonly mentions = signal(0);
  readonly pinned = signal(false);
  readonly notify = signal<"all" | "mentions" | "none">("all");
  readonly isClosed = signal(false);
  /** A group's settings and members: all, or the first of very many; null until they are read. */
  readonly members = signal<Members["info"] | null>(null);
  /** Up to which message the other user has read, in a conversation of two. */
  readonly readByOther = signal(0);
  readonly typing = signal<readonly TypingUser[]>([]);
  readonly draft = signal("");
  readonly replyingTo = signal<number | null>(null);
  /** The text that is being corrected, by {@link Outbox.correct}; null if none is. */
  readonly correcting = signal<number | null>(null);
  readonly waiting = signal<readonly WaitingText[]>([]);
  /** Files of the user's own that are on their way, or were refused. */
  readonly uploads = signal<readonly Upload[]>([]);
  /** The correction as edited so far; null if it is still the text that was sent. */
  correction: string | null = null;
  /** A correction that has been sent and has no answer yet. */
  sentCorrection: Correction | null = null;
  /** A correction that was refused, while something else was being written. */
  refusedCorrection: Correction | null = null;
  /** Whether its first page is being loaded. */
  readonly isLoading = signal(false);

  /** Up to which message the user has read; 0 if that is not known. */
  read = 0;
  /** Up to which message `unread` counts. */
  private countedTo = 0;
  /** Whether the user has marked it as unread, on whichever device. */
  readonly isMarked = signal(false);
  /** From which message on the user has marked it, on this device; null if they have not. */
  markedFrom: number | null = null;
  /** The first message that was unread when it was opened; null if none was. */
  readonly firstUnread = signal<number | null>(null);
  /** Where the user was reading when they left it; null at the end. */
  reading: ReadingPosition | null = null;

  /** Its sort key in the list: the time of its last message, sent or waiting. */
  readonly sortKey = computed(() => {
    const waitingAt = Math.max(this.waiting.value.at(-1)?.at ?? 0, this.uploads.value.at(-1)?.at ?? 0);
    const lastAt = this.last.value === null ? 0 : Date.parse(this.last.value.time);
    return Math.max(waitingAt, lastAt);
  });

  constructor(readonly key: Key) {}

  /** Applies its entry in the daemon's list. */
  applyListed(listed: Listed): void {
    if (isListedEntry(listed.last)) {
      this.last.value = listed.last;
    }
    this.read = Math.max(this.read, listed.read);
    this.setCount(listed.unread, listed.mentions, listed.last.mid);
    this.notify.value = listed.notify;
    this.pinned.value = listed.pinned;
    this.isMarked.value = listed.marked;
  }

  /** Sets the daemon's unread counts, which include messages up to `countedTo`. */
  setCount(unread: number, mentioned: number, countedTo: number): void {
    this.unread.value = unread;
    this.mentions.value = mentioned;
    this.countedTo = Math.max(this.countedTo, countedTo);
  }

  /** Counts a new message from somebody else; those that the daemon has counted are not counted again. */
  countOne(entry: Entry, me: string, blocked: ReadonlySet<string>): void {
    if (entry.mid > this.countedTo) {
      this.countedTo = entry.mid;
      if (this.unread.peek() === 0) {
        this.read = Math.max(this.read, entry.mid - 1);
      }
      this.unread.value = Math.min(this.unread.peek() + 1, 100);
      this.mentions.value += mentions(entry, me) ? 1 : 0;
    }
    this.recount(me, blocked);
  }

  /** Sets the last message, unless a later one is known. */
  setLast(entry: Entry): void {
    if (entry.mid >= (this.last.peek()?.mid ?? 0)) {
      this.last.value = entry;
    }
  }

  /**
   * Counts this user's unread messages again, if all of them are in memory; returns whether they are. Messages from
   * blocked users and messages that were taken back are not counted.
   */
  recount(me: string, blocked: ReadonlySet<string>): boolean {
    const { timeline, read } = this;
    const entries = timeline.entries.peek();
    if (read >= (this.last.peek()?.mid ?? 0)) {
      this.unread.value = 0;
      this.mentions.value = 0;
      return true;
    }
    if (timeline.isLoaded && !timeline.hasAfter && (!timeline.hasBefore || (entries[0]?.mid ?? Infinity) <= read)) {
      const unread = entries.filter((entry) => entry.mid > read && isWritten(entry) && !isTakenBack(entry) && entry.send !== me && !blocked.has(entry.send));
      this.unread.value = Math.min(unread.length, 100);
      this.mentions.value = unread.filter((entry) => mentions(entry, me)).length;
      return true;
    }
    return false;
  }
}

/** Returns whether an entry is shown collapsed: it was written to several, by somebody whom the user has blocked. */
export function isCollapsed(entry: Entry, key: Key, blocked: ReadonlySet<string>): boolean {
  return !isUser(key) && isWritten(entry) && blocked.has(entry.send);
}

/** Returns whether an entry mentions a user, by name or by mentioning a whole group. */
export function mentions(entry: Entry, user: string): boolean {
  return (
    "mentions" in entry && (entry.mentions ?? []).some((mentioned) => mentioned === user || isGroup(mentioned))
  );
}

function isListedEntry(item: Listed["last"]): item is Entry {
  return item.type !== Type.TakeBack && item.type !== Type.Correct && item.type !== Type.React;
}

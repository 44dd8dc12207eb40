import { batch } from "@preact/signals-core";
import type { Page } from "../wire/events.js";
import { RequestFailed } from "../wire/session.js";
import type { Conversation } from "./conversation.js";
import type { ChatState } from "./state.js";
import { isKey, type Key } from "./place.js";
import { isEntry, isWritten } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How many messages a page has, and how many read ones are shown before the first unread one. */
const PAGE_SIZE = 50;
const CONTEXT = 20;
/**
 * How many conversations keep their messages in memory, and how many messages of each are loaded before it is opened.
 */
export const CONVERSATIONS_IN_MEMORY = 20;
export const PREFETCHED_MESSAGES = 30;
/** How long a read mark is delayed, so that later ones are coalesced with it, in milliseconds. */
const MARK_DELAY = 400;

/**
 * Loads conversations in pages: the one that is open, and those that may be opened next; and marks how far the user has
 * read.
 */
export class Pages {
  /** The conversation that is shown. */
  current: Key | null = null;
  private readonly recentlyOpened: Key[] = [];
  private readonly paging = new Set<Conversation>();
  private readonly pendingMarks = new Map<Key, () => void>();
  /** The queue of requests for pages, one at a time, since the daemon answers one at a time. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly known: ChatState) {}

  /** Opens a conversation: from memory if it is there, else at the given message, or from the first unread one. */
  async open(key: Key, target?: number): Promise<void> {
    const conversation = this.known.conversation(key);
    this.current = key;
    this.touch(key);
    const { timeline } = conversation;
    const marked = this.takeMark(conversation);
    const message = target ?? marked ?? conversation.reading?.mid;
    const last = conversation.last.peek()?.mid ?? 0;
    conversation.firstUnread.value =
      marked ?? (conversation.unread.peek() > 0 && conversation.read < last ? this.firstUnreadOf(conversation) : null);
    const isThere = message === undefined || timeline.entries.peek().some((entry) => entry.mid === message);
    const reaches = conversation.unread.peek() === 0 || (timeline.first ?? Infinity) <= conversation.read || !timeline.hasBefore;
    if (timeline.isLoaded && isThere && (reaches || message !== undefined)) {
      return;
    }
    await this.enqueue(async () => {
      if (message !== undefined) {
        await this.loadAround(conversation, message);
      } else if (conversation.unread.peek() > PREFETCHED_MESSAGES) {
        await this.loadAround(conversation, conversation.read);
      } else if (!timeline.isLoaded || timeline.hasAfter || !reaches) {
        await this.loadNewest(conversation, PAGE_SIZE + CONTEXT);
        // Messages that do not count, such as those of a blocked person, may be in between.
        if (conversation.unread.peek() > 0 && timeline.hasBefore && (timeline.first ?? 0) > conversation.read) {
          await this.loadAround(conversation, conversation.read);
        }
      }
      if (conversation.unread.peek() > 0 && marked === null) {
        conversation.firstUnread.value = this.firstUnreadOf(conversation);
      }
    });
  }

  /**
   * Marks a conversation as unread, for all of the user's devices; on this one it is opened at the given message. What
   * others see as read stays read.
   */
  async markUnread(conversation: Conversation, mid: number): Promise<void> {
    conversation.markedFrom = mid;
    await this.setMark(conversation, true);
  }

  /** Ends the mark of a conversation that is opened; returns from which message it was unread, if that is known here. */
  private takeMark(conversation: Conversation): number | null {
    const { markedFrom } = conversation;
    conversation.markedFrom = null;
    if (conversation.isMarked.peek()) {
      // If it fails, it stays marked elsewhere.
      this.setMark(conversation, false).catch(() => {});
    }
    if (markedFrom !== null) {
      conversation.reading = null;
    }
    return markedFrom;
  }

  private async setMark(conversation: Conversation, isMarked: boolean): Promise<void> {
    conversation.isMarked.value = isMarked;
    await this.known.session.ask({ type: Type.Preferences, info: { conversations: { [conversation.key]: { unread: isMarked } } } });
  }

  private firstUnreadOf({ timeline, read }: Conversation): number | null {
    const first = timeline.entries
      .peek()
      .find((entry) => entry.mid > read && isWritten(entry) && entry.send !== this.known.me && !this.known.people.blocked.peek().has(entry.send));
    return first?.mid ?? null;
  }

  /** Keeps in memory the messages of the conversations opened or listed first, and evicts those of the others. */
  private touch(key: Key): void {
    const index = this.recentlyOpened.indexOf(key);
    if (index >= 0) {
      this.recentlyOpened.splice(index, 1);
    }
    this.recentlyOpened.push(key);
    const kept = new Set([...this.recentlyOpened.slice(-CONVERSATIONS_IN_MEMORY), ...this.known.list.peek().slice(0, CONVERSATIONS_IN_MEMORY).map((listed) => listed.key)]);
    this.known.conversations.peek().forEach((conversation) => {
      if (!kept.has(conversation.key)) {
        conversation.timeline.clear();
      }
    });
    this.recentlyOpened.splice(0, this.recentlyOpened.length - CONVERSATIONS_IN_MEMORY);
  }

  /** Returns the conversation that a message belongs to, or null if there is none that the user may read. */
  async locate(mid: number): Promise<Key | null> {
    const answer = await this.known.session.ask({ type: Type.ReadHistory, info: { before: mid + 1, limit: 1 } });
    const item = answer.type === Type.Page ? answer.info.items.at(-1) : undefined;
    return item !== undefined && item.mid === mid && isEntry(item) ? (this.known.keysOf(item)[0] ?? null) : null;
  }

  /** Closes a conversation, and evicts its older messages if the user was reading at its end. */
  close(key: Key): void {
    const conversation = this.known.conversations.peek().get(key);
    this.current = null;
    if (conversation === undefined) {
      return;
    }
    conversation.firstUnread.value = null;
    if (conversation.reading === null && !conversation.timeline.hasAfter) {
      conversation.timeline.trim("before", PAGE_SIZE + CONTEXT);
    }
  }

  /** Loads the page before the loaded messages; does nothing while one is being loaded. */
  loadOlder(conversation: Conversation): Promise<void> {
    return this.unlessPaging(conversation, async () => {
      const { timeline } = conversation;
      const before = timeline.first;
      if (timeline.hasBefore && before !== undefined) {
        const page = await this.loadPage({ with: conversation.key, before, limit: PAGE_SIZE });
        if (page !== null && timeline.first === before) {
          timeline.addBefore(page.items, page.more);
        }
      }
    });
  }

  /** Loads the page after the loaded messages; does nothing while one is being loaded. */
  loadNewer(conversation: Conversation): Promise<void> {
    return this.unlessPaging(conversation, async () => {
      const { timeline } = conversation;
      const after = timeline.last;
      if (timeline.hasAfter && after !== undefined) {
        const page = await this.loadPage({ with: conversation.key, after, limit: PAGE_SIZE });
        if (page !== null && timeline.last === after) {
          timeline.addAfter(page.items, page.more);
        }
      }
    });
  }

  /** Loads the newest messages if they are not in memory. */
  async goToEnd(conversation: Conversation): Promise<void> {
    if (conversation.timeline.hasAfter || !conversation.timeline.isLoaded) {
      await this.enqueue(() => this.loadNewest(conversation, PAGE_SIZE));
    }
  }

  async loadNewest(conversation: Conversation, limit: number): Promise<void> {
    conversation.isLoading.value = true;
    try {
      const page = await this.loadPage({ with: conversation.key, limit });
      if (page !== null) {
        batch(() => {
          conversation.timeline.setNewest(page.items, page.more);
          const last = conversation.timeline.entries.peek().at(-1);
          if (last !== undefined) {
            conversation.setLast(last);
          }
          conversation.recount(this.known.me, this.known.people.blocked.peek());
        });
      }
    } finally {
      conversation.isLoading.value = false;
    }
  }

  private async loadAround(conversation: Conversation, mid: number): Promise<void> {
    conversation.isLoading.value = true;
    try {
      const before = await this.loadPage({ with: conversation.key, before: mid + 1, limit: CONTEXT });
      const after = await this.loadPage({ with: conversation.key, after: mid, limit: PAGE_SIZE });
      if (before !== null && after !== null) {
        batch(() => {
          conversation.timeline.setMiddle([...before.items, ...after.items], before.more, after.more);
          conversation.recount(this.known.me, this.known.people.blocked.peek());
        });
      }
    } finally {
      conversation.isLoading.value = false;
    }
  }

  async loadPage(info: { with: string; before?: number; after?: number; limit: number }): Promise<Page["info"] | null> {
    const answer = await this.known.session.ask({ type: Type.ReadHistory, info });
    if (answer.type !== Type.Page) {
      return null;
    }
    const page = answer.info;
    batch(() => {
      this.known.people.learn(page.names);
      const key = info.with;
      const readByOther = page.read?.[key];
      if (isKey(key)) {
        const conversation = this.known.conversation(key);
        conversation.read = Math.max(conversation.read, page.read?.[this.known.me] ?? 0);
        if (readByOther !== undefined && key !== this.known.me) {
          conversation.readByOther.value = Math.max(conversation.readByOther.peek(), readByOther);
        }
      }
    });
    return page;
  }

  private async unlessPaging(conversation: Conversation, act: () => Promise<void>): Promise<void> {
    if (!this.paging.has(conversation)) {
      this.paging.add(conversation);
      await this.enqueue(act).finally(() => this.paging.delete(conversation));
    }
  }

  /** Queues an action. If a request in it fails, the rest is skipped without an error. */
  enqueue(act: () => Promise<void>): Promise<void> {
    const done = this.queue.then(act).catch((e: unknown) => {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
    });
    this.queue = done.catch(() => {});
    return done;
  }

  /** Marks a conversation as read up to a message; the daemon is told a little later. */
  markRead(conversation: Conversation, mid: number): void {
    if (mid <= conversation.read) {
      return;
    }
    conversation.read = mid;
    conversation.recount(this.known.me, this.known.people.blocked.peek());
    if (!this.pendingMarks.has(conversation.key)) {
      const send = () => {
        this.pendingMarks.delete(conversation.key);
        this.known.session.send({ type: Type.Read, info: { with: conversation.key, mid: conversation.read } });
      };
      this.pendingMarks.set(conversation.key, this.known.clock.after(MARK_DELAY, send));
    }
  }

  /** Stores where the user is reading, so that they return there when the page is reloaded. */
  storeReadingPosition({ key, reading }: Conversation): void {
    const name = this.known.storageKey("reading", key);
    if (reading === null) {
      this.known.storage().remove(name);
    } else {
      this.known.storage().set(name, JSON.stringify(reading));
    }
  }

  /** Forgets what was open and read. */
  forget(): void {
    this.recentlyOpened.length = 0;
    this.pendingMarks.forEach((stop) => stop());
    this.pendingMarks.clear();
  }
}

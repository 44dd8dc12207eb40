import { batch } from "@preact/signals-core";
import type { Page } from "../wire/events.js";
import { RequestFailed } from "../wire/session.js";
import type { Conversation } from "./conversation.js";
import type { Known } from "./known.js";
import { isKey, type Key } from "./place.js";
import { isEntry, isWritten } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How many messages a page has, and how many read ones are shown before the first unread one. */
const PAGE = 50;
const CONTEXT = 20;
/**
 * How many conversations keep their messages in memory, and how many messages of each are loaded before it is opened.
 */
export const CONVERSATIONS_IN_MEMORY = 20;
export const PREFETCHED_MESSAGES = 30;
/** How long a read mark waits for a later one, in milliseconds. */
const MARK_PAUSE = 400;

/**
 * Loads conversations in pages: the one that is open, and those that may be opened next; and marks how far the user has
 * read.
 */
export class Pages {
  /** The conversation that is shown. */
  current: Key | null = null;
  private readonly opened: Key[] = [];
  private readonly paging = new Set<Conversation>();
  private readonly marks = new Map<Key, () => void>();
  /** The queue of requests for pages, one at a time, since the daemon answers one at a time. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly known: Known) {}

  /** Opens a conversation: from memory if it is there, else from its first unread message on, or at one message. */
  async open(key: Key, named?: number): Promise<void> {
    const conversation = this.known.conversation(key);
    this.current = key;
    this.touch(key);
    const { timeline } = conversation;
    const message = named ?? conversation.reading?.mid;
    const last = conversation.last.peek()?.mid ?? 0;
    conversation.firstUnread.value =
      conversation.unread.peek() > 0 && conversation.read < last ? this.firstUnreadOf(conversation) : null;
    const isThere = message === undefined || timeline.entries.peek().some((entry) => entry.mid === message);
    const reaches = conversation.unread.peek() === 0 || (timeline.first ?? Infinity) <= conversation.read || !timeline.hasBefore;
    if (timeline.isLoaded && isThere && (reaches || message !== undefined)) {
      return;
    }
    await this.enqueue(async () => {
      if (message !== undefined) {
        await this.readAround(conversation, message);
      } else if (conversation.unread.peek() > PREFETCHED_MESSAGES) {
        await this.readAround(conversation, conversation.read);
      } else if (!timeline.isLoaded || timeline.hasAfter || !reaches) {
        await this.readNewest(conversation, PAGE + CONTEXT);
        // Messages that do not count, such as those of a blocked person, may be in between.
        if (conversation.unread.peek() > 0 && timeline.hasBefore && (timeline.first ?? 0) > conversation.read) {
          await this.readAround(conversation, conversation.read);
        }
      }
      if (conversation.unread.peek() > 0) {
        conversation.firstUnread.value = this.firstUnreadOf(conversation);
      }
    });
  }

  private firstUnreadOf({ timeline, read }: Conversation): number | null {
    const first = timeline.entries
      .peek()
      .find((entry) => entry.mid > read && isWritten(entry) && entry.send !== this.known.me && !this.known.people.blocked.peek().has(entry.send));
    return first?.mid ?? null;
  }

  /** Stores the messages of the most recently opened conversations, and evicts those of the others. */
  private touch(key: Key): void {
    const index = this.opened.indexOf(key);
    if (index >= 0) {
      this.opened.splice(index, 1);
    }
    this.opened.push(key);
    const kept = new Set([...this.opened.slice(-CONVERSATIONS_IN_MEMORY), ...this.known.list.peek().slice(0, CONVERSATIONS_IN_MEMORY).map((listed) => listed.key)]);
    this.known.conversations.peek().forEach((conversation) => {
      if (!kept.has(conversation.key)) {
        conversation.timeline.clear();
      }
    });
    this.opened.splice(0, this.opened.length - CONVERSATIONS_IN_MEMORY);
  }

  /** Returns the conversation that a message belongs to, or null if there is none that the user may read. */
  async locate(mid: number): Promise<Key | null> {
    const answer = await this.known.session.ask({ type: Type.ReadHistory, info: { before: mid + 1, limit: 1 } });
    const item = answer.type === Type.Page ? answer.info.items.at(-1) : undefined;
    return item !== undefined && item.mid === mid && isEntry(item) ? (this.known.keysOf(item)[0] ?? null) : null;
  }

  /** Leaves a conversation: what is far above its end need not stay in memory. */
  close(key: Key): void {
    const conversation = this.known.conversations.peek().get(key);
    this.current = null;
    if (conversation === undefined) {
      return;
    }
    conversation.firstUnread.value = null;
    if (conversation.reading === null && !conversation.timeline.hasAfter) {
      conversation.timeline.trim("before", PAGE + CONTEXT);
    }
  }

  /** Loads the page before the loaded messages; does nothing while one is being loaded. */
  loadOlder(conversation: Conversation): Promise<void> {
    return this.unlessPaging(conversation, async () => {
      const { timeline } = conversation;
      const before = timeline.first;
      if (timeline.hasBefore && before !== undefined) {
        const page = await this.page({ with: conversation.key, before, limit: PAGE });
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
        const page = await this.page({ with: conversation.key, after, limit: PAGE });
        if (page !== null && timeline.last === after) {
          timeline.addAfter(page.items, page.more);
        }
      }
    });
  }

  /** Goes to the newest messages. */
  async goToEnd(conversation: Conversation): Promise<void> {
    if (conversation.timeline.hasAfter || !conversation.timeline.isLoaded) {
      await this.enqueue(() => this.readNewest(conversation, PAGE));
    }
  }

  async readNewest(conversation: Conversation, limit: number): Promise<void> {
    conversation.isLoading.value = true;
    try {
      const page = await this.page({ with: conversation.key, limit });
      if (page !== null) {
        batch(() => {
          conversation.timeline.setNewest(page.items, page.more);
          const last = conversation.timeline.entries.peek().at(-1);
          if (last !== undefined) {
            conversation.setLast(last);
          }
          conversation.count(this.known.me, this.known.people.blocked.peek());
        });
      }
    } finally {
      conversation.isLoading.value = false;
    }
  }

  private async readAround(conversation: Conversation, mid: number): Promise<void> {
    conversation.isLoading.value = true;
    try {
      const before = await this.page({ with: conversation.key, before: mid + 1, limit: CONTEXT });
      const after = await this.page({ with: conversation.key, after: mid, limit: PAGE });
      if (before !== null && after !== null) {
        batch(() => {
          conversation.timeline.setMiddle([...before.items, ...after.items], before.more, after.more);
          conversation.count(this.known.me, this.known.people.blocked.peek());
        });
      }
    } finally {
      conversation.isLoading.value = false;
    }
  }

  async page(info: { with: string; before?: number; after?: number; limit: number }): Promise<Page["info"] | null> {
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

  /** Queues an action. One that the loss of the connection interrupts is left to the next connection. */
  enqueue(act: () => Promise<void>): Promise<void> {
    const done = this.queue.then(act).catch((e: unknown) => {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
    });
    this.queue = done.catch(() => {});
    return done;
  }

  /** Marks a conversation as read up to a message that was seen. */
  see(conversation: Conversation, mid: number): void {
    if (mid <= conversation.read) {
      return;
    }
    conversation.read = mid;
    conversation.count(this.known.me, this.known.people.blocked.peek());
    if (!this.marks.has(conversation.key)) {
      const send = () => {
        this.marks.delete(conversation.key);
        this.known.session.send({ type: Type.Read, info: { with: conversation.key, mid: conversation.read } });
      };
      this.marks.set(conversation.key, this.known.clock.after(MARK_PAUSE, send));
    }
  }

  /** Stores where the user is reading, so that they return there when the page is reloaded. */
  keepReading({ key, reading }: Conversation): void {
    const name = this.known.storageKey("reading", key);
    if (reading === null) {
      this.known.keep().remove(name);
    } else {
      this.known.keep().set(name, JSON.stringify(reading));
    }
  }

  /** Forgets what was open and read. */
  forget(): void {
    this.opened.length = 0;
    this.marks.forEach((stop) => stop());
    this.marks.clear();
  }
}

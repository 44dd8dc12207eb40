import { batch } from "@preact/signals-core";
import type { Conversation, Waiting } from "./conversation.js";
import type { Known } from "./known.js";
import { isKey, type Key } from "./place.js";
import { partsOf } from "./text.js";
import type { Entry } from "./timeline.js";

/** How long a draft waits to be kept. */
const DRAFT_PAUSE = 300;
/** How often it is told that one is typing, in milliseconds. */
const TYPING_PAUSE = 3_000;

/** What is written: drafts, and texts that wait for their number, which are sent once, in order, over any connection. */
export class Outbox {
  private readonly unkept = new Set<Conversation>();
  private wroteAt = 0;
  private toldTyping = 0;

  constructor(private readonly known: Known) {}

  /** Finds among what waits the text that a message of one's own seems to be: it may come before its answer does. */
  claim(conversation: Conversation, { mid, info }: Entry): void {
    const waiting = conversation.waiting.peek();
    const found = waiting.find(({ text, mid: had, code }) => text === info && had === undefined && code === undefined);
    if (found !== undefined && !this.known.sentAs.has(mid)) {
      this.known.sentAs.set(mid, found.id);
      conversation.waiting.value = waiting.map((one) => (one === found ? { ...one, mid } : one));
    }
  }

  /** Sends a text, once; it is shown at once, as waiting. */
  send(conversation: Conversation, text: string): void {
    const re = conversation.answering.peek();
    // What was written later is sent later, also if the clock is set back meanwhile.
    this.wroteAt = Math.max(this.known.now(), this.wroteAt + 1);
    const waiting: Waiting = { id: this.known.clock.newId(), text, at: this.wroteAt, ...(re === null ? {} : { re }) };
    batch(() => {
      conversation.answering.value = null;
      conversation.waiting.value = [...conversation.waiting.peek(), waiting];
      this.setDraft(conversation, "");
    });
    this.keepWaiting();
    this.sendOut(conversation.key, waiting);
  }

  /** Sends again what was refused. */
  again(conversation: Conversation, id: string): void {
    const refused = this.takeOut(conversation, id);
    if (refused !== null) {
      const waiting = { id, text: refused.text, at: refused.at, ...reOf(refused) };
      conversation.waiting.value = [...conversation.waiting.peek(), waiting];
      this.keepWaiting();
      this.sendOut(conversation.key, waiting);
    }
  }

  /** Takes a text out of what waits or was refused; returns it, or null if it is not there any more. */
  takeOut(conversation: Conversation, id: string): Waiting | null {
    const found = conversation.waiting.peek().find((waiting) => waiting.id === id);
    if (found === undefined) {
      return null;
    }
    conversation.waiting.value = conversation.waiting.peek().filter((waiting) => waiting.id !== id);
    this.keepWaiting();
    return found;
  }

  private sendOut(key: Key, waiting: Waiting): void {
    const { id, text } = waiting;
    const more = reOf(waiting);
    if (key.startsWith("U")) {
      this.known.session.send({ type: 3, id, receive: key, info: text, ...more });
    } else {
      this.known.session.send({ type: 4, id, receive: key as `G${number}` | "", info: text, ...more });
    }
  }

  /** Sends what has no answer yet, in the order in which it was written. */
  sendAgain(): void {
    const all = [...this.known.conversations.peek().values()].flatMap((conversation) =>
      conversation.waiting.peek().map((waiting) => ({ key: conversation.key, waiting })),
    );
    all
      .filter(({ waiting }) => waiting.code === undefined)
      .sort((a, b) => a.waiting.at - b.waiting.at)
      .forEach(({ key, waiting }) => this.sendOut(key, waiting));
  }

  accepted(id: string | undefined, mid: number | undefined, time: string): void {
    for (const conversation of this.known.conversations.peek().values()) {
      const sent = conversation.waiting.peek().find((waiting) => waiting.id === id);
      if (sent !== undefined && mid !== undefined) {
        if (sent.mid !== undefined && sent.mid !== mid) {
          this.known.sentAs.delete(sent.mid);
        }
        this.known.sentAs.set(mid, sent.id);
        this.takeOut(conversation, sent.id);
        if (sent.mid === mid) {
          return;
        }
        const { key } = conversation;
        const entry = {
          type: key.startsWith("U") ? 3 : 4,
          send: this.known.me,
          receive: key,
          info: sent.text,
          mid,
          time,
          salt: "",
          mentions: this.mentionedIn(conversation, sent.text),
          ...reOf(sent),
        } as Entry;
        conversation.setLast(entry);
        this.known.add(conversation, entry);
        return;
      }
    }
  }

  /** Returns whom a text mentions, as the daemon finds them: its answer does not say. */
  private mentionedIn({ key, members }: Conversation, text: string): readonly string[] {
    if (!text.includes("@")) {
      return [];
    }
    const { names } = this.known.people;
    const who = key.startsWith("U") ? [key] : (members.peek()?.members.map(({ user_id }) => user_id) ?? [...names.peek().keys()]);
    const numbers = new Map(who.flatMap((user) => (user.startsWith("U") && user !== this.known.me ? [[`@${this.known.people.name(user)}`.toLowerCase(), user]] : [])));
    return partsOf(text, [...numbers.keys()].map((name) => name.slice(1)))
      .flatMap((part) => (part.kind === "mention" ? [numbers.get(part.text.toLowerCase()) ?? ""] : []));
  }

  refused(id: string | undefined, code: Waiting["code"] & string, reason: string): void {
    this.known.conversations.peek().forEach((conversation) => {
      if (conversation.waiting.peek().some((waiting) => waiting.id === id)) {
        conversation.waiting.value = conversation.waiting
          .peek()
          .map((waiting) => (waiting.id === id ? { id, text: waiting.text, at: waiting.at, ...reOf(waiting), code, reason } : waiting));
        this.keepWaiting();
      }
    });
  }

  /** Sets what is written and not sent; it is kept soon, as a long text changes with each key. */
  setDraft(conversation: Conversation, text: string): void {
    conversation.draft.value = text;
    if (this.unkept.size === 0) {
      this.known.clock.after(DRAFT_PAUSE, () => this.keepDrafts());
    }
    this.unkept.add(conversation);
  }

  /** Keeps the drafts that have changed: the page may be gone at once. */
  keepDrafts(): void {
    this.unkept.forEach(({ key, draft }) => {
      const name = this.known.named("draft", key);
      if (draft.peek() === "") {
        this.known.keep().remove(name);
      } else {
        this.known.keep().set(name, draft.peek());
      }
    });
    this.unkept.clear();
  }

  /** Tells that one is typing, not more often than it is passed on. */
  tellTyping(conversation: Conversation): void {
    const now = this.known.clock.now();
    if (conversation.key !== "" && conversation.key !== this.known.me && now - this.toldTyping >= TYPING_PAUSE) {
      this.toldTyping = now;
      this.known.session.send({ type: 22, receive: conversation.key, info: {} });
    }
  }

  /** Gets back what waited and the drafts of this account, from before the page was loaded. */
  restore(): void {
    const drafts = this.known.named("draft", "");
    for (const name of this.known.keep().names()) {
      const key = name.slice(drafts.length);
      if (name.startsWith(drafts) && isKey(key)) {
        this.known.conversation(key);
      }
    }
    const kept = this.known.keep().get(this.known.named("waiting"));
    if (kept === null) {
      return;
    }
    for (const [key, waiting] of JSON.parse(kept) as [Key, Waiting[]][]) {
      const conversation = this.known.conversation(key);
      if (conversation.waiting.peek().length === 0) {
        conversation.waiting.value = waiting;
        this.wroteAt = Math.max(this.wroteAt, ...waiting.map(({ at }) => at));
      }
    }
  }

  private keepWaiting(): void {
    const all = [...this.known.conversations.peek().values()]
      .filter((conversation) => conversation.waiting.peek().length > 0)
      .map((conversation) => [conversation.key, conversation.waiting.peek()]);
    if (all.length === 0) {
      this.known.keep().remove(this.known.named("waiting"));
    } else {
      this.known.keep().set(this.known.named("waiting"), JSON.stringify(all));
    }
  }

  /** Forgets what is not kept yet. */
  forget(): void {
    this.unkept.clear();
  }
}

function reOf({ re }: Waiting): { re?: number } {
  return re === undefined ? {} : { re };
}

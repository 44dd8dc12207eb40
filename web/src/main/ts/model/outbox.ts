import { batch } from "@preact/signals-core";
import type { Conversation, Waiting } from "./conversation.js";
import type { Known } from "./known.js";
import { isKey, isUser, type Key } from "./place.js";
import { Retry } from "./retry.js";
import { folded, partsOf } from "./text.js";
import type { Entry } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How long a draft waits before it is stored, in milliseconds. */
const DRAFT_PAUSE = 300;
/** The first and the longest pause before a temporarily refused text is sent again, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** How often a text is sent again if the daemon has failed, or does not know whether it is stored. */
const MAX_TRIES = 5;
/** The shortest time between typing notifications, in milliseconds. */
const TYPING_PAUSE = 3_000;

/** Drafts, and texts that wait for their number, which are sent exactly once, in order, over any connection. */
export class Outbox {
  private readonly unsavedDrafts = new Set<Conversation>();
  private wroteAt = 0;
  /**
   * The text in flight of each conversation, by its id: the next one is sent after its answer, so that none overtakes
   * it.
   */
  private readonly inFlight = new Map<Key, string>();
  /** Whether nothing is sent for now, because the daemon is busy. */
  private isPaused = false;
  private readonly retry: Retry;
  private readonly tries = new Map<string, number>();
  private typingSentAt = 0;

  constructor(private readonly known: Known) {
    this.retry = new Retry(known.clock, FIRST_PAUSE, LONGEST_PAUSE);
  }

  /** Finds the waiting text that a message of the user's own seems to be: the message may arrive before its answer. */
  claim(conversation: Conversation, { mid, info }: Entry): void {
    const waiting = conversation.waiting.peek();
    const found = waiting.find(({ text, mid: had, code }) => text === info && had === undefined && code === undefined);
    if (found !== undefined && !this.known.sentAs.has(mid)) {
      this.known.sentAs.set(mid, found.id);
      conversation.waiting.value = waiting.map((one) => (one === found ? { ...one, mid } : one));
    }
  }

  /** Sends a text, exactly once; it is shown immediately, as waiting. */
  send(conversation: Conversation, text: string): void {
    const re = conversation.answering.peek();
    // Later texts have later times, even if the clock is set back in between.
    this.wroteAt = Math.max(this.known.now(), this.wroteAt + 1);
    const waiting: Waiting = { id: this.known.clock.newId(), text, at: this.wroteAt, ...(re === null ? {} : { re }) };
    batch(() => {
      conversation.answering.value = null;
      conversation.waiting.value = [...conversation.waiting.peek(), waiting];
      this.setDraft(conversation, "");
    });
    this.storeWaiting();
    this.sendNext(conversation);
  }

  /** Sends a refused text again. */
  again(conversation: Conversation, id: string): void {
    const refused = this.takeOut(conversation, id);
    if (refused !== null) {
      const waiting = { id, text: refused.text, at: refused.at, ...reOf(refused) };
      conversation.waiting.value = [...conversation.waiting.peek(), waiting];
      this.storeWaiting();
      this.sendNext(conversation);
    }
  }

  /** Removes a waiting or refused text; returns it, or null if it is not there any more. */
  takeOut(conversation: Conversation, id: string): Waiting | null {
    const found = conversation.waiting.peek().find((waiting) => waiting.id === id);
    if (found === undefined) {
      return null;
    }
    conversation.waiting.value = conversation.waiting.peek().filter((waiting) => waiting.id !== id);
    this.storeWaiting();
    return found;
  }

  /** Sends the oldest text of a conversation that has no answer yet, unless it is in flight. */
  private sendNext({ key, waiting }: Conversation): void {
    const next = waiting.peek().find(({ code }) => code === undefined);
    if (next === undefined || this.isPaused || this.inFlight.get(key) === next.id) {
      return;
    }
    const { id, text } = next;
    const more = reOf(next);
    const isSent = isUser(key)
      ? this.known.session.send({ type: Type.Text, id, receive: key, info: text, ...more })
      : this.known.session.send({ type: Type.TextToAll, id, receive: key as `G${number}` | "", info: text, ...more });
    if (isSent) {
      this.inFlight.set(key, id);
    }
  }

  /**
   * Sends the texts that have no answer yet, over a new connection or after a pause; those of each conversation in the
   * order in which they were written.
   */
  sendAgain(): void {
    this.retry.cancel();
    this.isPaused = false;
    this.inFlight.clear();
    this.known.conversations.peek().forEach((conversation) => this.sendNext(conversation));
  }

  /** Records the number of a text that was accepted, and sends the next one. */
  accepted(id: string | undefined, mid: number | undefined, time: string): void {
    const conversation = this.settle(id, mid, time);
    if (conversation !== null) {
      this.tries.clear();
      this.retry.reset();
      this.sendNext(conversation);
    }
  }

  private settle(id: string | undefined, mid: number | undefined, time: string): Conversation | null {
    for (const conversation of this.known.conversations.peek().values()) {
      const sent = conversation.waiting.peek().find((waiting) => waiting.id === id);
      if (sent !== undefined && mid !== undefined) {
        if (sent.mid !== undefined && sent.mid !== mid) {
          this.known.sentAs.delete(sent.mid);
        }
        this.known.sentAs.set(mid, sent.id);
        this.takeOut(conversation, sent.id);
        if (sent.mid === mid) {
          return conversation;
        }
        const { key } = conversation;
        const entry = {
          type: isUser(key) ? 3 : 4,
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
        return conversation;
      }
    }
    return null;
  }

  /** Returns whom a text mentions, by the daemon's rule: its answer does not say. */
  private mentionedIn({ key, members }: Conversation, text: string): readonly string[] {
    if (!/[@＠]/.test(text)) {
      return [];
    }
    const { names } = this.known.people;
    const who = isUser(key) ? [key] : (members.peek()?.members.map(({ user_id }) => user_id) ?? [...names.peek().keys()]);
    const numbers = new Map(who.flatMap((user) => (isUser(user) && user !== this.known.me ? [[folded(this.known.people.name(user)), user]] : [])));
    return partsOf(text, [...numbers.keys()])
      .flatMap((part) => (part.kind === "mention" ? [numbers.get(folded(part.text.slice(1))) ?? ""] : []));
  }

  private isTemporary(id: string, code: string): boolean {
    const tries = (this.tries.get(id) ?? 0) + 1;
    this.tries.set(id, tries);
    return code === "busy" || (code === "internal" && tries <= MAX_TRIES);
  }

  /**
   * Records that a text was refused; one that was refused because the daemon is busy keeps waiting, and is sent again.
   */
  refused(id: string | undefined, code: Waiting["code"] & string, reason: string): void {
    if (id !== undefined && this.isTemporary(id, code)) {
      this.isPaused = true;
      this.retry.later(() => this.sendAgain());
      return;
    }
    this.known.conversations.peek().forEach((conversation) => {
      if (conversation.waiting.peek().some((waiting) => waiting.id === id)) {
        conversation.waiting.value = conversation.waiting
          .peek()
          .map((waiting) => (waiting.id === id ? { id, text: waiting.text, at: waiting.at, ...reOf(waiting), code, reason } : waiting));
        this.inFlight.delete(conversation.key);
        this.storeWaiting();
        this.sendNext(conversation);
      }
    });
  }

  /** Sets the draft; it is stored a little later, since a long text changes with each key. */
  setDraft(conversation: Conversation, text: string): void {
    conversation.draft.value = text;
    if (this.unsavedDrafts.size === 0) {
      this.known.clock.after(DRAFT_PAUSE, () => this.keepDrafts());
    }
    this.unsavedDrafts.add(conversation);
  }

  /** Stores the drafts that have changed: the page may be closed at any moment. */
  keepDrafts(): void {
    this.unsavedDrafts.forEach(({ key, draft }) => {
      const name = this.known.storageKey("draft", key);
      if (draft.peek() === "") {
        this.known.keep().remove(name);
      } else {
        this.known.keep().set(name, draft.peek());
      }
    });
    this.unsavedDrafts.clear();
  }

  /** Notifies the others that the user is typing, no more often than the daemon passes it on. */
  notifyTyping(conversation: Conversation): void {
    const now = this.known.clock.now();
    if (conversation.key !== "" && conversation.key !== this.known.me && now - this.typingSentAt >= TYPING_PAUSE) {
      this.typingSentAt = now;
      this.known.session.send({ type: Type.Typing, receive: conversation.key, info: {} });
    }
  }

  /** Restores this account's waiting texts and drafts from before the page was loaded. */
  restore(): void {
    const drafts = this.known.storageKey("draft", "");
    for (const name of this.known.keep().names()) {
      const key = name.slice(drafts.length);
      if (name.startsWith(drafts) && isKey(key)) {
        this.known.conversation(key);
      }
    }
    const kept = this.known.keep().get(this.known.storageKey("waiting"));
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

  private storeWaiting(): void {
    const all = [...this.known.conversations.peek().values()]
      .filter((conversation) => conversation.waiting.peek().length > 0)
      .map((conversation) => [conversation.key, conversation.waiting.peek()]);
    if (all.length === 0) {
      this.known.keep().remove(this.known.storageKey("waiting"));
    } else {
      this.known.keep().set(this.known.storageKey("waiting"), JSON.stringify(all));
    }
  }

  /** Forgets what is not stored yet. */
  forget(): void {
    this.retry.cancel();
    this.isPaused = false;
    this.inFlight.clear();
    this.tries.clear();
    this.unsavedDrafts.clear();
  }
}

function reOf({ re }: Waiting): { re?: number } {
  return re === undefined ? {} : { re };
}

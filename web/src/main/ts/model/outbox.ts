import { batch } from "@preact/signals-core";
import type { Conversation, WaitingText } from "./conversation.js";
import type { ChatState } from "./state.js";
import { isKey, isUser, type Key } from "./place.js";
import { Retry } from "./retry.js";
import { canonicalName, partsOf } from "./text.js";
import type { Entry } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How long a draft waits before it is stored, in milliseconds. */
const DRAFT_DELAY = 300;
/** How often a text is retried after an internal error, when the daemon may not know whether it is stored. */
const MAX_TRIES = 5;
/** The shortest time between typing notifications, in milliseconds. */
const TYPING_INTERVAL = 3_000;

/** Drafts, and texts waiting for their number: each is sent exactly once, in order, even across reconnections. */
export class Outbox {
  private readonly unsavedDrafts = new Set<Conversation>();
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

  constructor(private readonly known: ChatState) {
    this.retry = new Retry(known.clock);
  }

  /** Finds the waiting text that a message of the user's own seems to be: the message may arrive before its answer. */
  matchWaiting(conversation: Conversation, { mid, info }: Entry): void {
    const waiting = conversation.waiting.peek();
    const found = waiting.find(({ text, mid: had, code }) => text === info && had === undefined && code === undefined);
    if (found !== undefined && !this.known.sentAs.has(mid)) {
      this.known.sentAs.set(mid, found.id);
      conversation.waiting.value = waiting.map((one) => (one === found ? { ...one, mid } : one));
    }
  }

  /** Sends a text, exactly once; it is shown immediately, as waiting. */
  send(conversation: Conversation, text: string): void {
    const re = conversation.replyingTo.peek();
    batch(() => {
      conversation.replyingTo.value = null;
      this.setDraft(conversation, "");
      this.enqueue(conversation, { ...this.newText(text), ...(re === null ? {} : { re }) });
    });
  }

  /** Sends a text that was written elsewhere; what is being written here stays. */
  forward(conversation: Conversation, text: string): void {
    this.enqueue(conversation, this.newText(text));
  }

  private newText(text: string): WaitingText {
    return { id: this.known.clock.newId(), text, at: this.known.nextTime() };
  }

  private enqueue(conversation: Conversation, waiting: WaitingText): void {
    conversation.waiting.value = [...conversation.waiting.peek(), waiting];
    this.storeWaiting();
    this.sendNext(conversation);
  }

  /** Sends a refused text again. */
  resend(conversation: Conversation, id: string): void {
    const refused = this.remove(conversation, id);
    if (refused !== null) {
      this.enqueue(conversation, { id, text: refused.text, at: refused.at, ...reOf(refused) });
    }
  }

  /** Removes a waiting or refused text; returns it, or null if it is not there any more. */
  remove(conversation: Conversation, id: string): WaitingText | null {
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
  resendAll(): void {
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
        this.remove(conversation, sent.id);
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

  /** Returns whom a text mentions, by the daemon's rules: the daemon's answer does not say. */
  private mentionedIn({ key, members }: Conversation, text: string): readonly string[] {
    if (!/[@＠]/.test(text)) {
      return [];
    }
    const { names } = this.known.people;
    const who = isUser(key) ? [key] : (members.peek()?.members.map(({ user_id }) => user_id) ?? [...names.peek().keys()]);
    const numbers = new Map(who.flatMap((user) => (isUser(user) && user !== this.known.me ? [[canonicalName(this.known.people.name(user)), user]] : [])));
    return partsOf(text, [...numbers.keys()])
      .flatMap((part) => (part.kind === "mention" ? [numbers.get(canonicalName(part.text.slice(1))) ?? ""] : []));
  }

  private shouldRetry(id: string, code: string): boolean {
    const tries = (this.tries.get(id) ?? 0) + 1;
    this.tries.set(id, tries);
    return code === "busy" || (code === "internal" && tries <= MAX_TRIES);
  }

  /**
   * Records that a text was refused; one that was refused because the daemon is busy keeps waiting, and is sent again.
   */
  refused(id: string | undefined, code: WaitingText["code"] & string, reason: string): void {
    if (id !== undefined && this.shouldRetry(id, code)) {
      this.isPaused = true;
      this.retry.schedule(() => this.resendAll());
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

  /** Sets the draft; it is stored a little later, so that a long text is not written at each keystroke. */
  setDraft(conversation: Conversation, text: string): void {
    conversation.draft.value = text;
    this.storeSoon(conversation);
    this.returnCorrection(conversation);
  }

  /**
   * Starts correcting a text, or, with null, stops.
   *
   * @param text the correction as edited so far; null if it is still the text that was sent
   */
  correct(conversation: Conversation, mid: number | null, text: string | null = null): void {
    conversation.correction = text;
    conversation.correcting.value = mid;
    this.storeSoon(conversation);
    if (mid === null) {
      this.returnCorrection(conversation);
    }
  }

  /** Stores the correction as edited so far. */
  setCorrection(conversation: Conversation, text: string): void {
    conversation.correction = text;
    this.storeSoon(conversation);
  }

  /** Records that a correction was sent: it is stored until it is answered. */
  correctionSent(conversation: Conversation, mid: number, text: string): void {
    conversation.sentCorrection = { mid, text };
    this.correct(conversation, null);
  }

  /** Records the answer to a correction; what was refused is to be written again. */
  correctionAnswered(conversation: Conversation, mid: number, text: string, isDone: boolean): void {
    if (!this.known.isKnown(conversation)) {
      // Nothing is stored for whoever has logged in since.
      return;
    }
    if (conversation.sentCorrection?.mid === mid && conversation.sentCorrection.text === text) {
      conversation.sentCorrection = null;
    }
    if (!isDone) {
      conversation.refusedCorrection = { mid, text };
      this.returnCorrection(conversation);
    }
    this.storeSoon(conversation);
  }

  /** Puts a refused correction back where it was written, once nothing else is being written there. */
  private returnCorrection(conversation: Conversation): void {
    const { refusedCorrection: refused, correcting, draft } = conversation;
    if (refused !== null && correcting.peek() === null && draft.peek() === "") {
      conversation.refusedCorrection = null;
      this.correct(conversation, refused.mid, refused.text);
    }
  }

  private storeSoon(conversation: Conversation): void {
    if (this.unsavedDrafts.size === 0) {
      this.known.clock.after(DRAFT_DELAY, () => this.storeDrafts());
    }
    this.unsavedDrafts.add(conversation);
  }

  /** Stores the drafts that have changed: the page may be closed at any moment. */
  storeDrafts(): void {
    this.unsavedDrafts.forEach(({ key, draft, correcting, correction, sentCorrection, refusedCorrection }) => {
      const mid = correcting.peek();
      const current = mid !== null && correction !== null ? { mid, text: correction } : (sentCorrection ?? refusedCorrection);
      this.store(this.known.storageKey("draft", key), draft.peek());
      this.store(this.known.storageKey("correction", key), current === null ? "" : JSON.stringify(current));
    });
    this.unsavedDrafts.clear();
  }

  private store(name: string, value: string): void {
    if (value === "") {
      this.known.storage().remove(name);
    } else {
      this.known.storage().set(name, value);
    }
  }

  /** Notifies the others that the user is typing, no more often than the daemon passes it on. */
  notifyTyping(conversation: Conversation): void {
    const now = this.known.clock.now();
    if (conversation.key !== "" && conversation.key !== this.known.me && now - this.typingSentAt >= TYPING_INTERVAL) {
      this.typingSentAt = now;
      this.known.session.send({ type: Type.Typing, receive: conversation.key, info: {} });
    }
  }

  /** Restores this account's waiting texts and drafts from before the page was loaded. */
  restore(): void {
    const drafts = this.known.storageKey("draft", "");
    for (const name of this.known.storage().names()) {
      const key = name.slice(drafts.length);
      if (name.startsWith(drafts) && isKey(key)) {
        this.known.conversation(key);
      }
    }
    const kept = this.known.storage().get(this.known.storageKey("waiting"));
    if (kept === null) {
      return;
    }
    for (const [key, waiting] of JSON.parse(kept) as [Key, WaitingText[]][]) {
      const conversation = this.known.conversation(key);
      if (conversation.waiting.peek().length === 0) {
        conversation.waiting.value = waiting;
        waiting.forEach(({ at }) => this.known.noteTime(at));
      }
    }
  }

  private storeWaiting(): void {
    const all = [...this.known.conversations.peek().values()]
      .filter((conversation) => conversation.waiting.peek().length > 0)
      .map((conversation) => [conversation.key, conversation.waiting.peek()]);
    if (all.length === 0) {
      this.known.storage().remove(this.known.storageKey("waiting"));
    } else {
      this.known.storage().set(this.known.storageKey("waiting"), JSON.stringify(all));
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

function reOf({ re }: WaitingText): { re?: number } {
  return re === undefined ? {} : { re };
}

import { batch } from "@preact/signals-core";
import type { Conversation, Waiting } from "./conversation.js";
import type { Known } from "./known.js";
import { isKey, isUser, type Key } from "./place.js";
import { folded, partsOf } from "./text.js";
import type { Entry } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How long a draft waits to be kept. */
const DRAFT_PAUSE = 300;
/** After which pauses a text that was refused for now is sent again, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** How often a text is sent again of which the daemon does not know whether it is stored, or in which it has failed. */
const MOST_TRIES = 5;
/** How often it is told that one is typing, in milliseconds. */
const TYPING_PAUSE = 3_000;

/** What is written: drafts, and texts that wait for their number, which are sent once, in order, over any connection. */
export class Outbox {
  private readonly unkept = new Set<Conversation>();
  private wroteAt = 0;
  /** The text of each conversation that is under way: the next one goes when it has its answer, so that none overtakes it. */
  private readonly underWay = new Map<Key, string>();
  /** Whether the daemon has no time now. */
  private isPaused = false;
  private pause = FIRST_PAUSE;
  private stopAgain: () => void = () => {};
  private readonly tries = new Map<string, number>();
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
    this.sendNext(conversation);
  }

  /** Sends again what was refused. */
  again(conversation: Conversation, id: string): void {
    const refused = this.takeOut(conversation, id);
    if (refused !== null) {
      const waiting = { id, text: refused.text, at: refused.at, ...reOf(refused) };
      conversation.waiting.value = [...conversation.waiting.peek(), waiting];
      this.keepWaiting();
      this.sendNext(conversation);
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

  /** Sends the oldest text of a conversation that has no answer yet, unless it is under way. */
  private sendNext({ key, waiting }: Conversation): void {
    const next = waiting.peek().find(({ code }) => code === undefined);
    if (next === undefined || this.isPaused || this.underWay.get(key) === next.id) {
      return;
    }
    const { id, text } = next;
    const more = reOf(next);
    const isSent = isUser(key)
      ? this.known.session.send({ type: Type.Text, id, receive: key, info: text, ...more })
      : this.known.session.send({ type: Type.TextToAll, id, receive: key as `G${number}` | "", info: text, ...more });
    if (isSent) {
      this.underWay.set(key, id);
    }
  }

  /** Sends what has no answer yet, over a new connection or after a pause; each conversation in the order of its writing. */
  sendAgain(): void {
    this.stopAgain();
    this.isPaused = false;
    this.underWay.clear();
    this.known.conversations.peek().forEach((conversation) => this.sendNext(conversation));
  }

  /** Takes that what was sent has a number; what waits behind it is sent. */
  accepted(id: string | undefined, mid: number | undefined, time: string): void {
    const conversation = this.settle(id, mid, time);
    if (conversation !== null) {
      this.tries.clear();
      this.pause = FIRST_PAUSE;
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

  /** Returns whom a text mentions, as the daemon finds them: its answer does not say. */
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

  private isForNow(id: string, code: string): boolean {
    const tries = (this.tries.get(id) ?? 0) + 1;
    this.tries.set(id, tries);
    return code === "busy" || (code === "internal" && tries <= MOST_TRIES);
  }

  /** Takes that a text was refused: one for which the daemon has no time now goes on waiting, and is sent again. */
  refused(id: string | undefined, code: Waiting["code"] & string, reason: string): void {
    if (id !== undefined && this.isForNow(id, code)) {
      this.isPaused = true;
      this.stopAgain();
      this.stopAgain = this.known.clock.after(this.pause, () => this.sendAgain());
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      return;
    }
    this.known.conversations.peek().forEach((conversation) => {
      if (conversation.waiting.peek().some((waiting) => waiting.id === id)) {
        conversation.waiting.value = conversation.waiting
          .peek()
          .map((waiting) => (waiting.id === id ? { id, text: waiting.text, at: waiting.at, ...reOf(waiting), code, reason } : waiting));
        this.underWay.delete(conversation.key);
        this.keepWaiting();
        this.sendNext(conversation);
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
      this.known.session.send({ type: Type.Typing, receive: conversation.key, info: {} });
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
    this.stopAgain();
    this.isPaused = false;
    this.underWay.clear();
    this.tries.clear();
    this.unkept.clear();
  }
}

function reOf({ re }: Waiting): { re?: number } {
  return re === undefined ? {} : { re };
}

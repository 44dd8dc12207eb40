import { Chat } from "../../main/ts/model/chat.js";
import { isKey, type Key } from "../../main/ts/model/place.js";
import { type Entry, isTakenBack } from "../../main/ts/model/timeline.js";
import type { Clock } from "../../main/ts/wire/clock.js";
import { webSockets } from "../../main/ts/wire/link.js";
import { Session } from "../../main/ts/wire/session.js";
import { noCarrier, noFiles } from "./files.js";
import { MemoryStore } from "./store.js";
import { TESTS } from "./tests.js";

/** What a test compares with the daemon's history: a message as it is now. */
interface Seen {
  mid: number;
  text: string | null;
  version: number;
  reactions: { [code: string]: readonly string[] };
  mentions: readonly string[];
}

const clock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  frame: (act) => void setTimeout(act, 5),
  random: () => Math.random() / 10,
  newId: () => crypto.randomUUID(),
};

/** The model of the page without the page: a test tells it what to do, and looks at what it knows. */
class Model {
  private readonly store = new MemoryStore();
  private readonly chat = new Chat(clock, () => this.store, noFiles, noCarrier);
  private readonly session: Session;

  constructor(url: string, user: string, password: string) {
    const { chat } = this;
    this.session = new Session(webSockets(url), clock, clock.newId(), {
      changed: (state) => chat.changed(state),
      requestWithLogin: () => chat.requestWithLogin(),
      welcomed: (welcome, isResumed, along) => chat.welcomed(welcome, isResumed, along),
      secretsChanged: () => {},
      eventReceived: (event) => chat.eventReceived(event),
    });
    chat.attach(this.session);
    this.session.open({ user, password, remember: true });
  }

  /** Returns what the session is doing, and how many texts wait. */
  state(): { at: string; waiting: number } {
    const all = [...this.chat.conversations.value.values()];
    return { at: this.chat.state.value.at, waiting: all.reduce((sum, { waiting }) => sum + waiting.value.length, 0) };
  }

  wake(): void {
    this.session.wake();
  }

  says(key: string, text: string): void {
    this.chat.outbox.send(this.conversation(key), text);
  }

  /**
   * Changes one of the newest messages of a conversation, or reacts to it; an attempt that is refused or cut off
   * changes nothing.
   */
  does(what: "correct" | "take back" | "react", key: string, chance: number): void {
    const { timeline } = this.conversation(key);
    const entries = timeline.entries.peek().filter((entry) => entry.type !== 24 && !isTakenBack(entry) && (what === "react" || entry.send === this.chat.me));
    const { mid } = entries[Math.floor(chance * Math.min(entries.length, 20))] ?? { mid: 0 };
    if (mid > 0) {
      const done = what === "correct" ? this.chat.correct(mid, `corrected ${clock.newId()}`) : what === "react" ? this.chat.react(mid, "👍", chance < 0.7) : this.chat.takeBack(mid);
      done.catch(() => {});
    }
  }

  /** Opens a conversation, so that its messages are in memory up to the newest. */
  async open(key: string): Promise<void> {
    const conversation = this.conversation(key);
    await this.chat.pages.open(conversation.key);
    await this.chat.pages.goToEnd(conversation);
  }

  /** Reads a page before what is in memory. */
  older(key: string): Promise<void> {
    return this.chat.pages.loadOlder(this.conversation(key));
  }

  /** Marks a conversation as read. */
  sees(key: string): void {
    const conversation = this.conversation(key);
    this.chat.pages.markRead(conversation, conversation.timeline.last ?? 0);
  }

  /** Returns the messages of a conversation that are in memory, and how many are unread. */
  screen(key: string): { messages: readonly Seen[]; unread: number; isWhole: boolean } {
    const { timeline, unread } = this.conversation(key);
    return { messages: timeline.entries.value.map(seen), unread: unread.value, isWhole: timeline.isLoaded && !timeline.hasAfter };
  }

  private conversation(key: string) {
    if (!isKey(key)) {
      throw new Error(`no conversation: ${key}`);
    }
    return this.chat.conversation(key satisfies Key);
  }
}

function seen(entry: Entry): Seen {
  const text = isTakenBack(entry) ? null : typeof entry.info === "string" ? entry.info : entry.type === 24 ? entry.info.op : entry.info.name;
  const reactions = "reactions" in entry && entry.reactions !== undefined && !isTakenBack(entry) ? entry.reactions : {};
  return {
    mid: entry.mid,
    text,
    version: "version" in entry && entry.version !== undefined ? entry.version.mid : entry.mid,
    reactions: Object.fromEntries(Object.entries(reactions).map(([code, { by }]) => [code, [...by].sort()])),
    mentions: "mentions" in entry && entry.mentions !== undefined && !isTakenBack(entry) ? [...entry.mentions].sort() : [],
  };
}

Object.assign(globalThis, { Model, TESTS });

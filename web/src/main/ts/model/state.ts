import { computed, signal } from "@preact/signals-core";
import type { Store } from "../store/store.js";
import type { Clock } from "../wire/clock.js";
import type { PreferencesChanged, Welcome } from "../wire/events.js";
import type { Session } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import { Conversation, type Correction, type ReadingPosition } from "./conversation.js";
import { People } from "./people.js";
import { isGroup, isKey, type Key } from "./place.js";
import type { Entry } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How many messages of a conversation may be in memory before new ones evict those over the timeline's limit. */
const MAX_IN_MEMORY = 350;

/** What is known about the user and the server since login. */
export type Self = Pick<Welcome["info"], "limits" | "server"> & { number: Numbered; preferences: Preferences };

/** Who may contact the user, and whether others learn what they have read. */
export type Preferences = PreferencesChanged["info"];

/**
 * People, conversations and the user, as far as they are known, and the session through which the rest is requested.
 */
export class ChatState {
  readonly people = new People();
  readonly self = signal<Self | null>(null);
  readonly conversations = signal<ReadonlyMap<Key, Conversation>>(new Map());
  /** The conversations by their last message; pinned ones first. */
  readonly list = computed(() =>
    [...this.conversations.value.values()].sort(
      (a, b) => Number(b.pinned.value) - Number(a.pinned.value) || b.sortKey.value - a.sortKey.value,
    ),
  );
  /** The id with which a message was sent, by the number that it has since been given. */
  readonly sentAs = new Map<number, string>();
  /** By how many milliseconds the daemon's clock is ahead of this one. */
  clockOffset = 0;
  /** The session through which everything else is requested and sent. */
  session!: Session;
  /** When something was last written or chosen to be sent. */
  private lastSent = 0;

  constructor(
    readonly clock: Clock,
    readonly storage: () => Store,
  ) {}

  /** Sets the session. */
  attach(session: Session): void {
    this.session = session;
  }

  /** Sets the current preferences; the daemon also sends them to the session that changed them. */
  setPreferences(preferences: Preferences): void {
    const self = this.self.peek();
    if (self !== null) {
      this.self.value = { ...self, preferences };
    }
  }

  get me(): string {
    return this.self.value?.number ?? "";
  }

  /** Returns the time by the daemon's clock, in milliseconds since 1970: that of the device may be wrong. */
  now(): number {
    return this.clock.now() + this.clockOffset;
  }

  /**
   * Returns the time of what is sent now, by the daemon's clock: what is sent later has a later one, even if the clock
   * is set back in between.
   */
  nextTime(): number {
    this.lastSent = Math.max(this.now(), this.lastSent + 1);
    return this.lastSent;
  }

  /** Records when something was sent before the page was loaded. */
  noteTime(at: number): void {
    this.lastSent = Math.max(this.lastSent, at);
  }

  /** Returns whether a conversation is still known: it is not once somebody else, or nobody, is logged in. */
  isKnown(conversation: Conversation): boolean {
    return this.conversations.peek().get(conversation.key) === conversation;
  }

  /** Returns a conversation, creating it if it is new. */
  conversation(key: Key): Conversation {
    const known = this.conversations.peek().get(key);
    if (known !== undefined) {
      return known;
    }
    const made = new Conversation(key);
    made.draft.value = this.storage().get(this.storageKey("draft", key)) ?? "";
    const correction = JSON.parse(this.storage().get(this.storageKey("correction", key)) ?? "null") as Correction | null;
    if (correction !== null) {
      made.correcting.value = correction.mid;
      made.correction = correction.text;
    }
    made.reading = JSON.parse(this.storage().get(this.storageKey("reading", key)) ?? "null") as ReadingPosition | null;
    this.conversations.value = new Map([...this.conversations.peek(), [key, made]]);
    return made;
  }

  /** Returns why the user can't write in a conversation; null if they can. */
  obstacleTo({ key, isClosed }: Conversation): "closed" | "not-member" | "everyone" | "blocked" | null {
    const { self, people } = this;
    if (isClosed.value) {
      return "closed";
    }
    if (isGroup(key)) {
      return people.groups.value.has(key) ? null : "not-member";
    }
    if (key === "") {
      return self.value?.server.everyone === false ? "everyone" : null;
    }
    return people.blocked.value.has(key) ? "blocked" : null;
  }

  /** Returns the key of a message for rendering, which does not change when the message gets its number. */
  renderKey(mid: number): string {
    return this.sentAs.get(mid) ?? String(mid);
  }

  /** Returns the conversations that an entry belongs to: several, if the user sent it to several. */
  keysOf(entry: Entry): readonly Key[] {
    if (entry.type === Type.Group) {
      return [entry.info.group_id];
    }
    const { send, receive, receivers } = entry;
    if (receivers !== undefined && send === this.me) {
      return receivers.flatMap((receiver) => (isKey(receiver) ? [receiver] : []));
    }
    if (!isKey(receive)) {
      return [];
    }
    return receive === this.me && isKey(send) ? [send] : [receive];
  }

  /** Shows a new entry, and evicts others when there are too many, but never those that are being read. */
  add({ timeline, reading }: Conversation, entry: Entry): void {
    timeline.add(entry);
    if (timeline.entries.peek().length > MAX_IN_MEMORY) {
      timeline.trim(reading === null ? "before" : "after");
    }
  }

  storageKey(what: string, key?: Key): string {
    return `${this.self.peek()?.number ?? ""}/${what}${key === undefined ? "" : `/${key}`}`;
  }

  /** Forgets everything about an account. */
  forget(): void {
    this.self.value = null;
    this.conversations.value = new Map();
    this.people.forget();
    this.sentAs.clear();
  }
}

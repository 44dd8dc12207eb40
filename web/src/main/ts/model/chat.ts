import { batch, computed, signal } from "@preact/signals-core";
import type { Keep } from "../store/keep.js";
import type { Clock } from "../wire/clock.js";
import type { Event, Found, GroupChanged, Item, Page, Welcome } from "../wire/events.js";
import { type Session, type State, Unanswered, type Unsent } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import { Conversation, type Reading, type Waiting } from "./conversation.js";
import { isKey, type Key } from "./place.js";
import { People } from "./people.js";
import { partsOf } from "./text.js";
import { amended, type Entry, isEntry, isWritten } from "./timeline.js";

/** How many messages a page has, and how many of those before the first unread are shown with it. */
const PAGE = 50;
const CONTEXT = 20;
/** How many conversations keep their messages in memory, and how many messages are read of each before it is opened. */
const KEPT = 20;
const AHEAD = 30;
/** How many messages of a conversation are in memory before those over the bound of a timeline are let go, as more come. */
const MOST_LIVE = 350;
/** How many users are looked up at once. */
const MOST_NAMED = 200;
/** How long somebody is shown as typing, and how often that is told, in milliseconds. */
const TYPING = 6_000;
const TYPING_PAUSE = 3_000;
/** How long a read mark waits for a later one. */
const MARK_PAUSE = 400;
/** How long a draft waits to be kept. */
const DRAFT_PAUSE = 300;

/** What is known of oneself and of the server since the log in. */
export type Self = Pick<Welcome["info"], "limits" | "server" | "preferences"> & { number: Numbered };

/**
 * All that the page knows: people, conversations, what waits to be sent. Events change it together, once a frame; what a
 * person does, at once. It asks and tells through the session.
 */
export class Chat {
  readonly people = new People();
  readonly self = signal<Self | null>(null);
  readonly state = signal<State>({ at: "idle" });
  readonly isBehind = signal(false);
  readonly conversations = signal<ReadonlyMap<Key, Conversation>>(new Map());
  /** The conversations by their last message; pinned ones first. */
  readonly list = computed(() =>
    [...this.conversations.value.values()].sort(
      (a, b) => Number(b.pinned.value) - Number(a.pinned.value) || b.order.value - a.order.value,
    ),
  );
  /** How many messages are unread, and how many conversations have any. */
  readonly unread = computed(() =>
    this.list.value.reduce((sum, { unread, notify }) => sum + (notify.value === "none" ? 0 : unread.value), 0),
  );
  /** Messages of the open conversation that came, newest last: for those who listen to the page. */
  readonly arrived = signal<Entry | null>(null);

  /** Whether the list of conversations was read: who is not known then is nobody. */
  readonly isListed = signal(false);

  /** What the daemon says to this session alone. */
  readonly notice = signal("");

  private readonly sentAs = new Map<number, string>();
  private readonly opened: Key[] = [];
  /** The conversation that is shown. */
  private current: Key | null = null;
  private readonly paging = new Set<Conversation>();
  private readonly unkept = new Set<Conversation>();
  private readonly marks = new Map<Key, () => void>();
  private queue: Event[] = [];
  private toldTyping = 0;
  private session!: Session;
  /** By how many milliseconds the daemon's clock is ahead of this one. */
  private ahead = 0;
  private wroteAt = 0;
  /** What is asked one after the other, since the daemon answers one page at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly keep: () => Keep,
  ) {}

  /** Says through which session it asks and tells. */
  through(session: Session): void {
    this.session = session;
  }

  get me(): string {
    return this.self.value?.number ?? "";
  }

  /** Returns the time by the daemon's clock, in milliseconds since 1970: that of the device may be wrong. */
  now(): number {
    return this.clock.now() + this.ahead;
  }

  /** Returns a conversation, and makes it if it is new. */
  conversation(key: Key): Conversation {
    const known = this.conversations.peek().get(key);
    if (known !== undefined) {
      return known;
    }
    const made = new Conversation(key);
    made.draft.value = this.keep().get(this.named("draft", key)) ?? "";
    made.reading = JSON.parse(this.keep().get(this.named("reading", key)) ?? "null") as Reading | null;
    this.conversations.value = new Map([...this.conversations.peek(), [key, made]]);
    return made;
  }

  /** Returns by what a message is told from others while it is shown: that does not change when it gets its number. */
  identity(mid: number): string {
    return this.sentAs.get(mid) ?? String(mid);
  }

  // What the session tells

  changed(state: State): void {
    if (state.at === "ended" || state.at === "refused") {
      this.keepDrafts();
    }
    batch(() => {
      this.state.value = state;
      if (state.at === "idle" || state.at === "ended" || state.at === "refused") {
        this.queue = [];
      }
    });
  }

  asksAlong(): Unsent {
    return { type: 37, info: { limit: KEPT * 5 } };
  }

  welcomed({ info }: Welcome, isResumed: boolean, along: Promise<Event>): void {
    this.apply();
    this.ahead = Date.parse(info.time) - this.clock.now();
    batch(() => {
      const { people } = this;
      const isOther = this.self.peek() !== null && this.self.peek()?.number !== info.user_id;
      if (isOther) {
        this.forget();
      }
      this.self.value = {
        number: info.user_id,
        limits: info.limits,
        server: info.server,
        preferences: info.preferences,
      };
      people.learn({ ...info.names, [info.user_id]: info.user_name });
      people.learnUsers([...info.friends, ...info.strangers]);
      people.friends.value = new Set(info.friends.map((friend) => friend.user_id));
      people.online.value = new Set(
        [...info.friends, ...info.strangers].filter(({ online }) => online).map(({ user_id }) => user_id),
      );
      people.blocked.value = new Set(info.blocked);
      people.asking.value = info.requests.received.map(({ user_id, text }) => ({ user: user_id, text }));
      people.asked.value = new Set(info.requests.sent);
      people.groups.value = new Set(info.groups.map(({ group_id }) => group_id));
      for (const { group_id, group_name, closed } of info.groups) {
        people.learn({ [group_id]: group_name });
        this.conversation(group_id).isClosed.value = closed === true;
      }
      if (info.server.everyone || Object.hasOwn(info.unread, "")) {
        this.conversation("");
      }
      this.conversations.peek().forEach((conversation) => {
        const { count = 0, mentions: mentioned = 0, first = 0, last = 0 } = info.unread[conversation.key] ?? {};
        conversation.setCount(count, mentioned, last);
        conversation.read = Math.max(conversation.read, first - 1);
      });
      if (!isResumed) {
        this.isBehind.value = info.behind === true;
        this.conversations.peek().forEach((conversation) => conversation.timeline.clear());
      }
      this.restore();
    });
    this.sendAgain();
    if (!isResumed && this.current !== null) {
      void this.open(this.current);
    }
    void this.readList(isResumed, along);
  }

  heard(event: Event): void {
    if (this.queue.push(event) === 1) {
      this.clock.frame(() => this.apply());
    }
  }

  /** Takes what has come since the last frame. */
  private apply(): void {
    const events = this.queue;
    this.queue = [];
    batch(() => events.forEach((event) => this.take(event)));
  }

  private take(event: Event): void {
    const { people } = this;
    switch (event.type) {
      case 17:
        this.accepted(event.info.id, event.info.mid, event.info.time);
        break;
      case 18:
        this.refused(event.info.id, event.info.code, event.info.text);
        break;
      case 3:
      case 4:
      case 6:
      case 12:
      case 24:
      case 31:
      case 32:
      case 33:
        if ("mid" in event) {
          this.came(event);
        } else if (event.type === 3 && event.send === "server" && typeof event.info === "string") {
          this.notice.value = event.info;
        }
        break;
      case 5:
        people.setOnline(event.send, false);
        break;
      case 8:
        people.learn({ [event.info.user_id]: event.info.user_name });
        people.setOnline(event.info.user_id, true);
        break;
      case 16:
        people.learn({ [event.info.user_id]: event.info.user_name });
        break;
      case 9:
        people.learn({ [event.send]: event.name });
        if (event.send === this.me) {
          people.setAsked(event.receive, true);
        } else {
          people.setAsking(event.send, event.info);
        }
        break;
      case 10: {
        const other = event.send === this.me ? event.receive : event.send;
        people.setAsking(other, null);
        people.setAsked(other, false);
        if (event.info) {
          people.setFriend(other, true);
        }
        break;
      }
      case 25: {
        const other = event.send === this.me ? event.receive : event.send;
        people.setFriend(other, false);
        people.setAsked(other, false);
        people.setAsking(other, null);
        break;
      }
      case 21:
        if (event.send === this.me) {
          this.readElsewhere(event.info.with as Key, event.info.mid);
        } else if (isKey(event.info.with)) {
          const { readByOther } = this.conversation(event.info.with);
          readByOther.value = Math.max(readByOther.peek(), event.info.mid);
        }
        break;
      case 22:
        this.typed(event.send, (event.receive === this.me ? event.send : event.receive) as Key);
        break;
      case 35:
        if ("conversations" in event.info) {
          for (const [key, { notify, pinned }] of Object.entries(event.info.conversations)) {
            const conversation = this.conversation(key as Key);
            conversation.notify.value = notify;
            conversation.pinned.value = pinned;
          }
        }
        break;
    }
  }

  private came(item: Extract<Item, { mid: number }>): void {
    if (item.name !== undefined) {
      this.people.learn({ [item.send]: item.name });
    }
    if (!isEntry(item)) {
      this.conversations.peek().forEach((conversation) => {
        conversation.timeline.amend(item);
        const about = item.type === 32 ? item.info.of : item.info.mid;
        const last = conversation.last.peek();
        if (last?.mid === about) {
          conversation.last.value = amended(last, item);
        }
      });
      return;
    }
    if (item.type === 24) {
      this.groupChanged(item);
    }
    this.keysOf(item).forEach((key) => {
      const conversation = this.conversation(key);
      const isNew = item.mid > (conversation.last.peek()?.mid ?? 0);
      conversation.setLast(item);
      this.add(conversation, item);
      conversation.typing.value = conversation.typing.peek().filter(({ user }) => user !== item.send);
      if (item.send === this.me) {
        this.claim(conversation, item);
      } else if (isWritten(item) && isNew) {
        conversation.countOne(item, this.me);
        this.arrived.value = item;
      }
    });
  }

  /** Shows a new entry, and lets go of others when there are too many: never of those that are being read. */
  private add({ timeline, reading }: Conversation, entry: Entry): void {
    timeline.add(entry);
    if (timeline.entries.peek().length > MOST_LIVE) {
      timeline.trim(reading === null ? "before" : "after");
    }
  }

  private groupChanged({ info }: GroupChanged): void {
    const { people, me } = this;
    const { group_id: group, op } = info;
    people.learn({ [group]: info.group_name });
    if (op === "close") {
      this.conversation(group).isClosed.value = true;
    } else if (op === "leave" || op === "remove") {
      if (info.user === me) {
        people.setMember(group, false);
      }
    } else if (op === "join" || op === "create" ? info.by === me : op === "add" && info.users.includes(me as Numbered)) {
      people.setMember(group, true);
    } else if (op === "create" && info.users?.includes(me as Numbered) === true) {
      people.setMember(group, true);
    }
  }

  /** Finds among what waits the text that a message of one's own seems to be: it may come before its answer does. */
  private claim(conversation: Conversation, { mid, info }: Entry): void {
    const waiting = conversation.waiting.peek();
    const found = waiting.find(({ text, mid: had, code }) => text === info && had === undefined && code === undefined);
    if (found !== undefined && !this.sentAs.has(mid)) {
      this.sentAs.set(mid, found.id);
      conversation.waiting.value = waiting.map((one) => (one === found ? { ...one, mid } : one));
    }
  }

  /** Returns the conversations in which an entry stands: several for what one has sent to several. */
  private keysOf(entry: Entry): readonly Key[] {
    if (entry.type === 24) {
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

  private typed(user: Numbered, key: Key): void {
    const conversation = this.conversation(key);
    const until = this.clock.now() + TYPING;
    const others = conversation.typing.peek().filter((typing) => typing.user !== user);
    conversation.typing.value = [...others, { user, until }];
    this.clock.after(TYPING, () => {
      conversation.typing.value = conversation.typing.peek().filter((typing) => typing.until > this.clock.now());
    });
  }

  private readElsewhere(key: Key, mid: number): void {
    const conversation = this.conversation(key);
    conversation.read = Math.max(conversation.read, mid);
    conversation.count(this.me);
    if (conversation.unread.peek() > 0 && !conversation.timeline.isLoaded) {
      void this.readList(true);
    }
  }

  // Reading

  /** Reads the list of conversations, then the newest messages of the first of them. */
  private async readList(isResumed: boolean, asked: Promise<Event> = this.session.ask(this.asksAlong())): Promise<void> {
    try {
      const answer = await asked;
      batch(() => {
        if (answer.type === 38) {
          this.isListed.value = true;
          this.people.learn(answer.info.names);
          answer.info.items.forEach((listed) => {
            if (isKey(listed.with)) {
              this.conversation(listed.with).list(listed);
            }
          });
        }
      });
      await this.readNames();
      const { current } = this;
      if (isResumed && current?.startsWith("U") === true) {
        // Read marks are not told again.
        await this.inTurn(async () => void (await this.page({ with: current, limit: 1 })));
      }
      for (const conversation of this.list.peek().slice(0, KEPT)) {
        if (!conversation.timeline.isLoaded && !conversation.isLoading.peek()) {
          await this.inTurn(() => this.readNewest(conversation, AHEAD));
        }
      }
    } catch (e) {
      if (!(e instanceof Unanswered)) {
        throw e;
      }
      // The next connection reads it.
    }
  }

  /** Reads the names of those with whom there is nothing but a draft yet. */
  private async readNames(): Promise<void> {
    const unnamed = [...this.conversations.peek().keys()].filter((key) => key.startsWith("U") && !this.people.names.peek().has(key));
    if (unnamed.length > 0) {
      await this.lookUp(unnamed.slice(0, MOST_NAMED) as Numbered[]);
    }
  }

  /** Reads the names of users. */
  async lookUp(users: readonly Numbered[]): Promise<void> {
    const answer = await this.session.ask({ type: 28, info: { users: [...users] } });
    if (answer.type === 29) {
      this.people.learnUsers(answer.info.users);
    }
  }

  /** Tells the administrators of a message. */
  async report(mid: number, text: string): Promise<void> {
    await this.session.ask({ type: 36, info: { mid, text } });
  }

  /** Opens a conversation: from memory if it is there, else from its first unread message on, or at one message. */
  async open(key: Key, named?: number): Promise<void> {
    const conversation = this.conversation(key);
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
    await this.inTurn(async () => {
      if (message !== undefined) {
        await this.readAround(conversation, message);
      } else if (conversation.unread.peek() > AHEAD) {
        await this.readAround(conversation, conversation.read);
      } else if (!timeline.isLoaded || timeline.hasAfter || !reaches) {
        await this.readNewest(conversation, PAGE + CONTEXT);
      }
      if (conversation.unread.peek() > 0) {
        conversation.firstUnread.value = this.firstUnreadOf(conversation);
      }
    });
  }

  private firstUnreadOf({ timeline, read }: Conversation): number | null {
    const first = timeline.entries
      .peek()
      .find((entry) => entry.mid > read && isWritten(entry) && entry.send !== this.me);
    return first?.mid ?? null;
  }

  /** Keeps the messages of the conversations that were opened last, and lets go of those of others. */
  private touch(key: Key): void {
    const index = this.opened.indexOf(key);
    if (index >= 0) {
      this.opened.splice(index, 1);
    }
    this.opened.push(key);
    const kept = new Set([...this.opened.slice(-KEPT), ...this.list.peek().slice(0, KEPT).map((listed) => listed.key)]);
    this.conversations.peek().forEach((conversation) => {
      if (!kept.has(conversation.key)) {
        conversation.timeline.clear();
      }
    });
    this.opened.splice(0, this.opened.length - KEPT);
  }

  /** Returns the conversation in which a message stands, or null if there is none that one may read. */
  async locate(mid: number): Promise<Key | null> {
    const answer = await this.session.ask({ type: 19, info: { before: mid + 1, limit: 1 } });
    const item = answer.type === 20 ? answer.info.items.at(-1) : undefined;
    return item !== undefined && item.mid === mid && isEntry(item) ? (this.keysOf(item)[0] ?? null) : null;
  }

  /** Looks for people and open groups by the beginning of their names. */
  async find(text: string): Promise<Found["info"]> {
    const answer = await this.session.ask({ type: 28, info: { text, limit: 50 } });
    if (answer.type !== 29) {
      return { users: [], groups: [], names: {} };
    }
    this.people.learnUsers(answer.info.users);
    const { people } = this;
    people.learn(Object.fromEntries(answer.info.groups.map(({ group_id, group_name }) => [group_id, group_name])));
    people.openGroups.value = new Set([...people.openGroups.peek(), ...answer.info.groups.map(({ group_id }) => group_id)]);
    return answer.info;
  }

  /** Reads who is in a group, and what it is. */
  async members(group: `G${number}`): Promise<void> {
    const answer = await this.session.ask({ type: 23, info: { op: "members", group_id: group, limit: 1000 } });
    if (answer.type !== 24 || answer.info.op !== "members") {
      return;
    }
    const { info } = answer;
    batch(() => {
      this.people.learnUsers(info.members);
      info.members.forEach(({ user_id, online }) => this.people.setOnline(user_id, online));
      this.conversation(group).members.value = info;
    });
  }

  /** Asks somebody to be a friend. */
  async befriend(user: string): Promise<void> {
    await this.session.ask({ type: 9, receive: user, info: "" });
    this.people.setAsked(user, true);
  }

  /** Answers somebody who has asked to be a friend. */
  async answerRequest(user: string, agrees: boolean): Promise<void> {
    await this.session.ask({ type: 10, receive: user, info: agrees });
    batch(() => {
      this.people.setAsking(user as Numbered, null);
      this.people.setFriend(user, agrees);
    });
  }

  /** Ends a friendship, or takes back that one has asked. */
  async unfriend(user: string): Promise<void> {
    await this.session.ask({ type: 25, receive: user, info: {} });
    batch(() => {
      this.people.setAsked(user, false);
      this.people.setFriend(user, false);
    });
  }

  /** Blocks somebody, or no longer. */
  async block(user: string, on: boolean): Promise<void> {
    await this.session.ask({ type: 34, info: { user_id: user, on } });
    this.people.setBlocked(user, on);
  }

  /** Asks for what has no further answer; rejects with `Unanswered`. */
  async request(command: Unsent): Promise<Event> {
    return this.session.ask(command);
  }

  /** Leaves a conversation: what is far above its end need not stay in memory. */
  close(key: Key): void {
    const conversation = this.conversations.peek().get(key);
    this.current = null;
    if (conversation === undefined) {
      return;
    }
    conversation.firstUnread.value = null;
    if (conversation.reading === null && !conversation.timeline.hasAfter) {
      conversation.timeline.trim("before", PAGE + CONTEXT);
    }
  }

  /** Reads the page before what is there; does nothing while one is being read. */
  older(conversation: Conversation): Promise<void> {
    return this.once(conversation, async () => {
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

  /** Reads the page after what is there; does nothing while one is being read. */
  newer(conversation: Conversation): Promise<void> {
    return this.once(conversation, async () => {
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
  async toEnd(conversation: Conversation): Promise<void> {
    if (conversation.timeline.hasAfter || !conversation.timeline.isLoaded) {
      await this.inTurn(() => this.readNewest(conversation, PAGE));
    }
  }

  private async readNewest(conversation: Conversation, limit: number): Promise<void> {
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
          conversation.count(this.me);
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
          conversation.count(this.me);
        });
      }
    } finally {
      conversation.isLoading.value = false;
    }
  }

  private async page(info: { with: string; before?: number; after?: number; limit: number }): Promise<Page["info"] | null> {
    const answer = await this.session.ask({ type: 19, info });
    if (answer.type !== 20) {
      return null;
    }
    const page = answer.info;
    batch(() => {
      this.people.learn(page.names);
      const key = info.with;
      const readByOther = page.read?.[key];
      if (isKey(key)) {
        const conversation = this.conversation(key);
        conversation.read = Math.max(conversation.read, page.read?.[this.me] ?? 0);
        if (readByOther !== undefined && key !== this.me) {
          conversation.readByOther.value = Math.max(conversation.readByOther.peek(), readByOther);
        }
      }
    });
    return page;
  }

  private async once(conversation: Conversation, act: () => Promise<void>): Promise<void> {
    if (!this.paging.has(conversation)) {
      this.paging.add(conversation);
      await this.inTurn(act).finally(() => this.paging.delete(conversation));
    }
  }

  /** Does one thing after the other; what the connection's loss has cut, the next connection does. */
  private inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.turn.then(act).catch((e: unknown) => {
      if (!(e instanceof Unanswered)) {
        throw e;
      }
    });
    this.turn = done.catch(() => {});
    return done;
  }

  /** Marks a conversation as read up to what was seen. */
  see(conversation: Conversation, mid: number): void {
    if (mid <= conversation.read) {
      return;
    }
    conversation.read = mid;
    conversation.count(this.me);
    if (!this.marks.has(conversation.key)) {
      const tell = () => {
        this.marks.delete(conversation.key);
        this.session.send({ type: 21, info: { with: conversation.key, mid: conversation.read } });
      };
      this.marks.set(conversation.key, this.clock.after(MARK_PAUSE, tell));
    }
  }

  // Writing

  /** Sends a text, once; it is shown at once, as waiting. */
  send(conversation: Conversation, text: string): void {
    const re = conversation.answering.peek();
    // What was written later is sent later, also if the clock is set back meanwhile.
    this.wroteAt = Math.max(this.now(), this.wroteAt + 1);
    const waiting: Waiting = { id: this.clock.newId(), text, at: this.wroteAt, ...(re === null ? {} : { re }) };
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
      this.session.send({ type: 3, id, receive: key, info: text, ...more });
    } else {
      this.session.send({ type: 4, id, receive: key as `G${number}` | "", info: text, ...more });
    }
  }

  /** Sends what has no answer yet, in the order in which it was written. */
  private sendAgain(): void {
    const all = [...this.conversations.peek().values()].flatMap((conversation) =>
      conversation.waiting.peek().map((waiting) => ({ key: conversation.key, waiting })),
    );
    all
      .filter(({ waiting }) => waiting.code === undefined)
      .sort((a, b) => a.waiting.at - b.waiting.at)
      .forEach(({ key, waiting }) => this.sendOut(key, waiting));
  }

  private accepted(id: string | undefined, mid: number | undefined, time: string): void {
    for (const conversation of this.conversations.peek().values()) {
      const sent = conversation.waiting.peek().find((waiting) => waiting.id === id);
      if (sent !== undefined && mid !== undefined) {
        if (sent.mid !== undefined && sent.mid !== mid) {
          this.sentAs.delete(sent.mid);
        }
        this.sentAs.set(mid, sent.id);
        this.takeOut(conversation, sent.id);
        if (sent.mid === mid) {
          return;
        }
        const { key } = conversation;
        const entry = {
          type: key.startsWith("U") ? 3 : 4,
          send: this.me,
          receive: key,
          info: sent.text,
          mid,
          time,
          salt: "",
          mentions: this.mentionedIn(conversation, sent.text),
          ...reOf(sent),
        } as Entry;
        conversation.setLast(entry);
        this.add(conversation, entry);
        return;
      }
    }
  }

  /** Returns whom a text mentions, as the daemon finds them: its answer does not say. */
  private mentionedIn({ key, members }: Conversation, text: string): readonly string[] {
    if (!text.includes("@")) {
      return [];
    }
    const { names } = this.people;
    const who = key.startsWith("U") ? [key] : (members.peek()?.members.map(({ user_id }) => user_id) ?? [...names.peek().keys()]);
    const numbers = new Map(who.flatMap((user) => (user.startsWith("U") && user !== this.me ? [[`@${this.people.name(user)}`.toLowerCase(), user]] : [])));
    return partsOf(text, [...numbers.keys()].map((name) => name.slice(1)))
      .flatMap((part) => (part.kind === "mention" ? [numbers.get(part.text.toLowerCase()) ?? ""] : []));
  }

  private refused(id: string | undefined, code: Waiting["code"] & string, reason: string): void {
    this.conversations.peek().forEach((conversation) => {
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
      this.clock.after(DRAFT_PAUSE, () => this.keepDrafts());
    }
    this.unkept.add(conversation);
  }

  /** Keeps the drafts that have changed: the page may be gone at once. */
  keepDrafts(): void {
    this.unkept.forEach(({ key, draft }) => {
      const name = this.named("draft", key);
      if (draft.peek() === "") {
        this.keep().remove(name);
      } else {
        this.keep().set(name, draft.peek());
      }
    });
    this.unkept.clear();
  }

  /** Keeps where one is reading, so that it is found again when the page is loaded anew. */
  keepReading({ key, reading }: Conversation): void {
    const name = this.named("reading", key);
    if (reading === null) {
      this.keep().remove(name);
    } else {
      this.keep().set(name, JSON.stringify(reading));
    }
  }

  /** Tells that one is typing, not more often than it is passed on. */
  tellTyping(conversation: Conversation): void {
    const now = this.clock.now();
    if (conversation.key !== "" && conversation.key !== this.me && now - this.toldTyping >= TYPING_PAUSE) {
      this.toldTyping = now;
      this.session.send({ type: 22, receive: conversation.key, info: {} });
    }
  }

  /** Gives a text of one's own a new text. */
  async correct(mid: number, text: string): Promise<void> {
    const answer = await this.session.ask({ type: 32, info: { mid, text } });
    if (answer.type === 17 && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      batch(() => {
        const correction = { type: 32, send: this.me, receive: "", mid: number, time, salt: "", info: { of: mid, text } };
        this.came(correction as Item);
      });
    }
  }

  /** Takes a message back. */
  async takeBack(mid: number): Promise<void> {
    const answer = await this.session.ask({ type: 31, info: { mid } });
    if (answer.type === 17) {
      const number = answer.info.mid ?? mid;
      const back = { type: 31, send: this.me, receive: "", mid: number, time: answer.info.time, info: { mid, by: this.me } };
      batch(() => this.came(back as Item));
    }
  }

  /** Reacts to a message, or no longer. */
  async react(mid: number, code: string, on: boolean): Promise<void> {
    const answer = await this.session.ask({ type: 33, info: { mid, code, on } });
    if (answer.type === 17 && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      const info = { mid, code, on, by: this.me };
      batch(() => this.came({ type: 33, send: this.me, receive: "", mid: number, time, info } as Item));
    }
  }

  // What is kept

  /** Forgets all of an account: somebody else logs in, or nobody. */
  forget(): void {
    batch(() => {
      this.self.value = null;
      this.isListed.value = false;
      this.conversations.value = new Map();
      this.people.forget();
      this.opened.length = 0;
      this.sentAs.clear();
      this.marks.forEach((stop) => stop());
      this.marks.clear();
      this.unkept.clear();
    });
  }

  /** Gets back what waited and the drafts of this account, from before the page was loaded. */
  private restore(): void {
    const drafts = this.named("draft", "");
    for (const name of this.keep().names()) {
      const key = name.slice(drafts.length);
      if (name.startsWith(drafts) && isKey(key)) {
        this.conversation(key);
      }
    }
    const kept = this.keep().get(this.named("waiting"));
    if (kept === null) {
      return;
    }
    for (const [key, waiting] of JSON.parse(kept) as [Key, Waiting[]][]) {
      const conversation = this.conversation(key);
      if (conversation.waiting.peek().length === 0) {
        conversation.waiting.value = waiting;
        this.wroteAt = Math.max(this.wroteAt, ...waiting.map(({ at }) => at));
      }
    }
  }

  private keepWaiting(): void {
    const all = [...this.conversations.peek().values()]
      .filter((conversation) => conversation.waiting.peek().length > 0)
      .map((conversation) => [conversation.key, conversation.waiting.peek()]);
    if (all.length === 0) {
      this.keep().remove(this.named("waiting"));
    } else {
      this.keep().set(this.named("waiting"), JSON.stringify(all));
    }
  }

  private named(what: string, key?: Key): string {
    return `${this.self.peek()?.number ?? ""}/${what}${key === undefined ? "" : `/${key}`}`;
  }
}

function reOf({ re }: Waiting): { re?: number } {
  return re === undefined ? {} : { re };
}

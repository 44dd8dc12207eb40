import { batch, computed, signal } from "@preact/signals-core";
import type { Event, GroupChanged, Item, Welcome } from "../wire/events.js";
import { type State, Unanswered, type Unsent } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import { Asks } from "./asks.js";
import { Known } from "./known.js";
import { Outbox } from "./outbox.js";
import { AHEAD, KEPT, Pages } from "./pages.js";
import { isKey, type Key } from "./place.js";
import { amended, type Entry, isEntry, isWritten } from "./timeline.js";
import * as Type from "../wire/type.js";

/** How many conversations are listed at once. */
const LISTED = 100;
/** After how long the list is asked for again that was refused, in milliseconds. */
const AGAIN = 5_000;
/** How soon at most the daemon is asked how much is unread after something was taken back, in milliseconds. */
const COUNTING = 1_000;
/** How many users are looked up at once. */
const MOST_NAMED = 200;
/** How long somebody is shown as typing, in milliseconds. */
const TYPING = 6_000;

/**
 * All that the page knows, and what is done with it. Events change it together, once a frame; what a person does, at once.
 * It asks and tells through the session.
 */
export class Chat extends Known {
  readonly asks = new Asks(this);
  readonly outbox = new Outbox(this);
  readonly pages = new Pages(this);
  readonly state = signal<State>({ at: "idle" });
  readonly isBehind = signal(false);
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

  private queue: Event[] = [];

  /** Whether the daemon is asked soon how much is unread. */
  private isCounting = false;

  /** Gives up to ask for the list again. */
  private stopAsking: () => void = () => {};

  // What the session tells

  changed(state: State): void {
    if (state.at === "ended" || state.at === "refused") {
      this.outbox.keepDrafts();
    }
    batch(() => {
      this.state.value = state;
      if (state.at === "idle" || state.at === "ended" || state.at === "refused") {
        this.queue = [];
      }
    });
  }

  asksAlong(): Unsent {
    return { type: Type.ListConversations, info: { limit: LISTED } };
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
      this.outbox.restore();
    });
    this.outbox.sendAgain();
    const { current } = this.pages;
    if (!isResumed && current !== null) {
      void this.pages.open(current);
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
      case Type.Done:
        this.outbox.accepted(event.info.id, event.info.mid, event.info.time);
        break;
      case Type.Refused:
        this.outbox.refused(event.info.id, event.info.code, event.info.text);
        break;
      case Type.Text:
      case Type.TextToAll:
      case Type.File:
      case Type.Picture:
      case Type.Group:
      case Type.TakeBack:
      case Type.Correct:
      case Type.React:
        if ("mid" in event) {
          this.came(event);
        } else if (event.type === Type.Text && event.send === "server" && typeof event.info === "string") {
          this.notice.value = event.info;
        }
        break;
      case Type.Offline:
        people.setOnline(event.send, false);
        break;
      case Type.Online:
        people.learn({ [event.info.user_id]: event.info.user_name });
        people.setOnline(event.info.user_id, true);
        break;
      case Type.Renamed:
        people.learn({ [event.info.user_id]: event.info.user_name });
        break;
      case Type.FriendRequest:
        people.learn({ [event.send]: event.name });
        if (event.send === this.me) {
          people.setAsked(event.receive, true);
        } else {
          people.setAsking(event.send, event.info);
        }
        break;
      case Type.FriendAnswer: {
        const other = event.send === this.me ? event.receive : event.send;
        people.setAsking(other, null);
        people.setAsked(other, false);
        if (event.info) {
          people.setFriend(other, true);
        }
        break;
      }
      case Type.EndFriendship: {
        const other = event.send === this.me ? event.receive : event.send;
        people.setFriend(other, false);
        people.setAsked(other, false);
        people.setAsking(other, null);
        break;
      }
      case Type.Read:
        if (event.send === this.me) {
          this.readElsewhere(event.info.with as Key, event.info.mid);
        } else if (isKey(event.info.with)) {
          const { readByOther } = this.conversation(event.info.with);
          readByOther.value = Math.max(readByOther.peek(), event.info.mid);
        }
        break;
      case Type.Call:
        if (event.info.op === "call" && "name" in event) {
          people.learn({ [event.send]: event.name });
          people.setCalling(event.info.session, event.send);
        } else if (event.info.op === "cancel" || event.info.op === "over") {
          people.setCalling(event.info.session, null);
        }
        break;
      case Type.Typing:
        this.typed(event.send, (event.receive === this.me ? event.send : event.receive) as Key);
        break;
      case Type.Preferences:
        if ("conversations" in event.info) {
          for (const [key, { notify, pinned }] of Object.entries(event.info.conversations)) {
            const conversation = this.conversation(key as Key);
            conversation.notify.value = notify;
            conversation.pinned.value = pinned;
          }
        } else {
          this.setPreferences(event.info);
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
        const about = item.type === Type.Correct ? item.info.of : item.info.mid;
        const last = conversation.last.peek();
        if (last?.mid === about) {
          conversation.last.value = amended(last, item);
        }
        const isHere = item.send === "server" || conversation.key === item.receive || conversation.key === item.send;
        const isKnown = item.type !== Type.TakeBack || !isHere || conversation.count(this.me, this.people.blocked.peek());
        if (!isKnown && conversation.unread.peek() > 0 && about > conversation.read) {
          this.countLater();
        }
      });
      return;
    }
    if (item.type === Type.Group) {
      this.groupChanged(item);
    }
    this.keysOf(item).forEach((key) => {
      const conversation = this.conversation(key);
      const isNew = item.mid > (conversation.last.peek()?.mid ?? 0);
      conversation.setLast(item);
      this.add(conversation, item);
      conversation.typing.value = conversation.typing.peek().filter(({ user }) => user !== item.send);
      if (item.send === this.me) {
        this.outbox.claim(conversation, item);
      } else if (isWritten(item) && isNew && !this.people.blocked.peek().has(item.send)) {
        conversation.countOne(item, this.me, this.people.blocked.peek());
        this.arrived.value = item;
      }
    });
  }

  /** Asks the daemon, soon, how much is unread: something may have been taken back that is not in memory. */
  private countLater(): void {
    if (!this.isCounting) {
      this.isCounting = true;
      // Not all pages at once: it may have been taken back from everyone.
      this.clock.after(COUNTING * (1 + 9 * this.clock.random()), () => {
        this.isCounting = false;
        void this.readList(true);
      });
    }
  }

  private groupChanged({ info }: GroupChanged): void {
    const { people, me } = this;
    const { group_id: group } = info;
    people.learn({ [group]: info.group_name });
    const isAmong = (users: readonly string[] = []) => users.includes(me);
    switch (info.op) {
      case "close":
        this.conversation(group).isClosed.value = true;
        break;
      case "leave":
      case "remove":
        if (info.user === me) {
          people.setMember(group, false);
        }
        break;
      case "create":
      case "add":
      case "join":
        if ((info.op !== "add" && info.by === me) || (info.op !== "join" && isAmong(info.users))) {
          people.setMember(group, true);
        }
        break;
    }
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
    conversation.count(this.me, this.people.blocked.peek());
    if (conversation.unread.peek() > 0 && !conversation.timeline.isLoaded) {
      void this.readList(true);
    }
  }

  /** Reads the list of conversations, then the newest messages of the first of them. */
  private async readList(isResumed: boolean, asked: Promise<Event> = this.session.ask(this.asksAlong())): Promise<void> {
    this.stopAsking();
    try {
      const answer = await asked;
      batch(() => {
        if (answer.type === Type.Conversations) {
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
      const { current } = this.pages;
      if (isResumed && current?.startsWith("U") === true) {
        // Read marks are not told again.
        await this.pages.inTurn(async () => void (await this.pages.page({ with: current, limit: 1 })));
      }
      for (const conversation of this.list.peek().slice(0, KEPT)) {
        if (!conversation.timeline.isLoaded && !conversation.isLoading.peek()) {
          await this.pages.inTurn(() => this.pages.readNewest(conversation, AHEAD));
        }
      }
    } catch (e) {
      if (!(e instanceof Unanswered)) {
        throw e;
      }
      // The next connection reads it; this one once more, if the daemon could not answer for now.
      if (e.code !== "lost") {
        this.stopAsking();
        this.stopAsking = this.clock.after(AGAIN, () => void this.readList(isResumed));
      }
    }
  }

  /** Reads the names of those with whom there is nothing but a draft yet. */
  private async readNames(): Promise<void> {
    const unnamed = [...this.conversations.peek().keys()].filter((key) => key.startsWith("U") && !this.people.names.peek().has(key));
    if (unnamed.length > 0) {
      await this.asks.lookUp(unnamed.slice(0, MOST_NAMED) as Numbered[]);
    }
  }

  /** Gives a text of one's own a new text. */
  async correct(mid: number, text: string): Promise<void> {
    const answer = await this.session.ask({ type: Type.Correct, info: { mid, text } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      batch(() => {
        const correction = { type: Type.Correct, send: this.me, receive: "", mid: number, time, salt: "", info: { of: mid, text } };
        this.came(correction as Item);
      });
    }
  }

  /** Takes a message back. */
  async takeBack(mid: number): Promise<void> {
    const answer = await this.session.ask({ type: Type.TakeBack, info: { mid } });
    if (answer.type === Type.Done) {
      const number = answer.info.mid ?? mid;
      const back = { type: Type.TakeBack, send: this.me, receive: "", mid: number, time: answer.info.time, info: { mid, by: this.me } };
      batch(() => this.came(back as Item));
    }
  }

  /** Reacts to a message, or no longer. */
  async react(mid: number, code: string, on: boolean): Promise<void> {
    const answer = await this.session.ask({ type: Type.React, info: { mid, code, on } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      const info = { mid, code, on, by: this.me };
      batch(() => this.came({ type: Type.React, send: this.me, receive: "", mid: number, time, info } as Item));
    }
  }

  /** Forgets all of an account: somebody else logs in, or nobody. */
  override forget(): void {
    this.stopAsking();
    batch(() => {
      super.forget();
      this.isListed.value = false;
      this.pages.forget();
      this.outbox.forget();
    });
  }
}

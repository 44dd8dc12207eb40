import { batch, computed, signal } from "@preact/signals-core";
import type { Event, Item, Welcome } from "../wire/events.js";
import type { State, Unsent } from "../wire/session.js";
import * as Type from "../wire/type.js";
import { Requests } from "./requests.js";
import { Known } from "./known.js";
import { Listing } from "./listing.js";
import { Outbox } from "./outbox.js";
import { Media } from "./media.js";
import { Pages } from "./pages.js";
import { Reducer } from "./reducer.js";
import type { Entry } from "./timeline.js";
import { Uploads } from "./uploads.js";
import type { FileCarrier } from "../wire/files.js";
import type { Clock } from "../wire/clock.js";
import type { Store } from "../store/store.js";

/**
 * All that the page knows, and what is done with it. Events change it together, once a frame; what a person does, at once.
 * It asks and tells through the session.
 */
export class Chat extends Known {
  readonly requests = new Requests(this);
  readonly outbox = new Outbox(this);
  readonly pages = new Pages(this);
  readonly uploads: Uploads;
  readonly media: Media;
  readonly listing = new Listing(this);
  readonly state = signal<State>({ at: "idle" });
  readonly isBehind = signal(false);
  /** How many messages are unread, and how many conversations have any. */
  readonly unread = computed(() =>
    this.list.value.reduce((sum, { unread, notify }) => sum + (notify.value === "none" ? 0 : unread.value), 0),
  );
  /** Messages of the open conversation that came, newest last: for those who listen to the page. */
  readonly arrived = signal<Entry | null>(null);

  /** What the daemon says to this session alone. */
  readonly notice = signal("");

  private readonly reducer = new Reducer(this);
  private queue: Event[] = [];

  /** @param carrier sends files, and lets this browser fetch them */
  constructor(clock: Clock, keep: () => Store, carrier: FileCarrier) {
    super(clock, keep);
    this.uploads = new Uploads(this, carrier, () => this.state.peek().at === "live");
    this.media = new Media(clock, carrier);
  }

  // What the session tells

  changed(state: State): void {
    if (state.at === "ended" || state.at === "refused") {
      this.outbox.keepDrafts();
    }
    if (state.at === "idle" || state.at === "ended" || state.at === "refused") {
      this.uploads.setToken(null);
      this.media.setToken(null);
    }
    batch(() => {
      this.state.value = state;
      if (state.at === "idle" || state.at === "ended" || state.at === "refused") {
        this.queue = [];
      }
    });
  }

  requestWithLogin(): Unsent {
    return this.listing.question();
  }

  welcomed({ info }: Welcome, isResumed: boolean, along: Promise<Event>): void {
    this.apply();
    this.clockOffset = Date.parse(info.time) - this.clock.now();
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
    this.media.setToken(info.token);
    this.uploads.setToken(info.token);
    const { current } = this.pages;
    if (!isResumed && current !== null) {
      void this.pages.open(current);
    }
    void this.listing.read(isResumed, along);
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
    batch(() => events.forEach((event) => this.reducer.apply(event)));
  }

  /** Gives a text of one's own a new text. */
  async correct(mid: number, text: string): Promise<void> {
    const answer = await this.session.ask({ type: Type.Correct, info: { mid, text } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      batch(() => {
        const correction = { type: Type.Correct, send: this.me, receive: "", mid: number, time, salt: "", info: { of: mid, text } };
        this.reducer.arrived(correction as Item);
      });
    }
  }

  /** Takes a message back. */
  async takeBack(mid: number): Promise<void> {
    const answer = await this.session.ask({ type: Type.TakeBack, info: { mid } });
    if (answer.type === Type.Done) {
      const number = answer.info.mid ?? mid;
      const back = { type: Type.TakeBack, send: this.me, receive: "", mid: number, time: answer.info.time, info: { mid, by: this.me } };
      batch(() => this.reducer.arrived(back as Item));
    }
  }

  /** Reacts to a message, or no longer. */
  async react(mid: number, code: string, on: boolean): Promise<void> {
    const answer = await this.session.ask({ type: Type.React, info: { mid, code, on } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      const info = { mid, code, on, by: this.me };
      batch(() => this.reducer.arrived({ type: Type.React, send: this.me, receive: "", mid: number, time, info } as Item));
    }
  }

  /** Forgets all of an account: somebody else logs in, or nobody. */
  override forget(): void {
    batch(() => {
      super.forget();
      this.listing.forget();
      this.pages.forget();
      this.outbox.forget();
      this.uploads.forget();
    });
  }
}

import { batch, computed, signal } from "@preact/signals-core";
import type { Event, FileOffer, Item, Welcome } from "../wire/events.js";
import type { State, CommandWithoutId } from "../wire/session.js";
import * as Type from "../wire/type.js";
import { Avatars } from "./avatars.js";
import { Requests } from "./requests.js";
import { ChatState } from "./state.js";
import { Listing } from "./listing.js";
import { Outbox } from "./outbox.js";
import { FileAccess } from "./fileaccess.js";
import { Pages } from "./pages.js";
import type { Key } from "./place.js";
import { Reducer } from "./reducer.js";
import { MessageSearch } from "./search.js";
import type { Entry } from "./timeline.js";
import { type KeptFiles, Uploads } from "./uploads.js";
import type { FileCarrier } from "../wire/files.js";
import type { Clock } from "../wire/clock.js";
import type { Store } from "../store/store.js";

/**
 * The page's model and its operations. Events are applied in batches, one per frame; the user's actions immediately.
 * Requests are sent through the session.
 */
export class Chat extends ChatState {
  readonly requests = new Requests(this);
  readonly outbox = new Outbox(this);
  readonly pages = new Pages(this);
  readonly uploads: Uploads;
  readonly fileAccess: FileAccess;
  readonly listing = new Listing(this);
  readonly avatars = new Avatars(this);
  readonly search = new MessageSearch(this);
  readonly state = signal<State>({ at: "idle" });
  readonly isBehind = signal(false);
  /** How many messages are unread, not counting conversations whose notifications are off. */
  readonly unread = computed(() =>
    this.list.value.reduce((sum, { unread, isMarked, notify }) => sum + (notify.value === "none" ? 0 : Math.max(unread.value, Number(isMarked.value))), 0),
  );
  /** The latest new message from somebody else, in any conversation: announced to screen readers. */
  readonly arrived = signal<Entry | null>(null);

  /** The latest notice of the daemon to this session; empty if there is none. */
  readonly notice = signal("");

  private readonly reducer = new Reducer(this);
  private queue: Event[] = [];

  /**
   * @param files where files are kept until they are sent
   * @param carrier sends files, and lets this browser fetch them
   */
  constructor(clock: Clock, storage: () => Store, files: KeptFiles, carrier: FileCarrier) {
    super(clock, storage);
    this.uploads = new Uploads(this, carrier, files, () => this.state.peek().at === "live");
    this.fileAccess = new FileAccess(clock, carrier);
  }

  // Callbacks of the session

  changed(state: State): void {
    if (state.at === "ended" || state.at === "refused") {
      this.outbox.storeDrafts();
    }
    if (state.at === "idle" || state.at === "ended" || state.at === "refused") {
      this.uploads.setToken(null);
      this.fileAccess.setToken(null);
    }
    batch(() => {
      this.state.value = state;
      if (state.at === "idle" || state.at === "ended" || state.at === "refused") {
        this.queue = [];
      }
    });
  }

  requestWithLogin(): CommandWithoutId {
    return this.listing.listRequest();
  }

  welcomed({ info }: Welcome, isResumed: boolean, piggybackedAnswer: Promise<Event>): void {
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
      people.receivedRequests.value = info.requests.received.map(({ user_id, text }) => ({ user: user_id, text }));
      people.sentRequests.value = new Set(info.requests.sent);
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
    this.outbox.resendAll();
    this.fileAccess.setToken(info.token);
    this.uploads.setToken(info.token);
    void this.uploads.restore();
    this.avatars.askAgain();
    const { current } = this.pages;
    if (!isResumed && current !== null) {
      void this.pages.open(current);
    }
    void this.listing.load(isResumed, piggybackedAnswer);
  }

  eventReceived(event: Event): void {
    if (this.queue.push(event) === 1) {
      this.clock.frame(() => this.apply());
    }
  }

  /** Applies the events that have arrived since the last frame. */
  private apply(): void {
    const events = this.queue;
    this.queue = [];
    batch(() => events.forEach((event) => this.reducer.apply(event)));
  }

  /** Corrects a text that the user sent. */
  async correct(mid: number, text: string): Promise<void> {
    const answer = await this.session.ask({ type: Type.Correct, info: { mid, text } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      batch(() => {
        const correction = { type: Type.Correct, send: this.me, receive: "", mid: number, time, salt: "", info: { of: mid, text } };
        this.reducer.applyItem(correction as Item);
      });
    }
  }

  /** Sends a file that the user may read to another conversation, without its bytes. */
  async forwardFile({ type, info }: FileOffer, receive: Key): Promise<void> {
    const answer = await this.session.ask({ type, receive, info: { op: "again", file: info.file } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid, time, file = info.file } = answer.info;
      batch(() => this.reducer.applyItem({ type, send: this.me, receive, mid, time, salt: "", info: { ...info, file } } as Item));
    }
  }

  /** Takes a message back. */
  async takeBack(mid: number): Promise<void> {
    const answer = await this.session.ask({ type: Type.TakeBack, info: { mid } });
    if (answer.type === Type.Done) {
      const number = answer.info.mid ?? mid;
      const back = { type: Type.TakeBack, send: this.me, receive: "", mid: number, time: answer.info.time, info: { mid, by: this.me } };
      batch(() => this.reducer.applyItem(back as Item));
    }
  }

  /** Adds a reaction to a message, or removes it. */
  async react(mid: number, code: string, on: boolean): Promise<void> {
    const answer = await this.session.ask({ type: Type.React, info: { mid, code, on } });
    if (answer.type === Type.Done && answer.info.mid !== undefined) {
      const { mid: number, time } = answer.info;
      const info = { mid, code, on, by: this.me };
      batch(() => this.reducer.applyItem({ type: Type.React, send: this.me, receive: "", mid: number, time, info } as Item));
    }
  }

  /** Forgets everything about an account: the user has logged out, or somebody else logs in. */
  override forget(): void {
    batch(() => {
      super.forget();
      this.listing.forget();
      this.pages.forget();
      this.outbox.forget();
      this.uploads.forget();
      this.search.close();
      this.avatars.forget();
    });
  }
}

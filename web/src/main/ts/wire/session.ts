import type { Clock } from "./clock.js";
import type { Command } from "./commands.js";
import type { Event, Refused, Welcome } from "./events.js";
import type { Dial, Link } from "./link.js";
import type { Code } from "./values.js";
import * as Type from "./type.js";

/** What a login is made with. */
export type Credentials =
  | { user: string; password: string; remember: boolean }
  | { user: string; key: string }
  | { token: string; after: number };

/** What a session is doing. Times are in milliseconds since 1970. */
export type State =
  /** Nobody has tried to log in. */
  | { at: "idle" }
  /** The first connection is being made, or its login is being checked. */
  | { at: "entering" }
  /** The first connection can't be made. */
  | { at: "unreachable"; again: number }
  | { at: "refused"; code: Code }
  | { at: "live" }
  | { at: "lost"; since: number; again: number }
  /** The daemon has ended it; the reason is a sentence, or null if the account was logged in elsewhere. */
  | { at: "ended"; reason: string | null };

/** The callbacks of a session. */
export interface SessionListener {
  changed(state: State): void;
  /** Returns the request to be sent together with each login, so that its answer arrives in the same round trip. */
  requestWithLogin(): Unsent;
  /**
   * The login succeeded, or the session was resumed, as `isResumed` says; `along` is the answer to the request sent
   * with it.
   */
  welcomed(welcome: Welcome, isResumed: boolean, along: Promise<Event>): void;
  /** The secrets have changed with which this session can be resumed and its device can log in again. */
  secretsChanged(token: string | null, key: string | null): void;
  /** An event that is not the answer to a request. */
  heard(event: Event): void;
}

/** Why a request has no answer: the connection was lost, or the daemon refused. */
export class RequestFailed extends Error {
  constructor(
    readonly code: Code | "lost" | "unanswered",
    text: string,
  ) {
    super(text);
  }
}

interface PendingRequest {
  id: string;
  isAnsweredBy(event: Event): boolean;
  resolve(event: Event): void;
  reject(reason: RequestFailed): void;
}

/** A command without its id, which it gets when it is sent. */
export type Unsent = Command extends infer C ? (C extends Command ? Omit<C, "id"> : never) : never;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const LONGEST_SILENCE = 5_000;
/** How long a login, or a request outside of one, may take: the daemon delays the answer to a wrong password. */
const LONGEST_ENTRY = 60_000;

/**
 * A session with the daemon that outlives its connections: after a loss it reconnects after a random pause and resumes,
 * with the token of its login, or with the key of a remembered device (page `chat-json-1.md`, "Resuming"). It does not
 * resend anything: whoever must send something exactly once keeps it and sends it again.
 */
export class Session {
  private state: State = { at: "idle" };
  private link: Link | null = null;
  private credentials: Credentials | null = null;
  private user = "";
  private number = "";
  private token: string | null = null;
  private key: string | null = null;
  private after = 0;
  private tries = 0;
  /** When the last connection attempt began, in milliseconds since 1970. */
  private dialledAt = 0;
  private lastNotice: string | null = null;
  private pending: PendingRequest[] = [];
  private along: Promise<Event> | null = null;
  private cancelTimer: () => void = () => {};

  constructor(
    private readonly dial: Dial,
    private readonly clock: Clock,
    private device: string,
    private readonly listener: SessionListener,
  ) {}

  /** The highest number of a message that it has received. */
  get seen(): number {
    return this.after;
  }

  /** Logs in; what went before is forgotten. The key is used if the token is no longer valid. */
  enter(credentials: Credentials, key: { user: string; key: string } | null = null): void {
    this.leave();
    this.credentials = credentials;
    this.user = "user" in credentials ? credentials.user : (key?.user ?? "");
    this.token = "token" in credentials ? credentials.token : null;
    this.after = "token" in credentials ? credentials.after : 0;
    this.key = key?.key ?? null;
    this.change({ at: "entering" });
    this.connect();
  }

  /** Sets the device's label for later logins. */
  relabel(device: string): void {
    this.device = device;
  }

  /** Forgets everything; the daemon is not told. */
  leave(): void {
    this.cancelTimer();
    this.link?.close();
    this.link = null;
    this.token = this.key = this.credentials = null;
    this.number = "";
    this.tries = 0;
    this.failPending();
    this.change({ at: "idle" });
  }

  /** Logs out, so that neither token nor key is valid any more; then forgets everything, even if there is no answer. */
  async logOut(): Promise<void> {
    if (this.state.at === "live") {
      await new Promise<void>((done) => {
        const stop = this.clock.after(LONGEST_SILENCE, done);
        void this.ask({ type: Type.LogOut, info: "logout" })
          .catch(() => {})
          .then(() => {
            stop();
            done();
          });
      });
    }
    this.leave();
  }

  /**
   * Reconnects now instead of later, and checks whether a connection that seems alive is: for when a device wakes up.
   *
   * @param timeout how long the connection may take to show that it is, in milliseconds
   */
  wake(timeout = LONGEST_SILENCE): void {
    if (this.state.at === "lost" || this.state.at === "unreachable") {
      // An attempt that is under way gets its time.
      if (this.link === null || this.clock.now() - this.dialledAt > LONGEST_SILENCE) {
        this.connect();
      }
    } else if (this.state.at === "live" && this.link !== null) {
      const tried = this.link;
      const giveUp = this.clock.after(timeout, () => {
        if (this.link === tried) {
          tried.close();
          this.lose();
        }
      });
      this.ask({ type: Type.FindUsers, info: { users: [this.number as `U${number}`] } }).then(giveUp, giveUp);
    }
  }

  /** Sends a command whose answer, if any, goes to the listener; returns false if there is no connection. */
  send(command: Command): boolean {
    if (this.state.at !== "live" || this.link === null) {
      return false;
    }
    this.link.send(JSON.stringify(command));
    return true;
  }

  /** Sends a request, and resolves with its answer; rejects with `RequestFailed`. */
  ask(command: Unsent): Promise<Event> {
    return this.state.at === "live" && this.link !== null
      ? this.askOn(this.link, command)
      : Promise.reject(new RequestFailed("lost", "not connected"));
  }

  private askOn(link: Link, command: Unsent): Promise<Event> {
    return new Promise((resolve, reject) => {
      const id = this.clock.newId();
      link.send(JSON.stringify({ ...command, id }));
      this.pending.push({ id, isAnsweredBy: answers(command, id), resolve, reject });
    });
  }

  /**
   * Sends a request before login, on a connection of its own: to register, or to change a password that must be
   * changed.
   */
  askBeforeLogin(command: Unsent): Promise<Event> {
    return new Promise((resolve, reject) => {
      const id = this.clock.newId();
      const isAnswer = answers(command, id);
      const refuse = (code: RequestFailed["code"], text: string) => {
        stop();
        link.close();
        reject(new RequestFailed(code, text));
      };
      const stop = this.clock.after(LONGEST_ENTRY, () => refuse("unanswered", "no answer"));
      const link = this.dial({
        opened: () => link.send(JSON.stringify({ ...command, id })),
        said: (text) => {
          const event = JSON.parse(text) as Event;
          if (event.type === Type.Refused) {
            refuse(event.info.code, event.info.text);
          } else if (isAnswer(event)) {
            stop();
            link.close();
            resolve(event);
          }
        },
        closed: () => refuse("lost", "not connected"),
      });
    });
  }

  private connect(): void {
    this.cancelTimer();
    this.link?.close();
    // Answers on the new connection belong to the requests sent on it.
    this.failPending();
    this.dialledAt = this.clock.now();
    this.lastNotice = null;
    let isOpen = false;
    const link = this.dial({
      opened: () => {
        isOpen = true;
        this.logIn(link);
      },
      said: (text) => this.received(JSON.parse(text) as Event),
      closed: () => (isOpen || this.state.at === "live" ? this.lose() : this.unreachable()),
    });
    this.link = link;
    // For a connection that is accepted but never answered: the next one may reach another server, or the same one awake.
    this.cancelTimer = this.clock.after(LONGEST_ENTRY, () => {
      if (this.link === link && this.state.at !== "live") {
        link.close();
        this.unreachable();
      }
    });
  }

  /** Sends the login, and a request after it, which the daemon answers once it has answered the login. */
  private logIn(link: Link): void {
    link.send(JSON.stringify({ type: Type.LogIn, info: this.loginInfo() }));
    this.along = this.askOn(link, this.listener.requestWithLogin());
    // The listener handles it once it is welcomed; otherwise nobody does.
    this.along.catch(() => {});
  }

  private loginInfo(): object {
    const device = this.device;
    if (this.token !== null) {
      return { token: this.token, after: this.after };
    }
    if (this.key !== null) {
      return { user_id: this.user, key: this.key, device };
    }
    const given = this.credentials;
    if (given !== null && "password" in given) {
      return { user_id: given.user, user_pwd: given.password, device, ...(given.remember ? { remember: true } : {}) };
    }
    return { token: "", after: 0 };
  }

  private received(event: Event): void {
    if (event.type === Type.LoggedIn) {
      this.loginAnswered(event);
      return;
    }
    if ("mid" in event && typeof event.mid === "number") {
      this.after = Math.max(this.after, event.mid);
    } else if (event.type === Type.Done && event.info.mid !== undefined) {
      this.after = Math.max(this.after, event.info.mid);
    }
    if (event.type === Type.Offline && event.send === this.number) {
      const reason = this.lastNotice;
      this.leave();
      this.change({ at: "ended", reason });
      return;
    }
    this.lastNotice = event.type === Type.Text && event.send === "server" && typeof event.info === "string" ? event.info : null;
    const index = this.pending.findIndex((request) =>
      event.type === Type.Refused && event.info.id !== undefined ? event.info.id === request.id : request.isAnsweredBy(event),
    );
    if (index < 0) {
      this.listener.heard(event);
      return;
    }
    const [request] = this.pending.splice(index, 1);
    if (event.type === Type.Refused) {
      request?.reject(new RequestFailed(event.info.code, event.info.text));
    } else {
      if (event.type === Type.Changed && "key" in event.info && event.info.key !== undefined) {
        this.key = event.info.key;
        this.listener.secretsChanged(this.token, this.key);
      }
      request?.resolve(event);
    }
  }

  private loginAnswered(event: Welcome | Extract<Refused, { type: typeof Type.LoggedIn }>): void {
    if ("token" in event.info && this.along !== null) {
      const isResumed = this.token !== null && event.info.behind !== true;
      const welcome = event as Welcome;
      this.number = welcome.receive;
      this.user = welcome.receive;
      this.token = welcome.info.token;
      this.key = welcome.info.key ?? this.key;
      this.credentials = null;
      this.tries = 0;
      this.change({ at: "live" });
      this.listener.secretsChanged(this.token, this.key);
      this.listener.welcomed(welcome, isResumed, this.along);
      return;
    }
    const code = event.info.code as Code;
    if (code === "wrong-password" && this.token !== null && (this.key !== null || this.hasPassword())) {
      this.token = null;
      if (this.link !== null) {
        this.logIn(this.link);
      }
    } else if (code === "throttled" && (this.token !== null || this.key !== null)) {
      this.link?.close();
      this.lose();
    } else {
      const { credentials } = this;
      this.leave();
      this.credentials = credentials;
      this.change({ at: "refused", code });
    }
  }

  private hasPassword(): boolean {
    return this.credentials !== null && "password" in this.credentials;
  }

  private unreachable(): void {
    this.link = null;
    const again = this.pause();
    this.change(this.state.at === "lost" ? { ...this.state, again } : { at: "unreachable", again });
  }

  private lose(): void {
    this.link = null;
    const since = this.state.at === "lost" ? this.state.since : this.clock.now();
    const again = this.pause();
    this.failPending();
    this.change(this.number === "" ? { at: "unreachable", again } : { at: "lost", since, again });
  }

  /** Schedules a reconnection after a random pause; returns when that will be. */
  private pause(): number {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.tries++);
    const pause = longest * (0.5 + this.clock.random() / 2);
    this.cancelTimer();
    this.cancelTimer = this.clock.after(pause, () => this.connect());
    return this.clock.now() + pause;
  }

  private failPending(): void {
    const dropped = this.pending;
    this.pending = [];
    dropped.forEach((request) => request.reject(new RequestFailed("lost", "the connection was lost")));
  }

  private change(state: State): void {
    this.state = state;
    this.listener.changed(state);
  }
}

/**
 * Returns a predicate that recognises the answer to a command: the next event of its kind, since these arrive in the
 * order of the requests.
 */
function answers(command: Unsent, id: string): (event: Event) => boolean {
  switch (command.type) {
    case Type.Change:
      return (event) => event.type === Type.Changed;
    case Type.Register:
      return (event) => event.type === Type.Registered;
    case Type.ReadHistory:
    case Type.Search:
      return (event) => event.type === Type.Page;
    case Type.FindUsers:
      return (event) => event.type === Type.Users;
    case Type.ListConversations:
      return (event) => event.type === Type.Conversations;
    case Type.Sessions:
      if (command.info.op === "list") {
        return (event) => event.type === Type.Sessions;
      }
      break;
    case Type.ChangeGroup:
      if (command.info.op === "members") {
        return (event) => event.type === Type.Group && event.info.op === "members";
      }
      break;
  }
  return (event) => event.type === Type.Done && event.info.id === id;
}

import type { Clock } from "./clock.js";
import type { Command } from "./commands.js";
import type { Event, Refused, Welcome } from "./events.js";
import type { Dial, Link } from "./link.js";
import type { Code } from "./values.js";
import * as Type from "./type.js";

/** What a session is opened with. */
export type Credentials =
  | { user: string; password: string; remember: boolean }
  | { user: string; key: string }
  | { token: string; after: number };

/** What a session is doing. Times are in milliseconds since 1970. */
export type State =
  /** Nobody has tried to log in. */
  | { at: "idle" }
  /** The first connection is being made, or its login is being checked. */
  | { at: "connecting" }
  /** The first connection can't be made. */
  | { at: "unreachable"; retryAt: number }
  | { at: "refused"; code: Code }
  | { at: "live" }
  | { at: "lost"; since: number; retryAt: number }
  /** The daemon has ended it; the reason is a sentence, or null if the account was logged in elsewhere. */
  | { at: "ended"; reason: string | null };

/** The callbacks of a session. */
export interface SessionListener {
  changed(state: State): void;
  /** Returns the request to be sent together with each login, so that its answer arrives in the same round trip. */
  requestWithLogin(): CommandWithoutId;
  /**
   * The login succeeded, or the session was resumed, as `isResumed` says; `along` is the answer to the request sent
   * with it.
   */
  welcomed(welcome: Welcome, isResumed: boolean, piggybackedAnswer: Promise<Event>): void;
  /** The secrets for resuming this session, and for logging its device in again, have changed. */
  secretsChanged(token: string | null, key: string | null): void;
  /** An event that is not the answer to a request. */
  eventReceived(event: Event): void;
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
export type CommandWithoutId = Command extends infer C ? (C extends Command ? Omit<C, "id"> : never) : never;

const FIRST_BACKOFF = 500;
const MAX_BACKOFF = 30_000;
const ANSWER_TIMEOUT = 5_000;
/** How long a login, or a request outside of one, may take: the daemon delays the answer to a wrong password. */
const LOGIN_TIMEOUT = 60_000;

/**
 * A session with the daemon that outlives its connections: after a loss it reconnects after a random pause and resumes,
 * with the token of its login, or with the key of a remembered device (page `chat-json-1.md`, "Resuming"). It does not
 * resend anything: a caller that must send something exactly once stores it and sends it again.
 */
export class Session {
  private state: State = { at: "idle" };
  private link: Link | null = null;
  private credentials: Credentials | null = null;
  private user = "";
  private ownNumber = "";
  private token: string | null = null;
  private key: string | null = null;
  private after = 0;
  private tries = 0;
  /** When the last connection attempt began, in milliseconds since 1970. */
  private dialledAt = 0;
  private lastNotice: string | null = null;
  private pending: PendingRequest[] = [];
  private piggybackedAnswer: Promise<Event> | null = null;
  private cancelTimer: () => void = () => {};

  constructor(
    private readonly dial: Dial,
    private readonly clock: Clock,
    private device: string,
    private readonly listener: SessionListener,
  ) {}

  /** The highest number of a message that it has received. */
  get lastReceived(): number {
    return this.after;
  }

  /** Logs in; any earlier session is forgotten. The key is used if the token is no longer valid. */
  open(credentials: Credentials, key: { user: string; key: string } | null = null): void {
    this.close();
    this.credentials = credentials;
    this.user = "user" in credentials ? credentials.user : (key?.user ?? "");
    this.token = "token" in credentials ? credentials.token : null;
    this.after = "token" in credentials ? credentials.after : 0;
    this.key = key?.key ?? null;
    this.setState({ at: "connecting" });
    this.connect();
  }

  /** Sets the device's label for later logins. */
  setDevice(device: string): void {
    this.device = device;
  }

  /** Forgets everything; the daemon is not told. */
  close(): void {
    this.cancelTimer();
    this.link?.close();
    this.link = null;
    this.token = this.key = this.credentials = null;
    this.ownNumber = "";
    this.tries = 0;
    this.failPending();
    this.setState({ at: "idle" });
  }

  /** Logs out, so that neither token nor key is valid any more; then forgets everything, even if there is no answer. */
  async logOut(): Promise<void> {
    if (this.state.at === "live") {
      await new Promise<void>((done) => {
        const stop = this.clock.after(ANSWER_TIMEOUT, done);
        void this.ask({ type: Type.LogOut, info: "logout" })
          .catch(() => {})
          .then(() => {
            stop();
            done();
          });
      });
    }
    this.close();
  }

  /**
   * Reconnects now instead of later, and checks whether a connection that seems alive is: for when a device wakes up.
   *
   * @param timeout how long the connection may take to show that it is, in milliseconds
   */
  wake(timeout = ANSWER_TIMEOUT): void {
    if (this.state.at === "lost" || this.state.at === "unreachable") {
      // An attempt that is under way is given time.
      if (this.link === null || this.clock.now() - this.dialledAt > ANSWER_TIMEOUT) {
        this.connect();
      }
    } else if (this.state.at === "live" && this.link !== null) {
      const tried = this.link;
      const giveUp = this.clock.after(timeout, () => {
        if (this.link === tried) {
          tried.close();
          this.connectionLost();
        }
      });
      this.ask({ type: Type.FindUsers, info: { users: [this.ownNumber as `U${number}`] } }).then(giveUp, giveUp);
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
  ask(command: CommandWithoutId): Promise<Event> {
    return this.state.at === "live" && this.link !== null
      ? this.askOn(this.link, command)
      : Promise.reject(new RequestFailed("lost", "not connected"));
  }

  private askOn(link: Link, command: CommandWithoutId): Promise<Event> {
    return new Promise((resolve, reject) => {
      const id = this.clock.newId();
      link.send(JSON.stringify({ ...command, id }));
      this.pending.push({ id, isAnsweredBy: answerMatcher(command, id), resolve, reject });
    });
  }

  /**
   * Sends a request before login, on a connection of its own: to register, or to change a password that must be
   * changed.
   */
  askBeforeLogin(command: CommandWithoutId): Promise<Event> {
    return new Promise((resolve, reject) => {
      const id = this.clock.newId();
      const isAnswer = answerMatcher(command, id);
      const refuse = (code: RequestFailed["code"], text: string) => {
        stop();
        link.close();
        reject(new RequestFailed(code, text));
      };
      const stop = this.clock.after(LOGIN_TIMEOUT, () => refuse("unanswered", "no answer"));
      const link = this.dial({
        opened: () => link.send(JSON.stringify({ ...command, id })),
        received: (text) => {
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
        this.sendLogin(link);
      },
      received: (text) => this.received(JSON.parse(text) as Event),
      closed: () => (isOpen || this.state.at === "live" ? this.connectionLost() : this.connectFailed()),
    });
    this.link = link;
    // The connection may be accepted but never answered; the next may reach a server that responds.
    this.cancelTimer = this.clock.after(LOGIN_TIMEOUT, () => {
      if (this.link === link && this.state.at !== "live") {
        link.close();
        this.connectFailed();
      }
    });
  }

  /** Sends the login, and a request after it, which the daemon answers once it has answered the login. */
  private sendLogin(link: Link): void {
    link.send(JSON.stringify({ type: Type.LogIn, info: this.loginInfo() }));
    this.piggybackedAnswer = this.askOn(link, this.listener.requestWithLogin());
    // The listener handles a rejection once the login has succeeded; until then it is ignored.
    this.piggybackedAnswer.catch(() => {});
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
    if (event.type === Type.Offline && event.send === this.ownNumber) {
      const reason = this.lastNotice;
      this.close();
      this.setState({ at: "ended", reason });
      return;
    }
    this.lastNotice = event.type === Type.Text && event.send === "server" && typeof event.info === "string" ? event.info : null;
    const index = this.pending.findIndex((request) =>
      event.type === Type.Refused && event.info.id !== undefined ? event.info.id === request.id : request.isAnsweredBy(event),
    );
    if (index < 0) {
      this.listener.eventReceived(event);
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
    if ("token" in event.info && this.piggybackedAnswer !== null) {
      const welcome = event as Welcome;
      const { behind, restored } = welcome.info;
      const isResumed = this.token !== null && behind !== true && restored === undefined;
      // What came after the backup is lost; what comes from now on has higher numbers.
      this.after = Math.max(this.after, restored?.until ?? 0);
      this.ownNumber = welcome.receive;
      this.user = welcome.receive;
      this.token = welcome.info.token;
      this.key = welcome.info.key ?? this.key;
      this.credentials = null;
      this.tries = 0;
      this.setState({ at: "live" });
      this.listener.secretsChanged(this.token, this.key);
      this.listener.welcomed(welcome, isResumed, this.piggybackedAnswer);
      return;
    }
    const code = event.info.code as Code;
    if (code === "wrong-password" && this.token !== null && (this.key !== null || this.hasPassword())) {
      this.token = null;
      if (this.link !== null) {
        this.sendLogin(this.link);
      }
    } else if (code === "throttled" && (this.token !== null || this.key !== null)) {
      this.link?.close();
      this.connectionLost();
    } else {
      const { credentials } = this;
      this.close();
      this.credentials = credentials;
      this.setState({ at: "refused", code });
    }
  }

  private hasPassword(): boolean {
    return this.credentials !== null && "password" in this.credentials;
  }

  private connectFailed(): void {
    this.link = null;
    const again = this.scheduleReconnect();
    this.setState(this.state.at === "lost" ? { ...this.state, retryAt: again } : { at: "unreachable", retryAt: again });
  }

  private connectionLost(): void {
    this.link = null;
    const since = this.state.at === "lost" ? this.state.since : this.clock.now();
    const again = this.scheduleReconnect();
    this.failPending();
    this.setState(this.ownNumber === "" ? { at: "unreachable", retryAt: again } : { at: "lost", since, retryAt: again });
  }

  /** Schedules a reconnection after a random pause; returns when that will be. */
  private scheduleReconnect(): number {
    const longest = Math.min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** this.tries++);
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

  private setState(state: State): void {
    this.state = state;
    this.listener.changed(state);
  }
}

/**
 * Returns a predicate that recognises the answer to a command: the next event of its kind, since these arrive in the
 * order of the requests.
 */
function answerMatcher(command: CommandWithoutId, id: string): (event: Event) => boolean {
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
    case Type.Avatars:
      return (event) => (("of" in command.info ? event.type === Type.Avatars : event.type === Type.Done && event.info.id === id));
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

import type { Clock } from "./clock.js";
import type { Command } from "./commands.js";
import type { Event, Refused, Welcome } from "./events.js";
import type { Dial, Link } from "./link.js";
import type { Code } from "./values.js";
import * as Type from "./type.js";

/** With what one logs in. */
export type Credentials =
  | { user: string; password: string; remember: boolean }
  | { user: string; key: string }
  | { token: string; after: number };

/** What a session is doing. Times are in milliseconds since 1970. */
export type State =
  /** Nobody has tried to log in. */
  | { at: "idle" }
  /** The first connection is being made, or its log in is judged. */
  | { at: "entering" }
  /** The first connection can't be made. */
  | { at: "unreachable"; again: number }
  | { at: "refused"; code: Code }
  | { at: "live" }
  | { at: "lost"; since: number; again: number }
  /** The daemon has ended it; the reason is a sentence, or null if the account was logged in elsewhere. */
  | { at: "ended"; reason: string | null };

/** What a session tells. */
export interface SessionListener {
  changed(state: State): void;
  /** Returns what is asked together with each log in, so that its answer comes in the same round trip. */
  asksAlong(): Unsent;
  /** The log in succeeded, or the session goes on, as `isResumed` says; `along` is the answer to what was asked with it. */
  welcomed(welcome: Welcome, isResumed: boolean, along: Promise<Event>): void;
  /** The secrets have changed with which this session is resumed, and its device logs in again. */
  secretsChanged(token: string | null, key: string | null): void;
  /** An event that is not the answer to a question. */
  heard(event: Event): void;
}

/** Why a question has no answer: the connection was lost, or the daemon refused. */
export class Unanswered extends Error {
  constructor(
    readonly code: Code | "lost" | "unanswered",
    text: string,
  ) {
    super(text);
  }
}

interface Question {
  id: string;
  isAnsweredBy(event: Event): boolean;
  resolve(event: Event): void;
  reject(reason: Unanswered): void;
}

/** A command without its id, which is given when it is sent. */
export type Unsent = Command extends infer C ? (C extends Command ? Omit<C, "id"> : never) : never;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const LONGEST_SILENCE = 5_000;
/** How long a log in, or what is asked outside of one, may take: the daemon delays the answer to a wrong password. */
const LONGEST_ENTRY = 60_000;

/**
 * A session with the daemon that outlives its connections: after a loss it comes back after a pause of chance and goes on
 * where it was, with the token of its log in, or with the key of a remembered device (page `chat-json-1.md`, "Resuming").
 * It asks and answers; what is to be sent once, its user keeps and sends again.
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
  /** When the last connection was begun, in milliseconds since 1970. */
  private dialled = 0;
  private lastNotice: string | null = null;
  private questions: Question[] = [];
  private along: Promise<Event> | null = null;
  private stopWaiting: () => void = () => {};

  constructor(
    private readonly dial: Dial,
    private readonly clock: Clock,
    private device: string,
    private readonly listener: SessionListener,
  ) {}

  /** The highest number of a message that it was sent. */
  get seen(): number {
    return this.after;
  }

  /** Logs in; what went before is forgotten. The key is for when the token is no longer good. */
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

  /** Sets the device's label for log ins to come. */
  relabel(device: string): void {
    this.device = device;
  }

  /** Forgets everything; the daemon is not told. */
  leave(): void {
    this.stopWaiting();
    this.link?.close();
    this.link = null;
    this.token = this.key = this.credentials = null;
    this.number = "";
    this.tries = 0;
    this.drop();
    this.change({ at: "idle" });
  }

  /** Logs out, so that neither token nor key is good any more; then forgets everything, also if there is no answer. */
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
   * Tries now what would be tried later, and whether a connection that seems to stand does: for when a device wakes up.
   *
   * @param patience how long the connection is given to show that it does, in milliseconds
   */
  wake(patience = LONGEST_SILENCE): void {
    if (this.state.at === "lost" || this.state.at === "unreachable") {
      // One that is being made is given its time.
      if (this.link === null || this.clock.now() - this.dialled > LONGEST_SILENCE) {
        this.connect();
      }
    } else if (this.state.at === "live" && this.link !== null) {
      const tried = this.link;
      const giveUp = this.clock.after(patience, () => {
        if (this.link === tried) {
          tried.close();
          this.lose();
        }
      });
      this.ask({ type: Type.FindUsers, info: { users: [this.number as `U${number}`] } }).then(giveUp, giveUp);
    }
  }

  /** Sends what has no answer, or one that is heard; returns false if there is no connection. */
  send(command: Command): boolean {
    if (this.state.at !== "live" || this.link === null) {
      return false;
    }
    this.link.send(JSON.stringify(command));
    return true;
  }

  /** Asks; rejects with `Unanswered`. */
  ask(command: Unsent): Promise<Event> {
    return this.state.at === "live" && this.link !== null
      ? this.askOn(this.link, command)
      : Promise.reject(new Unanswered("lost", "not connected"));
  }

  private askOn(link: Link, command: Unsent): Promise<Event> {
    return new Promise((resolve, reject) => {
      const id = this.clock.newId();
      link.send(JSON.stringify({ ...command, id }));
      this.questions.push({ id, isAnsweredBy: answers(command, id), resolve, reject });
    });
  }

  /** Asks before a log in, on a connection of its own: to register, or to change a password that must be. */
  askOutside(command: Unsent): Promise<Event> {
    return new Promise((resolve, reject) => {
      const id = this.clock.newId();
      const isAnswer = answers(command, id);
      const refuse = (code: Unanswered["code"], text: string) => {
        stop();
        link.close();
        reject(new Unanswered(code, text));
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
    this.stopWaiting();
    this.link?.close();
    // Answers on the new connection are to what is asked there.
    this.drop();
    this.dialled = this.clock.now();
    this.lastNotice = null;
    let isOpen = false;
    const link = this.dial({
      opened: () => {
        isOpen = true;
        this.logIn(link);
      },
      said: (text) => this.said(JSON.parse(text) as Event),
      closed: () => (isOpen || this.state.at === "live" ? this.lose() : this.unreached()),
    });
    this.link = link;
    // Where a connection is taken and nothing is answered: the next one may reach another server, or the same one awake.
    this.stopWaiting = this.clock.after(LONGEST_ENTRY, () => {
      if (this.link === link && this.state.at !== "live") {
        link.close();
        this.unreached();
      }
    });
  }

  /** Sends the log in; the daemon answers what is asked behind it once it has answered that. */
  private logIn(link: Link): void {
    link.send(JSON.stringify({ type: Type.LogIn, info: this.proof() }));
    this.along = this.askOn(link, this.listener.asksAlong());
    // Whoever is welcomed looks at it; else nobody does.
    this.along.catch(() => {});
  }

  private proof(): object {
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

  private said(event: Event): void {
    if (event.type === Type.LoggedIn) {
      this.judged(event);
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
    const index = this.questions.findIndex((question) =>
      event.type === Type.Refused && event.info.id !== undefined ? event.info.id === question.id : question.isAnsweredBy(event),
    );
    if (index < 0) {
      this.listener.heard(event);
      return;
    }
    const [question] = this.questions.splice(index, 1);
    if (event.type === Type.Refused) {
      question?.reject(new Unanswered(event.info.code, event.info.text));
    } else {
      if (event.type === Type.Changed && "key" in event.info && event.info.key !== undefined) {
        this.key = event.info.key;
        this.listener.secretsChanged(this.token, this.key);
      }
      question?.resolve(event);
    }
  }

  private judged(event: Welcome | Extract<Refused, { type: typeof Type.LoggedIn }>): void {
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

  private unreached(): void {
    this.link = null;
    const again = this.pause();
    this.change(this.state.at === "lost" ? { ...this.state, again } : { at: "unreachable", again });
  }

  private lose(): void {
    this.link = null;
    const since = this.state.at === "lost" ? this.state.since : this.clock.now();
    const again = this.pause();
    this.drop();
    this.change(this.number === "" ? { at: "unreachable", again } : { at: "lost", since, again });
  }

  /** Waits for a while of chance, and connects again; returns when that will be. */
  private pause(): number {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.tries++);
    const pause = longest * (0.5 + this.clock.random() / 2);
    this.stopWaiting();
    this.stopWaiting = this.clock.after(pause, () => this.connect());
    return this.clock.now() + pause;
  }

  private drop(): void {
    const dropped = this.questions;
    this.questions = [];
    dropped.forEach((question) => question.reject(new Unanswered("lost", "the connection was lost")));
  }

  private change(state: State): void {
    this.state = state;
    this.listener.changed(state);
  }
}

/** Returns what tells the answer to a command: the event of its kind, as these come in the order of the questions. */
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

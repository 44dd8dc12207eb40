import { signal } from "@preact/signals-core";
import type { FileStore } from "../store/files.js";
import type { Store } from "../store/store.js";
import type { Clock } from "../wire/clock.js";
import type { Welcome } from "../wire/events.js";
import { type Session, type State, RequestFailed } from "../wire/session.js";
import type { Code } from "../wire/values.js";
import * as Type from "../wire/type.js";

/** The pause after the first login that was throttled, and the longest one, in milliseconds. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;

/** The names of the stored values that belong to the last login rather than to an account. */
const SHARED = new Set(["login", "device"]);

/** What is stored of a login, so that the page can resume when it is reloaded. */
interface StoredLogin {
  user: string;
  name: string;
  token: string | null;
  key: string | null;
  after: number;
}

/** Where data is stored: for this tab only, or on the user's own device. */
export interface Stores {
  tab: Store;
  device: Store | null;
  /** Files that are to be sent, on the device. */
  files: FileStore;
}

/** The lock that makes one of the browser's tabs the live one; `takeOver` makes this tab the live one. */
export interface LiveTab {
  tryAcquire(account: string): Promise<boolean>;
  takeOver(account: string): Promise<void>;
  unlock(): void;
}

/** Login, registration, the change of a one-time password, logout, and what is stored of them. */
export class LoginController {
  /** The name that is filled in on the form. */
  readonly name = signal("");
  /** Whether a one-time password has to be changed now. */
  readonly mustChange = signal(false);
  /** Until when the daemon accepts no further login, in milliseconds since 1970; 0 if it does. */
  readonly pausedUntil = signal(0);
  /** Whether another tab is the live one. */
  readonly isElsewhere = signal(false);
  /** Whether a login elsewhere has ended the session. */
  readonly isDisplaced = signal(false);
  readonly isOwnDevice = signal(false);
  /** Whether the stored login is being resumed. */
  readonly isResuming = signal(false);

  private password = "";
  private token: string | null = null;
  private key: string | null = null;
  private pause = FIRST_PAUSE;
  private session!: Session;

  constructor(
    private readonly stores: Stores,
    private readonly clock: Clock,
    private readonly tab: LiveTab,
    private readonly deviceName: string,
  ) {
    this.isOwnDevice.value = stores.tab.get("login") === null && stores.device?.get("login") != null;
  }

  attach(session: Session): void {
    this.session = session;
  }

  /** Returns the storage for drafts and waiting texts. */
  storage(): Store {
    return this.isOwnDevice.peek() && this.stores.device !== null ? this.stores.device : this.stores.tab;
  }

  /** Returns the label of this device, or of this tab: its name, and what tells it from others of that name. */
  device(): string {
    const keep = this.storage();
    const known = keep.get("device");
    if (known !== null) {
      return known;
    }
    const made = `${this.deviceName}/${this.clock.newId()}`;
    keep.set("device", made);
    return made;
  }

  private storedLogin(): StoredLogin | null {
    const kept = this.storage().get("login");
    return kept === null ? null : (JSON.parse(kept) as StoredLogin);
  }

  private setStoredLogin(kept: StoredLogin): void {
    this.storage().set("login", JSON.stringify(kept));
  }

  /** Resumes the stored login, unless another tab is the live one; without one, the user has to log in. */
  async resumeStored(): Promise<void> {
    const kept = this.storedLogin();
    if (kept === null) {
      return;
    }
    this.name.value = kept.name;
    if (kept.token === null && kept.key === null) {
      return;
    }
    this.isResuming.value = true;
    if (await this.tab.tryAcquire(kept.user)) {
      this.resume(kept);
    } else {
      this.isResuming.value = false;
      this.isElsewhere.value = true;
    }
  }

  /** Yields to another tab, which is the live one from now on and the one that writes to storage. */
  yieldToOtherTab(): void {
    this.session.close();
    this.isElsewhere.value = true;
  }

  /** Makes this the live tab, or session, in place of another; the user may have to log in for that. */
  async useHere(): Promise<void> {
    const user = this.storedLogin()?.user;
    this.isResuming.value = true;
    this.isDisplaced.value = false;
    if (user !== undefined) {
      await this.tab.takeOver(user);
    }
    // The other tab may have been given a new token or key: the old ones would look like stolen copies.
    await this.storage().refresh();
    this.isElsewhere.value = false;
    const kept = this.storedLogin();
    if (kept === null) {
      this.isResuming.value = false;
    } else {
      this.resume(kept);
    }
  }

  /** Stops trying the stored login, so that somebody else can log in. */
  cancelResume(): void {
    this.session.close();
    this.isResuming.value = false;
  }

  private resume({ user, token, key, after }: StoredLogin): void {
    const byKey = key === null ? null : { user, key };
    if (token !== null) {
      this.session.open({ token, after }, byKey);
    } else if (byKey !== null) {
      this.session.open(byKey, byKey);
    } else {
      this.isResuming.value = false;
    }
  }

  /** Logs in; `isOwn` marks this as the user's own device, which stays logged in. */
  logIn(name: string, password: string, isOwn: boolean): void {
    this.name.value = name;
    this.password = password;
    this.isDisplaced.value = false;
    this.isResuming.value = false;
    this.isOwnDevice.value = isOwn && this.stores.device !== null;
    this.session.setDevice(this.device());
    this.session.open({ user: name, password, remember: this.isOwnDevice.peek() });
  }

  /** Creates an account, and logs in with it; resolves with the code if refused, or null. */
  async register(name: string, password: string, isOwn: boolean): Promise<RequestFailed["code"] | null> {
    try {
      const answer = await this.session.askBeforeLogin({ type: Type.Register, info: { user_name: name, user_pwd: password } });
      if (answer.type === Type.Registered && "code" in answer) {
        return answer.code;
      }
    } catch (e) {
      return codeOf(e);
    }
    this.logIn(name, password, isOwn);
    return null;
  }

  /** Changes a one-time password, and logs in with the new one; resolves with the code if refused, or null. */
  async changeAndLogIn(password: string): Promise<RequestFailed["code"] | null> {
    try {
      const answer = await this.session.askBeforeLogin({
        type: Type.Change,
        send: this.name.peek(),
        info: { PU: 0, NewInf: password, OldPwd: this.password },
      });
      if (answer.type === Type.Changed && !answer.info.success) {
        return answer.info.code as Code;
      }
    } catch (e) {
      return codeOf(e);
    }
    this.mustChange.value = false;
    this.logIn(this.name.peek(), password, this.isOwnDevice.peek());
    return null;
  }

  /** Changes the password of the logged-in user; resolves with the code if refused, or null. */
  async changePassword(old: string, password: string): Promise<RequestFailed["code"] | null> {
    return this.change({ type: Type.Change, info: { PU: 0, NewInf: password, OldPwd: old } });
  }

  /** Changes the name of the logged-in user; resolves with the code if refused, or null. */
  async changeName(name: string): Promise<RequestFailed["code"] | null> {
    return this.change({ type: Type.Change, info: { PU: 1, NewInf: name } });
  }

  private async change(command: Parameters<Session["ask"]>[0]): Promise<RequestFailed["code"] | null> {
    try {
      const answer = await this.session.ask(command);
      return answer.type === Type.Changed && !answer.info.success ? (answer.info.code as Code) : null;
    } catch (e) {
      return codeOf(e);
    }
  }

  /** Logs out: nothing of this account stays in the browser. `forget` forgets what would otherwise be stored again. */
  async logOut(forget: () => void): Promise<void> {
    const user = this.storedLogin()?.user ?? "";
    await this.session.logOut();
    forget();
    this.tab.unlock();
    const { tab, device, files } = this.stores;
    tab.names().forEach((name) => tab.remove(name));
    // Other accounts on this device keep their waiting texts for their next login.
    const isOwn = this.isOwnDevice.peek();
    device?.names().forEach((name) => (name.startsWith(`${user}/`) || (isOwn && SHARED.has(name))) && device.remove(name));
    this.name.value = "";
    this.password = "";
    this.isOwnDevice.value = false;
    await device?.settled();
    for (const { id } of await files.of(user)) {
      await files.remove(id);
    }
  }

  // Callbacks of the session

  changed(state: State): void {
    if (state.at !== "idle" && state.at !== "connecting" && state.at !== "unreachable") {
      this.isResuming.value = false;
    }
    switch (state.at) {
      case "refused":
        this.mustChange.value = state.code === "must-change-password";
        if (state.code === "throttled") {
          this.pausedUntil.value = this.clock.now() + this.pause;
          this.clock.after(this.pause, () => (this.pausedUntil.value = 0));
          this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
        }
        if (!this.mustChange.peek()) {
          this.password = "";
        }
        this.forgetSecrets();
        break;
      case "ended":
        this.isDisplaced.value = state.reason === null;
        // A user who was displaced by a login elsewhere may still be remembered.
        this.forgetSecrets(state.reason === null ? this.storedLogin()?.key : null);
        this.tab.unlock();
        break;
      case "live":
        this.password = "";
        this.pause = FIRST_PAUSE;
        break;
    }
  }

  /** Stores the login, and takes over from other tabs; must be called before other stored data is read. */
  storeLogin({ info }: Welcome): void {
    this.name.value = info.user_name;
    void this.tab.takeOver(info.user_id);
    this.moveToTab(info.user_id);
    this.setStoredLogin({ user: info.user_id, name: info.user_name, token: this.token, key: this.key, after: this.session.lastReceived });
  }

  /** Moves what the device has stored of an account into this tab, if it is no longer the user's own device. */
  private moveToTab(user: string): void {
    const { tab, device } = this.stores;
    if (device === null || this.isOwnDevice.peek()) {
      return;
    }
    const login = device.get("login");
    const isOf = login !== null && (JSON.parse(login) as StoredLogin).user === user;
    for (const name of device.names()) {
      if (name.startsWith(`${user}/`)) {
        tab.set(name, device.get(name) ?? "");
        device.remove(name);
      } else if (isOf && SHARED.has(name)) {
        device.remove(name);
      }
    }
  }

  /** Stores the secrets with which the session can be resumed. */
  secretsChanged(token: string | null, key: string | null): void {
    this.token = token;
    this.key = key;
    const kept = this.storedLogin();
    if (kept?.token != null) {
      this.setStoredLogin({ ...kept, token, key });
    }
  }

  /** Stores up to which message the session has received: the page may be closed at any moment. */
  storeLastReceived(): void {
    const kept = this.storedLogin();
    if (kept?.token != null && !this.isElsewhere.peek()) {
      this.setStoredLogin({ ...kept, after: this.session.lastReceived });
    }
  }

  /**
   * Forgets the token, and replaces the key with one still valid, if any; drafts and waiting texts stay for this
   * account's next login.
   */
  private forgetSecrets(key: string | null = null): void {
    const kept = this.storedLogin();
    if (kept !== null) {
      this.setStoredLogin({ ...kept, token: null, key });
    }
  }
}

function codeOf(e: unknown): RequestFailed["code"] {
  if (e instanceof RequestFailed) {
    return e.code;
  }
  throw e;
}

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Chat } from "../model/chat.js";
import type { LoginController } from "../model/login.js";
import { addressOf, type Key, keyOf, messageOf, type Place, placeOf } from "../model/place.js";
import type { Clock } from "../wire/clock.js";
import { type Session, RequestFailed } from "../wire/session.js";
import { words } from "./words.js";

const NOTICE_MILLIS = 5_000;
/** How long the daemon may take for an answer that needs no database, in milliseconds. */
const ANSWER_TIMEOUT = 5_000;

/** Below this width there is one column. */
const NARROW = matchMedia("(max-width: 899px)");

/**
 * What the browser's history stores with an address: who was there, and whether the message that it names was already
 * shown.
 */
interface Visit {
  user: string;
  isShown: boolean;
  /** The address from which the user came here; null if not from within the page. */
  from: string | null;
  /** Whether it is only there so that the way back closes the sheets that are open. */
  isSheet?: boolean;
}

function currentVisit(): Visit | null {
  return history.state as Visit | null;
}

/** What the whole view needs: the model, the login, the current place, and notices. */
export class App {
  readonly place: Signal<Place>;
  /** The conversation that is shown: on a wide screen it stays while something else is opened beside it. */
  readonly open = computed(() => keyOf(this.place.value) ?? (this.isNarrow.value ? null : this.lastOpen.value));
  private readonly lastOpen = signal<Key | null>(null);
  /** A sentence that is shown for a moment. */
  readonly notice = signal("");
  readonly hasNewVersion = signal(false);
  /** Whether the window is so narrow that it shows one column at a time. */
  readonly isNarrow = signal(NARROW.matches);
  /** Files that the user has chosen for a conversation, before they are sent; null if there are none. */
  readonly offered = signal<{ key: Key; files: readonly File[] } | null>(null);
  /** How many sheets are open. */
  readonly sheets = signal(0);
  /** The current time, to the second, while a countdown is on the screen. */
  readonly now = signal(0);
  /** How to close the sheets that are open, the topmost one last. */
  private readonly closers: (() => void)[] = [];
  /** Whether addresses are followed: there is a user. */
  isFollowing = false;
  /** Whether the page itself is going back, past the entry of a sheet that is closed, which takes a moment. */
  private isReturning = false;
  /** Where to go once it is back. */
  private next: { place: Place; replaces: boolean } | null = null;
  private cancelNoticeTimer: () => void = () => {};

  constructor(
    readonly chat: Chat,
    readonly login: LoginController,
    readonly clock: Clock,
    private readonly session: Session,
    /** Whether the browser refuses to store anything. */
    readonly isStorageRefused: ReadonlySignal<boolean>,
  ) {
    const place = placeOf(location.hash);
    const visit = currentVisit();
    // A message that was shown already: a reload returns to where the user was reading.
    this.place = signal(visit?.isShown === true && place.at === "conversation" ? { at: place.at, key: place.key } : place);
    if (visit?.isSheet === true) {
      history.replaceState({ ...visit, isSheet: false } satisfies Visit, "");
    }
    effect(() => {
      this.lastOpen.value = this.chat.self.value === null ? null : (keyOf(this.place.value) ?? this.lastOpen.peek());
    });
    // The list takes the place of what was found.
    effect(() => {
      if (this.place.value.at === "chats") {
        this.chat.search.close();
      }
    });
    // What was chosen for one conversation is not offered to another.
    effect(() => {
      if (this.offered.value !== null && this.offered.value.key !== this.open.value) {
        this.offered.value = null;
      }
    });
    addEventListener("popstate", () => this.popped());
    NARROW.addEventListener("change", () => (this.isNarrow.value = NARROW.matches));
    this.now.value = clock.now();
  }

  /** Goes to a place; `replaces` leaves no way back to the current place. */
  go(place: Place, replaces = false): void {
    this.place.value = place;
    if (this.isReturning) {
      this.next = { place, replaces };
      return;
    }
    const visit: Visit = { user: this.chat.me, isShown: false, from: null };
    const current = currentVisit();
    if (replaces) {
      history.replaceState({ ...visit, from: current?.from ?? null }, "", addressOf(place));
    } else if (addressOf(place) !== location.hash) {
      const next: Visit = { ...visit, from: location.hash };
      if (current?.isSheet === true) {
        // The way back leads past the sheet.
        history.replaceState(next, "", addressOf(place));
      } else {
        history.pushState(next, "", addressOf(place));
      }
    }
  }

  /** Closes the conversation that is open. */
  closeConversation(): void {
    this.lastOpen.value = null;
    this.go({ at: "chats" });
  }

  /** Opens the search, for what is in a conversation, or, with null, for anything. */
  find(within: Key | null): void {
    this.chat.search.begin(within);
    this.go({ at: "find" });
    document.querySelector<HTMLElement>(".search input")?.focus();
  }

  /** Opens a sheet, which the way back closes; returns what has to be called when it is gone. */
  openSheet(close: () => void): () => void {
    this.closers.push(close);
    this.pushSheet();
    return () => {
      this.closers.splice(this.closers.indexOf(close), 1);
      // Later: what was chosen in it may go elsewhere now.
      this.clock.after(0, () => this.dropSheet());
    };
  }

  /** Adds the entry that the way back drops when it closes a sheet, unless there is one. */
  private pushSheet(): void {
    if (this.closers.length > 0 && !this.isReturning && currentVisit()?.isSheet !== true) {
      history.pushState({ user: this.chat.me, isShown: false, from: null, ...currentVisit(), isSheet: true } satisfies Visit, "");
    }
  }

  /** Goes back past that entry if no sheet is open any more. */
  private dropSheet(): void {
    if (this.closers.length === 0 && !this.isReturning && currentVisit()?.isSheet === true) {
      this.isReturning = true;
      history.back();
    }
  }

  private popped(): void {
    if (this.isReturning) {
      this.isReturning = false;
      const { next } = this;
      this.next = null;
      if (next !== null) {
        this.go(next.place, next.replaces);
      }
      // A sheet may have been opened in the meantime.
      this.pushSheet();
    } else if (this.closers.length === 0 && currentVisit()?.isSheet === true) {
      // Forward, to the entry of a sheet that is closed.
      this.dropSheet();
    } else if (this.isFollowing) {
      this.follow();
    }
  }

  /**
   * Closes what is open and goes to a place: back in the history, if the user came from there, so that they do not pass
   * it twice.
   */
  private close(place: Place): void {
    if (currentVisit()?.from === addressOf(place)) {
      history.back();
    } else {
      this.go(place, true);
    }
  }

  /**
   * Leaves a card, the search, or what else was opened beside a conversation, for the conversation; or for the list, if
   * only one column is shown.
   */
  leave(): void {
    const key = keyOf(this.place.peek());
    const open = this.open.peek();
    this.chat.search.close();
    if (this.place.peek().at === "find" && currentVisit()?.from != null) {
      history.back();
    } else if ((this.place.peek().at === "card" || this.place.peek().at === "picture") && key !== null) {
      this.close({ at: "conversation", key });
    } else if (open === null || this.isNarrow.peek()) {
      this.close({ at: "chats" });
    } else {
      this.close({ at: "conversation", key: open });
    }
  }

  /** Remembers that the message that the address names was shown. */
  markShown(): void {
    history.replaceState({ from: null, ...currentVisit(), user: this.chat.me, isShown: true } satisfies Visit, "", location.hash);
  }

  /**
   * Follows the address, unless it is one that another user visited in this tab; if a sheet is open, closes that
   * instead.
   */
  follow(): void {
    const close = this.closers.at(-1);
    if (close !== undefined) {
      close();
      if (addressOf(this.place.peek()) === location.hash) {
        // If another one is open below it, that is closed next.
        if (this.closers.length > 1) {
          this.pushSheet();
        }
        return;
      }
    }
    const state = currentVisit();
    if (state !== null && state.user !== "" && state.user !== this.chat.me) {
      this.go({ at: "chats" }, true);
      return;
    }
    const mid = messageOf(location.hash);
    if (mid === null) {
      if (addressOf(this.place.peek()) !== location.hash) {
        this.place.value = placeOf(location.hash);
      }
      return;
    }
    void this.try(
      this.chat.pages.locate(mid).then((found) => {
        if (found === null) {
          this.showNotice(words().code("no-such-message", ""));
        }
        this.go(found === null ? { at: "chats" } : { at: "conversation", key: found, message: mid }, true);
      }),
    );
  }

  /** Tries to connect now. */
  readonly wake = (): void => this.session.wake();

  /** Resolves with whether the daemon answers at all; if it does not, checks the connection, too. */
  async isReachable(): Promise<boolean> {
    try {
      return (await fetch("/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ANSWER_TIMEOUT) })).ok;
    } catch {
      this.wake();
      return false;
    }
  }

  /** Offers files to the open conversation, which asks before it sends them. */
  offer(files: readonly File[]): void {
    const key = this.open.peek();
    if (key === null) {
      this.showNotice(words().noFiles);
    } else if (files.length > 0) {
      this.offered.value = { key, files: [...(this.offered.peek()?.files ?? []), ...files] };
    }
  }

  /** Shows a notice for a moment. */
  showNotice(sentence: string): void {
    this.notice.value = sentence;
    this.cancelNoticeTimer();
    this.cancelNoticeTimer = this.clock.after(NOTICE_MILLIS, () => (this.notice.value = ""));
  }

  /** Copies a text, and says so. */
  copy(text: string): void {
    void navigator.clipboard.writeText(text).then(() => this.showNotice(words().copied));
  }

  /** Awaits an action, and shows why if the daemon refuses it; resolves with whether it was done. */
  async try(act: Promise<unknown>): Promise<boolean> {
    try {
      await act;
      return true;
    } catch (e) {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
      this.showNotice(words().code(e.code, e.message));
      return false;
    }
  }
}

export const AppContext = createContext<App | null>(null);

/** Returns the application, for its components. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) {
    throw new Error("useApp() was called outside of the application");
  }
  return app;
}

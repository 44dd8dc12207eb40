import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Chat } from "../model/chat.js";
import type { Door } from "../model/door.js";
import { addressOf, type Place, placeOf } from "../model/place.js";
import type { Clock } from "../wire/clock.js";
import { Unanswered } from "../wire/session.js";
import { words } from "./words.js";

const NOTICE = 5_000;

/** Below this width there is one column. */
const NARROW = matchMedia("(max-width: 899px)");

/** What the browser keeps beside an address whose message was shown: when it is loaded again, one reads on where one was. */
const SHOWN = "shown";

/** What all of the view needs: what is known, the way in and out, where one is, and what is said in passing. */
export class App {
  readonly place: Signal<Place>;
  /** A sentence that is shown for a moment. */
  readonly notice = signal("");
  readonly isStorageRefused = signal(false);
  readonly hasNewVersion = signal(false);
  /** Whether the window is so narrow that it shows one column at a time. */
  readonly isNarrow = signal(NARROW.matches);
  /** How many sheets are open. */
  readonly sheets = signal(0);
  /** Now, to the second, while something on the screen counts. */
  readonly now = signal(0);
  private stopNotice: () => void = () => {};

  constructor(
    readonly chat: Chat,
    readonly door: Door,
    readonly clock: Clock,
    /** Tries to connect now. */
    readonly wake: () => void,
  ) {
    const place = placeOf(location.hash);
    this.place = signal(history.state === SHOWN && place.at === "conversation" ? { at: place.at, key: place.key } : place);
    NARROW.addEventListener("change", () => (this.isNarrow.value = NARROW.matches));
    this.now.value = clock.now();
  }

  /** Goes to a place; `replaces` leaves no way back to where one is. */
  go(place: Place, replaces = false): void {
    if (replaces) {
      history.replaceState(null, "", addressOf(place));
    } else if (addressOf(place) !== location.hash) {
      history.pushState(null, "", addressOf(place));
    }
    this.place.value = place;
  }

  /** Remembers that the message that the address names was shown. */
  shown(): void {
    history.replaceState(SHOWN, "", location.hash);
  }

  /** Says something in passing. */
  say(sentence: string): void {
    this.notice.value = sentence;
    this.stopNotice();
    this.stopNotice = this.clock.after(NOTICE, () => (this.notice.value = ""));
  }

  /** Does something, and says why, if the daemon refuses; resolves with whether it was done. */
  async try(act: Promise<unknown>): Promise<boolean> {
    try {
      await act;
      return true;
    } catch (e) {
      if (!(e instanceof Unanswered)) {
        throw e;
      }
      this.say(words().code(e.code, e.message));
      return false;
    }
  }
}

export const AppContext = createContext<App | null>(null);

/** Returns the application, within it. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) {
    throw new Error("outside of the application");
  }
  return app;
}

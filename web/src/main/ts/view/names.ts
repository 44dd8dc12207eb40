import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Found } from "../wire/events.js";
import { useApp } from "./app.js";

/** The pause in typing before names are searched, in milliseconds. */
const NAMES_DELAY = 200;

/** Returns the people and open groups that a text, as it is typed, finds; null while it is not answered, or finds none. */
export function useNames(text: string, isWanted: boolean): ReadonlySignal<Found["info"] | null> {
  const app = useApp();
  const found = useSignal<Found["info"] | null>(null);
  const isLive = app.chat.state.value.at === "live";
  useEffect(() => {
    found.value = null;
    if (text === "" || !isLive || !isWanted) {
      return undefined;
    }
    let isCurrent = true;
    const cancel = app.clock.after(NAMES_DELAY, () => {
      void app.try(
        app.chat.requests.find(text).then((answer) => {
          if (isCurrent) {
            found.value = answer;
          }
        }),
      );
    });
    return () => {
      isCurrent = false;
      cancel();
    };
  }, [text, isLive, isWanted]);
  return found;
}

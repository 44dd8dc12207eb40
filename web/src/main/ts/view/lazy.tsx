import { signal, useSignal } from "@preact/signals";
import { type ComponentType, createElement, type FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "./app.js";
import { words } from "./words.js";

type Later = typeof import("./later.js");

/** What was loaded; null before that. */
const loaded = signal<Later | null>(null);

/** Loads what is not needed at first, unless it was loaded. */
export async function loadLater(): Promise<Later> {
  return (loaded.value ??= await import("./later.js"));
}

/**
 * Returns a component whose code is loaded when it is first shown; until then it shows nothing, or, without a connection,
 * why. It fails, for the error boundary around it, if it can't be loaded with one: another version of the page may be
 * served by now.
 *
 * @param choose returns the component
 * @param isUrgent whether it is worth loading at once: else it is shown once that is loaded for whatever reason
 */
export function lazy<P extends object>(choose: (later: Later) => ComponentType<P>, isUrgent = true): FunctionComponent<P> {
  return (props) => {
    const { chat } = useApp();
    const failure = useSignal<{ error: unknown } | null>(null);
    // Whoever is refused has a connection.
    const { at } = chat.state.value;
    const isLive = at === "live" || at === "refused";
    useEffect(() => {
      // Without a connection it is not tried: browsers remember that a module could not be loaded.
      if (isLive && isUrgent) {
        loadLater().catch((error: unknown) => (failure.value = { error }));
      }
    }, [isLive]);
    if (failure.value !== null) {
      throw failure.value.error;
    }
    return loaded.value !== null ? createElement(choose(loaded.value), props) : isLive || !isUrgent ? null : <p class="nothing">{words().code("lost", "")}</p>;
  };
}

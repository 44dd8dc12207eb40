import { signal, useSignal } from "@preact/signals";
import { type ComponentType, createElement, type FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";

type Later = typeof import("./later.js");

/** Loads what is not needed at first; does nothing if it was loaded. */
export function loadLater(): Promise<Later> {
  return import("./later.js");
}

/**
 * Returns a component whose code is loaded when it is first shown; until then it shows nothing. It fails, for the error
 * boundary around it, if it can't be loaded: there is no connection, or another version of the page is served by now.
 *
 * @param choose returns the component
 */
export function lazy<P extends object>(choose: (later: Later) => ComponentType<P>): FunctionComponent<P> {
  const loaded = signal<{ is: ComponentType<P> } | null>(null);
  return (props) => {
    const failure = useSignal<{ error: unknown } | null>(null);
    useEffect(() => {
      if (loaded.peek() === null) {
        loadLater().then(
          (later) => (loaded.value = { is: choose(later) }),
          (error: unknown) => (failure.value = { error }),
        );
      }
    }, []);
    if (failure.value !== null) {
      throw failure.value.error;
    }
    return loaded.value === null ? null : createElement(loaded.value.is, props);
  };
}

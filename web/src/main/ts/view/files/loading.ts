import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { whyMissing } from "../../wire/files.js";
import { useApp } from "../app.js";

/** How long a file that could not be loaded, for no known reason, is not asked for again, in milliseconds. */
const PAUSE = 5_000;

/** Returns the address of a file. */
export function addressOfFile(file: number): string {
  return `/files/${file}`;
}

/** How an element loads its file. */
export interface Loading {
  /** Whether this browser may fetch files: before that there is nothing to load. */
  readonly isAdmitted: boolean;
  /** Counts the attempts to load it; the key of the element. */
  readonly version: number;
  /** Called when it failed to load. */
  readonly failed: () => void;
}

/**
 * Loads a file again once that may help: with a new cookie, or a new connection.
 *
 * @param unknown called if this browser has the file, and can't show it
 */
export function useLoading(file: number, unknown: () => void): Loading {
  const app = useApp();
  const { chat } = app;
  const version = useSignal(0);
  const awaits = useRef<"right" | "connection" | null>(null);
  const cancel = useRef<() => void>(() => {});
  const generation = chat.media.generation.value;
  const isLive = chat.state.value.at === "live";
  const again = () => {
    awaits.current = null;
    version.value++;
  };
  useEffect(() => {
    if (awaits.current === "right" && generation > 0) {
      again();
    }
  }, [generation]);
  useEffect(() => {
    if (awaits.current === "connection" && isLive) {
      again();
    }
  }, [isLive]);
  useEffect(() => () => cancel.current(), []);
  const failed = () => {
    let isOver = false;
    cancel.current = () => (isOver = true);
    void whyMissing(addressOfFile(file)).then((why) => {
      if (isOver) {
        return;
      }
      if (why === "unknown") {
        unknown();
      } else if (why === "forbidden") {
        awaits.current = "right";
        chat.media.renew();
      } else if (chat.state.peek().at === "live") {
        cancel.current = app.clock.after(PAUSE, again);
      } else {
        awaits.current = "connection";
      }
    });
  };
  return { isAdmitted: generation > 0, version: version.value, failed };
}

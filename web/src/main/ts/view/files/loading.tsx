import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { FileOffer } from "../../wire/events.js";
import { whyMissing } from "../../wire/files.js";
import { useApp } from "../app.js";

/** How long a file that could not be loaded, for no known reason, is not asked for again, in milliseconds. */
const PAUSE = 5_000;

/** Returns the address of a file. */
export function addressOfFile(file: number): string {
  return `/files/${file}`;
}

/** How far from the view a file is loaded, and a picture is kept. */
const NEAR = "150% 0%";

/** Returns whether an element is in view of its conversation, or near it. */
export function useNear(box: { current: HTMLElement | null }): ReadonlySignal<boolean> {
  const isNear = useSignal(false);
  useEffect(() => {
    const { current } = box;
    if (current === null) {
      return;
    }
    const watch = new IntersectionObserver(([entry]) => (isNear.value = entry?.isIntersecting === true), {
      root: current.closest(".scroll"),
      rootMargin: NEAR,
    });
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  return isNear;
}

/** A link that saves a file; without a cookie there is nothing to save yet. */
export function SaveLink({ offer, label, children, ...more }: { offer: FileOffer; class: string; label?: string; title?: string; children: ComponentChildren }) {
  const { isAdmitted } = useApp().chat.media;
  const { file, name } = offer.info;
  return (
    <a {...more} {...(isAdmitted.value ? { href: addressOfFile(file) } : {})} download={name} aria-label={label}>
      {children}
    </a>
  );
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
  return { isAdmitted: chat.media.isAdmitted.value, version: version.value, failed };
}

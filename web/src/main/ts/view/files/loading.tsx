import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { FileOffer } from "../../wire/events.js";
import { whyNotLoaded } from "../../wire/files.js";
import { useApp } from "../app.js";

/** How long to wait before retrying a file that failed to load for no known reason, in milliseconds. */
const RETRY_DELAY = 5_000;

/** Returns the address of a file. */
export function addressOfFile(file: number): string {
  return `/files/${file}`;
}

/** How far outside the viewport a file is loaded, and a picture is kept. */
const NEAR = "150% 0%";

/** Returns whether an element is in the viewport of its conversation, or near it. */
export function useNear(box: { current: HTMLElement | null }): ReadonlySignal<boolean> {
  const isNear = useSignal(false);
  useEffect(() => {
    const { current } = box;
    if (current === null) {
      return;
    }
    const observer = new IntersectionObserver(([entry]) => (isNear.value = entry?.isIntersecting === true), {
      root: current.closest(".scroll"),
      rootMargin: NEAR,
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return isNear;
}

/** A link that saves a file; without a cookie there is nothing to save yet. */
export function SaveLink({ offer, label, children, ...more }: { offer: FileOffer; class: string; label?: string; title?: string; children: ComponentChildren }) {
  const { hasAccess } = useApp().chat.fileAccess;
  const { file, name } = offer.info;
  return (
    <a {...more} {...(hasAccess.value ? { href: addressOfFile(file) } : {})} download={name} aria-label={label}>
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
export function useLoading(file: number, unsupported: () => void): Loading {
  const app = useApp();
  const { chat } = app;
  const version = useSignal(0);
  const waitingFor = useRef<"permission" | "connection" | null>(null);
  const cancel = useRef<() => void>(() => {});
  const generation = chat.fileAccess.generation.value;
  const isLive = chat.state.value.at === "live";
  const retry = () => {
    waitingFor.current = null;
    version.value++;
  };
  useEffect(() => {
    if (waitingFor.current === "permission" && generation > 0) {
      retry();
    }
  }, [generation]);
  useEffect(() => {
    if (waitingFor.current === "connection" && isLive) {
      retry();
    }
  }, [isLive]);
  useEffect(() => () => cancel.current(), []);
  const failed = () => {
    let isCancelled = false;
    cancel.current = () => (isCancelled = true);
    void whyNotLoaded(addressOfFile(file)).then((why) => {
      if (isCancelled) {
        return;
      }
      if (why === "unsupported") {
        unsupported();
      } else if (why === "forbidden") {
        waitingFor.current = "permission";
        chat.fileAccess.renew();
      } else if (chat.state.peek().at === "live") {
        cancel.current = app.clock.after(RETRY_DELAY, retry);
      } else {
        waitingFor.current = "connection";
      }
    });
  };
  return { isAdmitted: chat.fileAccess.hasAccess.value, version: version.value, failed };
}

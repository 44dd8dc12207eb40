import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "../model/chat.js";
import { addressOf, isGroup, isUser, type Key, type Place } from "../model/place.js";
import { safe } from "../model/safe.js";
import { useApp } from "./app.js";
import { words } from "./words.js";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  find: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L20 20",
  send: "M4 12l16-8-5 16-4-6z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  plus: "M12 5v14M5 12h14",
  everyone: "M8.5 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 19a6 6 0 0 1 12 0M15 5.2a3 3 0 0 1 0 5.6M17.5 13.7a6 6 0 0 1 4 5.3",
  up: "M12 19V5M6 11l6-6 6 6",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2",
  check: "M5 13l4 4L19 7",
  checks: "M2 13l4 4 9-10M10 16l1 1L22 7",
  warn: "M12 7v6M12 16.5v.01M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  smile: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8.5 14a4 4 0 0 0 7 0M9 9.5v.01M15 9.5v.01",
  answer: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  attach: "M20 11l-8 8a5 5 0 0 1-7-7l8-8a3.5 3.5 0 0 1 5 5l-8 8a2 2 0 0 1-3-3l7-7",
  play: "M8 5l11 7-11 7z",
  talk: "M4 5h16v11H10l-4 4v-4H4z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9v.01",
  audio: "M9 18a2.5 2.5 0 1 1-2-2.4V6l11-2v11.6a2.5 2.5 0 1 1-2-2.1",
  video: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.5h4M4 14.5h4M16 9.5h4M16 14.5h4",
  archive: "M4 4h16v5H4zM5 9v11h14V9M10 13h4",
  spreadsheet: "M5 3h14v18H5zM5 9h14M5 15h14M12 9v12",
  muted: "M6 16V11a6 6 0 0 1 9-5M18 10v6M4 17h13M10 20h4M4 3l16 18",
  pin: "M9 4h6l-1 6 4 4H6l4-4zM12 14v6",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
} as const;

/** A small picture; the words next to it say what it means. */
export function Icon({ is }: { is: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[is]} />
    </svg>
  );
}

/** A button that shows an icon, with a label for those who do not see it. */
export function IconButton({ is, label, ...more }: { is: keyof typeof PATHS; label: string } & JSX.IntrinsicElements["button"]) {
  return (
    <button type="button" aria-label={label} title={label} {...more} class="iconic">
      <Icon is={is} />
    </button>
  );
}

/** A name of any script and direction, isolated from the text around it. */
export function Name({ of }: { of: string }) {
  return <bdi class="name">{safe(of)}</bdi>;
}

/** Returns the title of a conversation. */
export function titleOf(chat: Chat, key: Key): string {
  return key === "" ? words().everyone : key === chat.me ? words().yourself : chat.people.name(key);
}

export function useTitle(key: Key): string {
  return titleOf(useApp().chat, key);
}

const HUES = 8;

/** Returns the class of the colour of a person or a group: those of the same number have different ones. */
export function hueOf(of: Key): string {
  return `hue${(Number(of.slice(1) || 0) + (isGroup(of) ? HUES / 2 : 0)) % HUES}`;
}

/** The picture of a person or a group, or else the first letter of the name, in one of a few colours; and whether that person is online. */
export function Avatar({ of, name }: { of: Key; name: string }) {
  const { chat } = useApp();
  const { generation } = chat.fileAccess;
  const failed = useSignal("");
  const address = of === "" || generation.value === 0 ? null : chat.avatars.addressOf(of);
  // It is tried again with another cookie.
  const attempt = `${address ?? ""} ${generation.value}`;
  const [first] = new Intl.Segmenter().segment(name.replace(/^[^\p{L}\p{N}]+/u, "") || name);
  // Without a connection, nobody knows.
  const isOnline = isUser(of) && of !== chat.me && chat.state.value.at === "live" && chat.people.online.value.has(of);
  return (
    <span class={`initial ${hueOf(of)}${isOnline ? " online" : ""}${isGroup(of) ? " group" : ""}`} aria-hidden="true">
      {of === "" ? <Icon is="everyone" /> : first?.segment.toUpperCase()}
      {address !== null && failed.value !== attempt && (
        <img
          key={attempt}
          src={address}
          alt=""
          onError={() => {
            failed.value = attempt;
            chat.avatars.ask(of);
            chat.fileAccess.renew();
          }}
        />
      )}
    </span>
  );
}

/** The header of a column: a back button, where there is one, and a title. */
export function Header({ back, is = "back", children, title }: { back?: () => void; is?: "back" | "close"; children?: ComponentChildren; title?: string }) {
  return (
    <header class="head">
      {back && <IconButton is={is} label={is === "back" ? words().back : words().close} onClick={back} />}
      {title !== undefined && (
        <h1 tabIndex={-1}>
          <Name of={title} />
        </h1>
      )}
      {children}
    </header>
  );
}

/**
 * Moves the focus into what is opened beside a conversation: to its search field, or to its heading. When it is closed,
 * the focus goes back to where it was, or else to the composer; unless it has moved elsewhere by then.
 *
 * @param column a selector of the column in which it is
 * @param first a selector of the field, if it is not the search field
 */
export function useFocus(column: ".left" | ".card", first = "input[type=search]"): void {
  const app = useApp();
  useEffect(() => {
    const before = document.activeElement;
    const opened = document.querySelector(`.rooms > ${column}`);
    (opened?.querySelector<HTMLElement>(first) ?? opened?.querySelector<HTMLElement>("h1"))?.focus({ preventScroll: true });
    return () => {
      const { activeElement } = document;
      if (activeElement === document.body || opened?.contains(activeElement) === true) {
        // After it is gone, and its replacement is rendered.
        app.clock.after(0, () => {
          if (document.activeElement === document.body) {
            const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : null;
            const composer = app.isNarrow.peek() ? null : document.querySelector<HTMLElement>(".composer textarea");
            (back ?? composer ?? document.querySelector<HTMLElement>(".rooms > .left h1"))?.focus({ preventScroll: true });
          }
        });
      }
    };
  }, []);
}

/** A brief notice; while a sheet is open, it is shown inside that. */
export function Notice() {
  return (
    <p class="notice" role="status">
      {useApp().notice.value}
    </p>
  );
}

/**
 * Opens a dialog above the page; when it is gone, the focus goes back to where it was.
 *
 * @param preventScroll whether the page stays where it is then
 */
export function useModal(preventScroll = false): { current: HTMLDialogElement | null } {
  const app = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    app.sheets.value++;
    return () => {
      app.sheets.value--;
      // Unless what was chosen has moved the focus, it goes back to where it was.
      if (before instanceof HTMLElement && (document.activeElement === document.body || dialog.current?.contains(document.activeElement) === true)) {
        before.focus({ preventScroll });
      }
    };
  }, []);
  return dialog;
}

/** Where on the screen something is, in CSS pixels of the window. */
export type Area = Pick<DOMRect, "left" | "top" | "bottom">;

/** How far what is opened at a place stays from it, and from the edges of the window, in CSS pixels. */
const GAP = 4;
const MARGIN = 8;

/** Moves a dialog below an area of the window, or above it where there is more room, within the window. */
function moveTo(dialog: HTMLDialogElement, at: Area): void {
  const { width, height } = dialog.getBoundingClientRect();
  const below = at.bottom + GAP;
  const above = at.top - GAP - height;
  const fits = below + height + MARGIN <= innerHeight;
  const top = fits ? below : above >= MARGIN ? above : innerHeight - MARGIN - height;
  dialog.style.left = `${Math.max(MARGIN, Math.min(at.left, innerWidth - MARGIN - width))}px`;
  dialog.style.top = `${Math.max(MARGIN, top)}px`;
}

/**
 * A question or a choice above the page, or, on a wide screen, at what it is about; Escape, the way back and a click outside close it, and the focus goes back.
 *
 * @param isPlace whether it is a place of its own, which the way back leaves by itself
 * @param at what it is about; by default it is in the middle
 */
export function Sheet({ label, close, children, isPlace = false, at }: { label: string; close: () => void; children: ComponentChildren; isPlace?: boolean; at?: Area }) {
  const app = useApp();
  const dialog = useModal();
  const closing = useRef(close);
  closing.current = close;
  useEffect(() => (isPlace ? undefined : app.openSheet(() => closing.current())), []);
  const isAtPlace = at !== undefined && !app.isNarrow.value;
  useEffect(() => {
    const { current } = dialog;
    if (!isAtPlace || current === null) {
      return undefined;
    }
    // What is chosen in it may make it larger.
    const observer = new ResizeObserver(() => moveTo(current, at));
    observer.observe(current);
    moveTo(current, at);
    return () => {
      observer.disconnect();
      current.style.left = current.style.top = "";
    };
  }, [isAtPlace]);
  return (
    <dialog
      ref={dialog}
      class={isAtPlace ? "popover" : ""}
      aria-label={label}
      onClose={close}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="sheet">{children}</div>
      <Notice />
    </dialog>
  );
}

/** Focuses a field when it is shown, as its `ref`. */
export function focused(field: HTMLElement | null): void {
  field?.focus();
}

interface LinkProps {
  to: Key;
  /** The message that is to be shown; by default, where the user resumes reading. */
  message?: number;
  /** Called when it is followed. */
  chosen?: () => void;
  class: string;
  "aria-current"?: "page" | "true" | undefined;
  children: ComponentChildren;
}

/** A link to a conversation. */
export function ConversationLink({ to, message, chosen, children, ...more }: LinkProps) {
  const app = useApp();
  const place: Place = { at: "conversation", key: to, ...(message === undefined ? {} : { message }) };
  return (
    <a
      {...more}
      href={addressOf(place)}
      onClick={(event) => {
        if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
          event.preventDefault();
          chosen?.();
          app.go(place);
        }
      }}
    >
      {children}
    </a>
  );
}

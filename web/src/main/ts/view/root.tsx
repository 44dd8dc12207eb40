import { effect, untracked, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { addressOf, keyOf, messageOf } from "../model/place.js";
import { type App, AppContext, useApp } from "./app.js";
import { Beginnings, Chats, summary } from "./chats.js";
import { LOGO, notifications, ORGANISATION } from "./device.js";
import { Failed, ErrorBoundary } from "./guard.js";
import { lazy, loadLater } from "./lazy.js";
import { LoginPage } from "./login.js";
import { Icon, Notice, Sheet } from "./parts.js";
import { ConversationView } from "./talk.js";
import { clockTime } from "./time.js";
import { words } from "./words.js";

/** How long a text waits for its answer before the user is told why it may be waiting, in milliseconds. */
const STUCK_AFTER = 4_000;

/** How long the page waits before it loads what was not needed at first, in milliseconds. */
const LATER_DELAY = 3_000;

const Card = lazy((later) => later.Card);
const Me = lazy((later) => later.Me);
const ForcedChange = lazy((later) => later.ForcedChange);
const ListEdge = lazy((later) => later.ListEdge, false);
const NewGroup = lazy((later) => later.NewGroup);
const Search = lazy((later) => later.Search);
const Shortcuts = lazy((later) => later.Shortcuts);
const Unknown = lazy((later) => later.Unknown);
const Viewer = lazy((later) => later.Viewer);

const failed = (error: unknown, retry: () => void) => <Failed error={error} retry={retry} />;

/** The whole page. */
export function Root({ app }: { app: App }) {
  return (
    <AppContext.Provider value={app}>
      <ErrorBoundary resetKey={null} fallback={failed}>
        <Content />
      </ErrorBoundary>
    </AppContext.Provider>
  );
}

function Content() {
  const app = useApp();
  const { chat, login } = app;
  const { at } = chat.state.value;
  useSignalEffect(() => {
    if (chat.notice.value !== "") {
      app.showNotice(words().notice(chat.notice.value));
      chat.notice.value = "";
    }
  });
  useSignalEffect(() => {
    chat.people.nameless.value = words().somebodyWhoLeft;
  });
  // While somebody logs in, what is known is another user's, until the daemon has accepted them.
  const isOwn = at === "live" || at === "lost" || (at === "connecting" && login.isResuming.value);
  const isLoggedIn = chat.self.value !== null && isOwn && !login.isElsewhere.value;
  if (isLoggedIn) {
    return <Columns />;
  }
  return login.isResuming.value && at !== "unreachable" ? <Returning /> : <LoginPage forced={<ForcedChange />} />;
}

/** Shown while a stored login is resumed, as before the script came: most of the time, the list comes next. */
function Returning() {
  return (
    <div class="returning" aria-busy="true">
      <img class="emblem" src={LOGO} alt="" />
    </div>
  );
}

/** The columns: on a narrow screen, the place decides which one is shown. */
function Columns() {
  const app = useApp();
  const { chat } = app;
  const place = app.place.value;
  const key = keyOf(place);
  const isNarrow = app.isNarrow.value;
  // On a narrow screen, leaving the place closes the conversation: opened again, it begins at its unread messages.
  const open = app.open.value;
  const column = key === null ? "left" : "talk";
  const target = place.at === "conversation" && place.message !== undefined ? place : null;
  const card =
    place.at === "card" ? (
      <ErrorBoundary key={place.key} resetKey={place.key} fallback={failed}>
        <Card of={place.key} />
      </ErrorBoundary>
    ) : null;
  const w = words();

  useEffect(() => {
    // The place is already set, unless the address has changed since; but a link to a message was not followed, nor was
    // it checked whose visit this was.
    const wasChanged = history.state === null && addressOf(app.place.peek()) !== location.hash;
    if (messageOf(location.hash) !== null || wasChanged || (history.state !== null && history.state.user !== chat.me)) {
      app.follow();
    }
    app.isFollowing = true;
    return () => {
      app.isFollowing = false;
    };
  }, []);

  // So that it is there when it is wanted, also without a connection.
  const isListed = chat.listing.isLoaded.value;
  const isLive = chat.state.value.at === "live";
  useEffect(() => (isListed && isLive ? app.clock.after(LATER_DELAY, () => void loadLater().catch(() => {})) : undefined), [isListed, isLive]);

  // On a narrow screen the focus moves with the place; on a wide one it stays, or moves to the composer.
  useEffect(() => {
    if (app.isNarrow.peek()) {
      const shown = document.querySelector(`.rooms > .${column}`);
      if (shown?.contains(document.activeElement) !== true) {
        shown?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
      }
    }
  }, [column, key]);

  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.isComposing || document.querySelector("dialog[open]") !== null) {
        return;
      }
      const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        const list = chat.list.peek();
        const index = list.findIndex((conversation) => conversation.key === keyOf(app.place.peek()));
        const next = list[index + (event.key === "ArrowUp" ? -1 : 1)];
        if (next !== undefined) {
          app.go({ at: "conversation", key: next.key });
        }
      } else if ((event.ctrlKey || event.metaKey) && event.key === "k") {
        event.preventDefault();
        app.find(null);
      } else if ((event.key === "?" && !isWriting) || (event.key === "/" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        app.go({ at: "keys" });
      } else if (event.key === "Escape") {
        app.leave();
      } else if (event.key.length === 1 && event.key !== " " && !isWriting && !event.ctrlKey && !event.metaKey && !event.altKey) {
        // Typed characters go to the composer, wherever the focus is.
        document.querySelector<HTMLElement>(".composer textarea")?.focus();
      }
    };
    addEventListener("keydown", keyDown);
    return () => removeEventListener("keydown", keyDown);
  }, []);

  // What is dropped or pasted goes to the open conversation; by default, a browser would open it in place of the page.
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") === true) {
        event.preventDefault();
      }
    };
    const dropped = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") === true) {
        event.preventDefault();
        app.offer([...event.dataTransfer.files]);
      }
    };
    const pasted = (event: ClipboardEvent) => {
      const { clipboardData } = event;
      // Text copied from a document comes with a picture of it.
      if (clipboardData?.types.includes("Files") === true && !clipboardData.types.includes("text/plain")) {
        event.preventDefault();
        app.offer([...clipboardData.files]);
      }
    };
    addEventListener("dragover", over);
    addEventListener("drop", dropped);
    addEventListener("paste", pasted);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", dropped);
      removeEventListener("paste", pasted);
    };
  }, []);

  // The system shows what comes while nobody looks, if the user wants that. At once: in a moment they may look away.
  useEffect(
    () =>
      effect(() => {
        const entry = chat.arrived.value;
        if (entry !== null && notifications.peek() === "on" && (document.hidden || !document.hasFocus())) {
          // Only what arrives is a reason: not that somebody it names is renamed.
          void loadLater().then((later) => untracked(() => later.notify(app, entry)), () => {});
        }
      }),
    [],
  );

  useSignalEffect(() => {
    const unread = chat.unread.value;
    document.title = `${unread > 0 ? `(${unread >= 100 ? "99+" : unread}) ` : ""}${ORGANISATION || words().appName}`;
  });

  return (
    <>
      <Banners />
      <main class={`rooms at-${column}${card !== null ? " with-card" : ""}`}>
        <div class="left">
          <ErrorBoundary resetKey={place.at} fallback={failed}>
            {place.at === "me" && !isNarrow ? <Me /> : place.at === "keys" ? <Shortcuts /> : place.at === "new" ? <NewGroup /> : place.at === "find" || (!isNarrow && chat.search.isOpen.value) ? <Search /> : <Chats />}
            {!isNarrow && <ListEdge />}
          </ErrorBoundary>
        </div>
        <div class="talk">
          {open === null ? (
            <NoConversation />
          ) : open !== "" && open !== chat.me && !chat.people.names.value.has(open) ? (
            <ErrorBoundary key={open} resetKey={open} fallback={failed}>
              <Unknown of={open} />
            </ErrorBoundary>
          ) : (
            <ErrorBoundary key={open} resetKey={target} fallback={failed}>
              <ConversationView of={open} named={target} />
            </ErrorBoundary>
          )}
        </div>
        {card !== null && !isNarrow && (
          <aside class="card" aria-label={w.card}>
            {card}
          </aside>
        )}
      </main>
      {isNarrow && card !== null && (
        <Sheet isPlace label={w.card} close={() => app.leave()}>
          {card}
        </Sheet>
      )}
      {place.at === "picture" && (
        <ErrorBoundary resetKey={place.message} fallback={failed}>
          <Viewer of={place.key} mid={place.message} />
        </ErrorBoundary>
      )}
      {isNarrow && place.at === "me" && (
        <Sheet isPlace label={w.me} close={() => app.leave()}>
          <Me />
        </Sheet>
      )}
      <ErrorBoundary resetKey={chat.arrived.value} fallback={() => null}>
        <Announcements />
      </ErrorBoundary>
      {app.sheets.value === 0 && <Notice />}
    </>
  );
}

/** Shown beside the list while no conversation is open. */
function NoConversation() {
  return (
    <section class="nothing">
      <Icon is="talk" />
      <p>{words().chooseChat}</p>
      <p class="choices">
        <Beginnings />
      </p>
    </section>
  );
}

/** The banners above everything: no connection, a new version, and the like. */
function Banners() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const state = chat.state.value;
  const isStuck = useSignal(false);
  const isWaiting = chat.list.value.some(({ waiting }) => waiting.value.some(({ code }) => code === undefined));
  useEffect(() => {
    isStuck.value = false;
    // A daemon that answers but stores nothing waits for its database; one that does not answer is down.
    return isWaiting && state.at === "live"
      ? app.clock.after(STUCK_AFTER, () => void app.isReachable().then((isReached) => (isStuck.value = isReached)))
      : undefined;
  }, [isWaiting, state.at]);
  const message =
    state.at === "lost"
      ? w.offlineSince(clockTime(state.since))
      : isStuck.value
        ? w.databaseUnavailable
        : app.isStorageRefused.value
          ? w.storageRefused
          : chat.isBehind.value
            ? w.wasAwayLong
            : "";
  return (
    <div class="bars" role="status">
      {message !== "" && (
        <p class={`bar${state.at === "lost" ? " away" : ""}`}>
          <span>{message}</span>
          {state.at === "lost" && (
            <button type="button" class="plain" onClick={app.wake}>
              {w.tryNow}
            </button>
          )}
          {state.at === "live" && chat.isBehind.value && !isStuck.value && !app.isStorageRefused.value && (
            <button type="button" class="plain" onClick={() => (chat.isBehind.value = false)}>
              {w.close}
            </button>
          )}
        </p>
      )}
      {app.hasNewVersion.value && (
        <p class="bar">
          <span>{w.newVersion}</span>
          <button type="button" class="plain" onClick={() => location.reload()}>
            {w.reload}
          </button>
        </p>
      )}
    </div>
  );
}

/** Announces new messages of the open conversation to screen readers, one at a time. */
function Announcements() {
  const { chat, place } = useApp();
  const entry = chat.arrived.value;
  const key = keyOf(place.value);
  const isHere = entry !== null && key !== null && (entry.receive === key || entry.send === key);
  return (
    <p class="unseen" aria-live="polite">
      {isHere ? `${chat.people.name(entry.send)}: ${summary(entry)}` : ""}
    </p>
  );
}

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Conversation } from "../model/conversation.js";
import { isUser, type Key } from "../model/place.js";
import { indexOf, isTakenBack } from "../model/timeline.js";
import { useApp } from "./app.js";
import { Composer } from "./composer.js";
import { UploadRows } from "./files/uploads.js";
import { useGestures } from "./gestures.js";
import { ErrorBoundary, Failed } from "./guard.js";
import { lazy } from "./lazy.js";
import type { MessageEntry } from "./message.js";
import { type Area, Icon, IconButton, Avatar, Name, useTitle } from "./parts.js";
import { ConversationStart, Rows, WaitingRows } from "./rows.js";
import { ScrollAnchor } from "./scroll.js";
import { cappedCount, clockTime, dayName } from "./time.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";

const Actions = lazy((later) => later.Actions);
const HitBar = lazy((later) => later.HitBar);
const SelectionBar = lazy((later) => later.SelectionBar);
const SendSheet = lazy((later) => later.SendSheet);

/** How near the ends of the loaded messages more are loaded, in viewport heights. */
const LOAD_WITHIN = 1.5;
/** How many messages are selected at most. */
const MAX_SELECTED = 100;
/** How long a conversation loads before the skeleton is shown, in milliseconds. */
const SKELETON_DELAY = 150;

/** A conversation: its header, its messages, and the composer. */
export function ConversationView({ of, named: target }: { of: Key; named: { message?: number } | null }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const message = target?.message;
  const conversation = chat.conversation(of);
  const title = useTitle(of);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const scroll = useRef<ScrollAnchor | null>(null);
  /**
   * Whether the messages where the user resumes reading are loaded: nothing is shown before that, to avoid a layout
   * shift.
   */
  const isReady = useSignal(false);
  /** Whether the list was scrolled to where the user resumes reading: before that, what is in view means nothing. */
  const isPlaced = useRef(false);
  const isAtEnd = useSignal(true);
  const isSlow = useSignal(false);
  const chosen = useSignal<{ shown: MessageEntry; at: Area } | null>(null);
  const selected = useSignal<ReadonlySet<number> | null>(null);
  const isDropping = useSignal(false);
  const mayWrite = chat.obstacleTo(conversation) === null;
  const openActions = useCallback((shown: MessageEntry, at: Area) => (chosen.value = { shown, at }), []);
  const toMessage = useCallback((mid: number) => app.go({ at: "conversation", key: of, message: mid }), [of]);

  const select = useCallback((mid: number) => {
    const others = selected.peek() ?? new Set<number>();
    if (others.has(mid)) {
      selected.value = new Set([...others].filter((other) => other !== mid));
    } else if (others.size < MAX_SELECTED) {
      selected.value = new Set([...others, mid]);
    } else {
      app.showNotice(w.selectedMost(MAX_SELECTED));
    }
  }, []);
  /** While messages are selected, a click on one selects it, whatever in it was clicked. */
  const clicked = (event: MouseEvent) => {
    if (selected.peek() !== null) {
      event.stopPropagation();
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>(".message[data-mid]") : null;
      const mid = Number(row?.dataset["mid"] ?? 0);
      if (messageOf(conversation, mid) !== null) {
        select(mid);
      }
      // A box changes by itself.
      if (event.target instanceof HTMLInputElement) {
        event.target.checked = selected.peek()?.has(mid) === true;
      } else {
        event.preventDefault();
      }
    }
  };

  const reply = useCallback((mid: number) => (conversation.replyingTo.value = mid), [of]);
  useGestures(list, {
    menu: (mid, at) => {
      const entry = messageOf(conversation, mid);
      if (entry !== null && selected.peek() !== null) {
        select(mid);
      } else if (entry !== null) {
        openActions(entry, at);
      }
    },
    swiped: (mid) => {
      if (mayWrite && selected.peek() === null && messageOf(conversation, mid) !== null) {
        reply(mid);
      }
    },
  });

  const moved = useCallback(() => {
    const { current } = scroll;
    if (current === null || !isPlaced.current) {
      return;
    }
    const { timeline } = conversation;
    conversation.reading = timeline.hasAfter && current.reading === null ? lastReading(conversation) : current.reading;
    isAtEnd.value = current.reading === null && !timeline.hasAfter;
    const ahead = LOAD_WITHIN * (box.current?.clientHeight ?? 0);
    if (timeline.isLoaded && timeline.hasBefore && current.above < ahead) {
      void chat.pages.loadOlder(conversation);
    } else if (timeline.isLoaded && timeline.hasAfter && current.below < ahead) {
      void chat.pages.loadNewer(conversation);
    }
    const seen = current.inView;
    if (seen !== null && document.visibilityState === "visible" && document.hasFocus()) {
      chat.pages.markRead(conversation, seen.last);
    }
  }, [of]);

  // The list is rendered before its messages: its scroll position will be anchored to one of them.
  useLayoutEffect(() => {
    if (box.current === null || list.current === null) {
      return;
    }
    const scroller = new ScrollAnchor(box.current, list.current, moved);
    scroll.current = scroller;
    isReady.value = false;
    isPlaced.current = false;
    scroller.reading = conversation.reading;
    void chat.pages.open(of, message).then(() => {
      if (scroll.current === scroller) {
        isReady.value = true;
      }
    });
    const refresh = () => moved();
    addEventListener("focus", refresh);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      scroll.current = null;
      scroller.disconnect();
      removeEventListener("focus", refresh);
      document.removeEventListener("visibilitychange", refresh);
      chat.pages.close(of);
    };
    // Each link to a message scrolls there, even if the message is already the one named.
  }, [of, target]);

  // Runs when the messages are rendered, before they are painted.
  useLayoutEffect(() => {
    const { current: scroller } = scroll;
    if (scroller === null || !isReady.value) {
      return;
    }
    isPlaced.current = true;
    const first = conversation.firstUnread.peek();
    if (message !== undefined) {
      show(scroller, box.current, message);
      app.markShown();
    } else if (conversation.reading === null && first !== null) {
      // Begins at the first unread message, with some before it; at the end, if all that follows is in view.
      scroller.to({ mid: first, offset: (box.current?.clientHeight ?? 0) / 4 });
    } else {
      scroller.restore();
    }
  }, [of, target, isReady.value]);

  // Also when the list has the same height as before: a page may have been added above, and another evicted below.
  const changing = useCallback(() => scroll.current?.recordPendingScroll(), []);
  const changed = useCallback(() => scroll.current?.restore(), []);
  useLayoutEffect(changed);

  const isLoading = !isReady.value;
  useEffect(() => {
    isSlow.value = false;
    if (isLoading) {
      return app.clock.after(SKELETON_DELAY, () => (isSlow.value = true));
    }
    return undefined;
  }, [of, isLoading]);

  const goToEnd = async () => {
    await chat.pages.goToEnd(conversation);
    scroll.current?.to(null);
  };

  const refuses = app.offered.value?.key === of && !mayWrite;
  useEffect(() => {
    if (refuses) {
      app.offered.value = null;
      app.showNotice(w.mayNotSendHere);
    }
  }, [refuses]);

  const chosenHere = () => conversation.waiting.value.length + conversation.uploads.value.filter(({ isRestored }) => !isRestored).length;
  // Sending scrolls to the end, where the text is shown.
  const pendingCount = useRef(chosenHere());
  useSignalEffect(() => {
    const count = chosenHere();
    if (count > pendingCount.current) {
      void goToEnd();
    }
    pendingCount.current = count;
  });

  const unread = conversation.unread.value;
  const jump = unread > 0 ? w.jumpNew(cappedCount(unread)) : w.jumpEnd;
  return (
    <section
      class="talk"
      aria-label={title}
      onDragOver={(event) => (isDropping.value = mayWrite && event.dataTransfer?.types.includes("Files") === true)}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) {
          isDropping.value = false;
        }
      }}
      onDrop={() => (isDropping.value = false)}
    >
      {selected.value === null ? <ConversationHeader conversation={conversation} title={title} /> : <SelectionBar conversation={conversation} selected={selected} />}
      {message !== undefined && chat.search.isOpen.value && <HitBar message={message} />}
      <div class={`scroll${isLoading ? " placing" : ""}`} ref={box}>
        <div class="column">
          {isSlow.value && <Skeleton />}
          {!isLoading && <ConversationStart conversation={conversation} title={title} changing={changing} changed={changed} />}
          <ol ref={list} class="messages" onKeyDown={moveFocus} onClickCapture={clicked}>
            {!isLoading && (
              <>
                <Rows conversation={conversation} openActions={openActions} toMessage={toMessage} reply={mayWrite ? reply : null} selected={selected.value} changing={changing} changed={changed} />
                <WaitingRows conversation={conversation} />
                <UploadRows conversation={conversation} />
              </>
            )}
          </ol>
        </div>
      </div>
      <div class="at-end">
        {!isAtEnd.value && (
          <button type="button" class="jump" aria-label={jump} title={jump} onClick={() => void goToEnd()}>
            <Icon is="down" />
            {unread > 0 && <span class="count">{cappedCount(unread)}</span>}
          </button>
        )}
      </div>
      <Composer key={of} conversation={conversation} title={title} />
      <ErrorBoundary resetKey={chosen.value ?? app.offered.value} fallback={(error, retry) => <Failed error={error} retry={retry} />}>
        {app.offered.value?.key === of && mayWrite && (
          <SendSheet files={app.offered.value.files} conversation={conversation} title={title} close={() => (app.offered.value = null)} />
        )}
        {chosen.value !== null && <Actions {...chosen.value} conversation={conversation} select={select} close={() => (chosen.value = null)} />}
      </ErrorBoundary>
      {isDropping.value && <p class="drop">{w.dropHere(title)}</p>}
    </section>
  );
}

/**
 * Moves the focus from the actions of one message to those of the next one above or below: together they are one tab
 * stop.
 */
function moveFocus(event: KeyboardEvent): void {
  const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
  if (step !== 0 && event.currentTarget instanceof HTMLElement && document.activeElement?.matches(".message > .iconic") === true) {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>(".message > .iconic")];
    const next = all[all.indexOf(document.activeElement as HTMLElement) + step];
    if (next !== undefined) {
      event.preventDefault();
      next.focus();
    }
  }
}

/** Returns a message that is in memory and was not taken back, or null. */
function messageOf({ timeline }: Conversation, mid: number): MessageEntry | null {
  const entries = timeline.entries.peek();
  const entry = entries[indexOf(entries, mid)];
  return entry === undefined || entry.type === Type.Group || isTakenBack(entry) ? null : entry;
}

function lastReading({ timeline }: Conversation) {
  return timeline.last === undefined ? null : { mid: timeline.last, offset: 0 };
}

/** Scrolls a message into view, and highlights it for a moment. */
function show(scroll: ScrollAnchor, box: HTMLElement | null, mid: number): void {
  scroll.to({ mid, offset: (box?.clientHeight ?? 0) / 3 });
  const row = box?.querySelector<HTMLElement>(`[data-mid="${mid}"]`);
  row?.classList.add("named");
  row?.addEventListener("animationend", () => row.classList.remove("named"), { once: true });
}

function ConversationHeader({ conversation, title }: { conversation: Conversation; title: string }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const { key } = conversation;
  const elsewhere = useComputed(() => chat.unread.value - (conversation.notify.value === "none" ? 0 : conversation.unread.value));
  const typing = conversation.typing.value;
  const isLive = chat.state.value.at === "live";
  const isMember = chat.people.groups.value.has(key);
  // A change to a group is one of its messages.
  const last = conversation.last.value;
  const changed = last?.type === Type.Group ? last.mid : 0;
  useEffect(() => {
    if (isMember && isLive) {
      void app.try(chat.requests.members(key as `G${number}`));
    }
  }, [key, changed, isMember, isLive]);
  const isAway = isUser(key) && key !== chat.me && isLive && !chat.people.online.value.has(key);
  useEffect(() => {
    if (isAway) {
      void app.try(chat.requests.lookUp([key as `U${number}`]));
    }
  }, [key, isAway]);
  return (
    <header class="head">
      <span class="back">
        <IconButton is="back" label={w.back} onClick={() => app.go({ at: chat.search.isOpen.peek() ? "find" : "chats" })} />
        {elsewhere.value > 0 && (
          <span class="count" aria-label={w.unreadElsewhere(elsewhere.value)}>
            {cappedCount(elsewhere.value)}
          </span>
        )}
      </span>
      <button type="button" class="who" onClick={() => app.go({ at: "card", key })}>
        <Avatar of={key} name={title} />
        <span>
          <h1 tabIndex={-1}>
            <Name of={title} />
          </h1>
          <small>
            {typing.length > 0
              ? w.typing(typing.map(({ user }) => chat.people.name(user)))
              : isLive
                ? presence()
                : ""}
          </small>
        </span>
      </button>
      <IconButton is="find" label={w.searchHere(title)} onClick={() => app.find(key)} />
    </header>
  );

  /** Returns a text that says how many of those who can read this conversation are online. */
  function presence(): string {
    const online = chat.people.online.value;
    const seen = chat.people.lastSeen.value.get(key);
    if (isUser(key)) {
      return key === chat.me ? "" : online.has(key) ? w.online : seen === undefined ? w.offline : w.lastSeen(dayName(seen), clockTime(seen));
    }
    if (key === "") {
      return w.othersOnline(online.size - (online.has(chat.me) ? 1 : 0));
    }
    const group = conversation.members.value;
    if (group === null || !isMember) {
      return "";
    }
    const others = group.members.filter(({ user_id }) => user_id !== chat.me && online.has(user_id)).length;
    return `${w.members(group.total)} · ${w.othersOnline(others)}`;
  }
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

import { useLayoutEffect } from "preact/hooks";
import { type Conversation, isCollapsed } from "../model/conversation.js";
import { isGroup, isUser } from "../model/place.js";
import { type Entry, isPicture, isWritten } from "../model/timeline.js";
import { useApp } from "./app.js";
import { ErrorBoundary, FailedRow } from "./guard.js";
import { Message, type MessageEntry, WaitingMessage } from "./message.js";
import { GroupChange } from "./news.js";
import { type Area, Avatar } from "./parts.js";
import { dayName, dayOf } from "./time.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";

/** The longest time between two messages of a run, in milliseconds; after that, the name is shown again. */
const MAX_RUN_GAP = 5 * 60_000;
/** The longest time between two pictures of an album, in milliseconds. */
const MAX_ALBUM_GAP = 60_000;
/** How many pictures of an album are beside each other. */
const ALBUM_COLUMNS = 3;

interface RowsProps {
  conversation: Conversation;
  openActions: (shown: MessageEntry, at: Area) => void;
  toMessage: (mid: number) => void;
  /** Begins a reply; null if nothing may be written here. */
  reply: ((mid: number) => void) | null;
  /** The messages that are selected; null while none is to be. */
  selected: ReadonlySet<number> | null;
  /** Called before the list changes. */
  changing: () => void;
  /** Called when the list has changed, before it is painted. */
  changed: () => void;
}

/** Shown above the first message: who sees what is written. */
export function ConversationStart({ conversation, title, changing, changed }: Pick<RowsProps, "conversation" | "changing" | "changed"> & { title: string }) {
  const { chat } = useApp();
  const w = words();
  const { key, timeline } = conversation;
  // Read so that changes to it render this again.
  const isEmpty = timeline.entries.value.length === 0;
  changing();
  useLayoutEffect(changed);
  if (!timeline.isLoaded || timeline.hasBefore) {
    return null;
  }
  const who =
    key === ""
      ? w.emptyEveryone
      : key === chat.me
        ? w.emptySelf
        : isGroup(key)
          ? w.emptyGroup(title)
          : w.emptyPair(title);
  return (
    <div class={isEmpty ? "empty" : "beginning"}>
      {isEmpty && <Avatar of={key} name={title} />}
      <p>
        {!isEmpty && w.beginning} {who}
      </p>
    </div>
  );
}

/** The messages, with the days between them, and a line before the first unread one. */
export function Rows({ conversation, openActions, toMessage, reply, selected, changing, changed }: RowsProps) {
  const { chat } = useApp();
  const w = words();
  const { timeline } = conversation;
  const entries = timeline.entries.value;
  const firstUnread = conversation.firstUnread.value;
  const isPair = isUser(conversation.key);
  const blocked = chat.people.blocked.value;
  const tiles = tilesOf(entries, firstUnread, chat.me, (entry) => isPicture(entry) && !isCollapsed(entry, conversation.key, blocked));
  changing();
  useLayoutEffect(changed);
  return (
    <>
      {/* In one flat list: a nested one would be keyed by its index, and rebuilt when a page is added before it. */}
      {entries.flatMap((entry, index) => {
        const at = Date.parse(entry.time);
        const before = entries[index - 1];
        const isNewDay = before === undefined || dayOf(Date.parse(before.time)) !== dayOf(at);
        const isNew = entry.mid === firstUnread;
        const startsRun = isNewDay || isNew || !isRun(before, entry);
        const after = entries[index + 1];
        const isNewest = index === entries.length - 1;
        const endsRun = after === undefined || !isRun(entry, after) || after.mid === firstUnread;
        const key = chat.renderKey(entry.mid);
        return [
          isNewDay && (
            <li key={`day ${key}`} class="day">
              <time dateTime={entry.time.slice(0, 10)}>{dayName(at)}</time>
            </li>
          ),
          isNew && (
            <li key="new" class="new-line">
              <span>{w.newMessages}</span>
            </li>
          ),
          // An album begins a line of its own, also after one of the other side.
          tiles.has(entry.mid) && before !== undefined && before.send !== entry.send && tiles.has(before.mid) && <li key={`line ${key}`} aria-hidden="true" />,
          entry.type === Type.Group ? (
            <li key={key} class="news" data-mid={entry.mid}>
              <ErrorBoundary resetKey={entry} fallback={(error) => <FailedRow error={error} />}>
                <GroupChange of={entry} />
              </ErrorBoundary>
            </li>
          ) : (
            <ErrorBoundary
              key={key}
              resetKey={entry}
              fallback={(error) => (
                <li class="news" data-mid={entry.mid}>
                  <FailedRow error={error} />
                </li>
              )}
            >
              <Message
                entry={entry}
                conversation={conversation}
                startsRun={startsRun}
                endsRun={endsRun}
                isNewest={isNewest}
                tile={tiles.get(entry.mid) ?? 0}
                showsSender={!isPair && entry.send !== chat.me}
                openActions={openActions}
                toMessage={toMessage}
                reply={reply}
                isSelected={selected?.has(entry.mid) ?? null}
              />
            </ErrorBoundary>
          ),
        ];
      })}
    </>
  );
}

/**
 * The texts that are not stored yet, after the messages; the first one continues their run, if they are the user's own.
 */
export function WaitingRows({ conversation }: { conversation: Conversation }) {
  const { chat } = useApp();
  const last = conversation.timeline.entries.value.at(-1);
  return (
    <>
      {conversation.waiting.value
        .filter((waiting) => waiting.mid === undefined)
        .map((waiting, index) => {
          const isFirst = index === 0 && (last === undefined || !isWritten(last) || last.send !== chat.me);
          return (
            <ErrorBoundary
              key={waiting.id}
              resetKey={waiting}
              fallback={(error) => (
                <li class="news">
                  <FailedRow error={error} />
                </li>
              )}
            >
              <WaitingMessage conversation={conversation} waiting={waiting} isFirst={isFirst} />
            </ErrorBoundary>
          );
        })}
    </>
  );
}

/**
 * Returns the columns of the pictures that were sent together, by the numbers of their messages: from 1, or, for the
 * user's own, which are on the other side, the last ones. An album has at least two pictures with nothing between them.
 */
function tilesOf(entries: readonly Entry[], firstUnread: number | null, me: string, isShown: (entry: Entry) => boolean): ReadonlyMap<number, number> {
  const tiles = new Map<number, number>();
  for (let start = 0, end = 0; start < entries.length; start = end) {
    for (end = start + 1; end < entries.length; end++) {
      const [before, entry] = [entries[end - 1], entries[end]];
      if (before === undefined || entry === undefined || !isShown(before) || !isShown(entry) || ("re" in entry && entry.re !== undefined) || entry.mid === firstUnread) {
        break;
      }
      if (!isRun(before, entry) || Date.parse(entry.time) - Date.parse(before.time) > MAX_ALBUM_GAP) {
        break;
      }
    }
    const count = end - start;
    const first = entries[start]?.send === me ? ALBUM_COLUMNS - Math.min(count, ALBUM_COLUMNS) : 0;
    for (let index = 0; count > 1 && index < count; index++) {
      tiles.set(entries[start + index]?.mid ?? 0, first + (index % ALBUM_COLUMNS) + 1);
    }
  }
  return tiles;
}

/** Returns whether two messages belong to one run: from one sender, soon after each other, on one day. */
function isRun(one: Entry, next: Entry): boolean {
  const since = Date.parse(next.time) - Date.parse(one.time);
  return isWritten(one) && isWritten(next) && one.send === next.send && since < MAX_RUN_GAP && dayOf(Date.parse(one.time)) === dayOf(Date.parse(next.time));
}

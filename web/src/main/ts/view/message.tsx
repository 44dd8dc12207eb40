import { memoOf } from "./memo.js";
import { useSignal } from "@preact/signals";
import { type Conversation, isCollapsed, type WaitingText } from "../model/conversation.js";
import { type Entry, indexOf, isTakenBack } from "../model/timeline.js";
import { ALL_MEMBERS, bytesOf, emojiOf } from "../model/text.js";
import type { GroupChanged } from "../wire/events.js";
import { useApp } from "./app.js";
import { summary } from "./chats.js";
import { FormattedText, isOnlyEmoji } from "./formatted.js";
import { FileBody } from "./files/offer.js";
import { type Area, Icon, IconButton, Avatar, hueOf, Name } from "./parts.js";
import { clockTime, fullTime } from "./time.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";
import { isGroup, isUser, type Key } from "../model/place.js";

/** Maximum size of the text of a friend request, in bytes. */
const MAX_REQUEST_BYTES = 1000;

/** An entry that is shown as a message. */
export type MessageEntry = Exclude<Entry, GroupChanged>;

interface MessageProps {
  entry: MessageEntry;
  conversation: Conversation;
  startsRun: boolean;
  endsRun: boolean;
  isNewest: boolean;
  /** The column of a picture in its album; 0 for any other message. */
  tile: number;
  showsSender: boolean;
  openActions: (shown: MessageEntry, at: Area) => void;
  toMessage: (mid: number) => void;
  /** Begins a reply; null if nothing may be written here. */
  reply: ((mid: number) => void) | null;
  /** Whether it is selected; null while messages are not selected. */
  isSelected: boolean | null;
}

/** The reaction that is offered beside a message on which the mouse is. */
const FIRST_REACTION = "👍";

/** A message: who wrote it, what it answers, what it says, whether it was read, and the reactions to it. */
export const Message = memoOf(({ entry, conversation, startsRun, endsRun, isNewest, tile, showsSender, openActions, toMessage, reply, isSelected }: MessageProps) => {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const isHovered = useSignal(false);
  const isOwn = entry.send === chat.me;
  const at = Date.parse(entry.time);
  const who = chat.people.name(entry.send);
  const isExpanded = useSignal(false);
  const openSender = () => {
    if (isUser(entry.send)) {
      app.go({ at: "card", key: entry.send });
    }
  };
  if (isCollapsed(entry, conversation.key, chat.people.blocked.value) && !isExpanded.value) {
    return (
      <li class="message folded" data-mid={entry.mid}>
        <button type="button" class="plain" onClick={() => (isExpanded.value = true)}>
          {w.fromBlocked(1)}
        </button>
      </li>
    );
  }
  const isText = !isTakenBack(entry) && (entry.type === Type.Text || entry.type === Type.TextToAll);
  return (
    <li
      class={`message${isOwn ? " own" : ""}${startsRun ? " first" : ""}${endsRun ? " last" : ""}${showsSender ? " named-by" : ""}${tile > 0 ? ` tile tile${tile}` : ""}${isSelected === true ? " selected" : ""}`}
      data-mid={entry.mid}
      onPointerEnter={({ pointerType }) => (isHovered.value = pointerType === "mouse")}
      onPointerLeave={() => (isHovered.value = false)}
    >
      {isSelected !== null && !isTakenBack(entry) && <input type="checkbox" class="selects" aria-label={`${who}, ${clockTime(at)}`} checked={isSelected} readOnly />}
      {showsSender && endsRun && tile === 0 && (
        <button type="button" class="sender-initial" tabIndex={-1} aria-label={who} onClick={openSender}>
          <Avatar of={entry.send as Key} name={who} />
        </button>
      )}
      <article class="bubble" aria-label={`${who}, ${clockTime(at)}`}>
        {showsSender && startsRun && (
          <button type="button" class={`sender ${hueOf(entry.send as Key)}`} tabIndex={-1} onClick={openSender}>
            <Name of={who} />
          </button>
        )}
        {!isTakenBack(entry) && entry.re !== undefined && <RepliedTo mid={entry.re} conversation={conversation} toMessage={toMessage} />}
        <div class="said" {...(isText ? { dir: "auto" as const } : {})}>
          {isTakenBack(entry) ? (
            <p class="gone">{takenBackText(entry.taken_back.by)}</p>
          ) : (
            <>
              {entry.type === Type.Text || entry.type === Type.TextToAll ? (
                <div class={`text${isOnlyEmoji(entry.info) ? " large" : ""}`}>
                  <FormattedText text={entry.info} mentioned={mentionedNames(entry.mentions ?? [])} />
                </div>
              ) : (
                <FileBody offer={entry} of={conversation.key} />
              )}
            </>
          )}
          <footer>
            {!isTakenBack(entry) && entry.version !== undefined && <span>{w.corrected}</span>}
            <time dateTime={entry.time} title={fullTime(at)}>
              {clockTime(at)}
            </time>
            {isOwn && !isTakenBack(entry) && <DeliveryStatus mid={entry.mid} conversation={conversation} />}
          </footer>
        </div>
        {!isTakenBack(entry) && entry.reactions !== undefined && <Reactions entry={entry} />}
        {!isTakenBack(entry) && isHovered.value && isSelected === null && (
          <p class="hover-bar">
            <button type="button" tabIndex={-1} aria-label={`${w.react}${w.separator}${FIRST_REACTION}`} onClick={() => void app.try(chat.react(entry.mid, FIRST_REACTION, !reactedBy(entry, FIRST_REACTION, chat.me)))}>
              {FIRST_REACTION}
            </button>
            {reply !== null && <IconButton is="answer" label={w.reply} tabIndex={-1} onClick={() => reply(entry.mid)} />}
          </p>
        )}
      </article>
      {!isTakenBack(entry) && isSelected === null && <IconButton is="more" label={w.actions} tabIndex={isNewest ? 0 : -1} onClick={({ currentTarget }) => openActions(entry, currentTarget.getBoundingClientRect())} />}
    </li>
  );

  function takenBackText(by: string): string {
    return by === chat.me ? w.takenBackByYou : by === "server" ? w.takenBackByServer : w.takenBack(chat.people.name(by));
  }

  function mentionedNames(numbers: readonly string[]): readonly string[] {
    return numbers.flatMap((mentioned) => (isGroup(mentioned) ? ALL_MEMBERS : [chat.people.name(mentioned)]));
  }
});

/** Returns whether a user reacted to a message so. */
export function reactedBy(entry: MessageEntry, code: string, user: string): boolean {
  return "reactions" in entry && entry.reactions?.[code]?.by.includes(user as `U${number}`) === true;
}

/** The status of one of the user's own messages: stored, or read by the other user. */
function DeliveryStatus({ mid, conversation }: { mid: number; conversation: Conversation }) {
  const w = words();
  const isRead = conversation.readByOther.value >= mid;
  return (
    <span class={`mark${isRead ? " seen" : ""}`} role="img" aria-label={isRead ? w.read : w.stored} title={isRead ? w.read : w.stored}>
      <Icon is={isRead ? "checks" : "check"} />
    </span>
  );
}

/** The message that another one replies to, as one line that links to it. */
function RepliedTo({ mid, conversation, toMessage }: { mid: number; conversation: Conversation; toMessage: (mid: number) => void }) {
  const { chat } = useApp();
  const w = words();
  const entries = conversation.timeline.entries.value;
  const answered = entries[indexOf(entries, mid)];
  return (
    <button type="button" class="answered" onClick={() => toMessage(mid)}>
      {answered === undefined ? (
        w.earlierMessage
      ) : isCollapsed(answered, conversation.key, chat.people.blocked.value) ? (
        w.fromBlocked(1)
      ) : (
        <>
          <Name of={answered.send === chat.me ? w.you : chat.people.name(answered.send)} />
          <bdi>{summary(answered)}</bdi>
        </>
      )}
    </button>
  );
}

function Reactions({ entry }: { entry: MessageEntry }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const reactions = "reactions" in entry ? (entry.reactions ?? {}) : {};
  return (
    <p class="reactions">
      {Object.entries(reactions).map(([code, { n, by }]) => {
        const isMine = by.includes(chat.me as `U${number}`);
        const names = by.map((user) => (user === chat.me ? w.you : chat.people.name(user))).join(", ");
        return (
          <button
            key={code}
            type="button"
            class="reaction"
            aria-pressed={isMine}
            title={names}
            aria-label={w.reactedWith(names, emojiOf(code))}
            onClick={() => void app.try(chat.react(entry.mid, code, !isMine))}
          >
            {emojiOf(code)} {n}
          </button>
        );
      })}
    </p>
  );
}

/** One of the user's own texts that is not stored yet: it is waiting, or was refused. */
export function WaitingMessage({ conversation, waiting, isFirst }: { conversation: Conversation; waiting: WaitingText; isFirst: boolean }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const isRefused = waiting.code !== undefined;
  const change = () => {
    const taken = chat.outbox.remove(conversation, waiting.id);
    if (taken !== null) {
      chat.outbox.setDraft(conversation, [taken.text, conversation.draft.peek()].filter((text) => text !== "").join("\n"));
    }
  };
  // Somebody who accepts no texts from strangers may accept a friend request, which can carry the text.
  const isRequest = waiting.code === "not-allowed" && isUser(conversation.key) && bytesOf(waiting.text) <= MAX_REQUEST_BYTES;
  const ask = async () => {
    if (await app.try(chat.requests.requestFriendship(conversation.key, waiting.text))) {
      chat.outbox.remove(conversation, waiting.id);
      app.showNotice(w.friendRequestSent);
    }
  };
  return (
    <li class={`message own${isFirst ? " first" : ""}${isRefused ? " refused" : " waits"}`}>
      <article class="bubble">
        <div class="said" dir="auto">
          <div class="text">
            <FormattedText text={waiting.text} />
          </div>
          <footer>
            {isRefused ? (
              <span class="why">
                {w.refused}
                {w.separator}
                {w.code(waiting.code ?? "", waiting.reason ?? "")}
              </span>
            ) : (
              <time>{clockTime(waiting.at)}</time>
            )}
            <span class="mark" role="img" aria-label={isRefused ? w.refused : w.waiting} title={isRefused ? w.refused : w.waiting}>
              <Icon is={isRefused ? "warn" : "clock"} />
            </span>
          </footer>
        </div>
        {isRefused && (
          <p class="choices">
            {isRequest && (
              <button type="button" class="plain" onClick={() => void ask()}>
                {w.asRequest}
              </button>
            )}
            <button type="button" class="plain" onClick={() => chat.outbox.resend(conversation, waiting.id)}>
              {w.again}
            </button>
            <button type="button" class="plain" onClick={change}>
              {w.change}
            </button>
            <button type="button" class="plain" onClick={() => chat.outbox.remove(conversation, waiting.id)}>
              {w.delete}
            </button>
          </p>
        )}
      </article>
    </li>
  );
}

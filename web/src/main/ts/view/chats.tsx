import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Conversation, isCollapsed } from "../model/conversation.js";
import { isUser, type Key } from "../model/place.js";
import { linesOf, mayBeFormatted, type Run } from "../model/markup.js";
import { type Entry, isTakenBack } from "../model/timeline.js";
import { safe } from "../model/safe.js";
import { emojiOf, partsOf } from "../model/text.js";
import { useApp } from "./app.js";
import { formatting } from "./device.js";
import { ErrorBoundary } from "./guard.js";
import { Header, Icon, IconButton, Avatar, Name, ConversationLink, useTitle } from "./parts.js";
import { GroupChange } from "./news.js";
import { cappedCount, shortTime } from "./time.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";

/** The list of conversations, by their last message. */
export function Chats() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const held = useSignal<readonly Conversation[] | null>(null);
  const shown = useComputed(() => held.value ?? chat.list.value);
  // No row is shown until all are known: those that arrive later would push it down.
  const isListed = chat.listing.isLoaded.value;

  // While a pointer is down, rows stay where they are: a click reaches the row that it was meant for.
  useEffect(() => {
    const release = () => app.clock.after(0, () => (held.value = null));
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    return () => {
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
    };
  }, []);

  const name = chat.people.name(chat.me);
  return (
    <>
      <Header>
        <button type="button" class="self" aria-label={w.me} onClick={() => app.go({ at: "me" })}>
          <Avatar of={chat.me as Key} name={name} />
        </button>
        <h1 tabIndex={-1}>{w.chats}</h1>
        <IconButton is="plus" label={w.newGroup} onClick={() => app.go({ at: "new" })} />
      </Header>
      <button type="button" class="searches" onClick={() => app.find(null)}>
        <Icon is="find" />
        {w.search}
      </button>
      <Requests />
      <nav class="list" aria-label={w.chats} aria-busy={!isListed} onPointerDown={() => (held.value = chat.list.peek())}>
        {isListed && (
          <>
            <ul>
              {shown.value.map((conversation) => (
                <ErrorBoundary
                  key={conversation.key}
                  resetKey={conversation.last.value}
                  fallback={() => (
                    <li>
                      <ConversationLink to={conversation.key} class="row">
                        {w.failedRow}
                      </ConversationLink>
                    </li>
                  )}
                >
                  <Row conversation={conversation} isOpen={app.open.value === conversation.key} />
                </ErrorBoundary>
              ))}
            </ul>
            {shown.value.every(({ key, last }) => key === "" && last.value === null) && (
              <div class="empty">
                <Icon is="talk" />
                <strong>{w.nobodyYet}</strong>
                <p>{w.nobodyYetMeans}</p>
                {app.isNarrow.value && <Beginnings />}
              </div>
            )}
          </>
        )}
      </nav>
    </>
  );
}

/** What can be done where there is no conversation. */
export function Beginnings() {
  const app = useApp();
  const w = words();
  return (
    <>
      <button type="button" class="strong" onClick={() => app.find(null)}>
        {w.findSomebody}
      </button>
      <button type="button" onClick={() => app.go({ at: "new" })}>
        {w.newGroup}
      </button>
    </>
  );
}

function Row({ conversation, isOpen }: { conversation: Conversation; isOpen: boolean }) {
  const { chat } = useApp();
  const w = words();
  const title = useTitle(conversation.key);
  const last = conversation.last.value;
  const waiting = conversation.waiting.value.at(-1);
  const unread = conversation.unread.value;
  const isMarked = conversation.isMarked.value;
  const draft = conversation.draft.value;
  const typing = conversation.typing.value;
  return (
    <li>
      <ConversationLink to={conversation.key} class={`row${isOpen ? " open" : ""}`} aria-current={isOpen ? "page" : undefined}>
        <Avatar of={conversation.key} name={title} />
        <span class="row-title">
          <Name of={title} />
          {conversation.notify.value === "none" && <Icon is="muted" />}
          {conversation.pinned.value && <Icon is="pin" />}
        </span>
        <time>{waiting !== undefined ? shortTime(waiting.at) : last !== null ? shortTime(Date.parse(last.time)) : ""}</time>
        <span class={`row-last${unread > 0 || isMarked ? " counted" : ""}`}>
          {/* Keyed, so that a changed text is a new element: otherwise the browser counts it as a layout shift. */}
          {typing.length > 0 ? (
            <em>{w.typing(typing.map(({ user }) => chat.people.name(user)))}</em>
          ) : draft !== "" && !isOpen ? (
            <>
              <em>
                {w.draft}
                {w.separator}
              </em>
              <bdi>{firstLine(draft)}</bdi>
            </>
          ) : waiting !== undefined ? (
            <>
              {waiting.code === undefined ? `${w.you}${w.separator}` : <em class="failed">{w.refused}{w.separator}</em>}
              <bdi key={waiting.id}>{firstLine(waiting.text)}</bdi>
            </>
          ) : last !== null ? (
            <LastLine key={last.mid} entry={last} of={conversation.key} />
          ) : null}
        </span>
        {unread === 0 && isMarked && <span class="count" role="img" aria-label={w.markedUnread} />}
        {unread > 0 && (
          <span class={`count${conversation.notify.value === "none" ? " muted" : ""}`}>
            {conversation.mentions.value > 0 && <span aria-label={w.mentioned}>@</span>}
            <span aria-label={w.unread(unread)}>{cappedCount(unread)}</span>
          </span>
        )}
      </ConversationLink>
    </li>
  );
}

function LastLine({ entry, of }: { entry: Entry; of: Key }) {
  const { chat } = useApp();
  const w = words();
  if (entry.type === Type.Group) {
    return <GroupChange of={entry} />;
  }
  if (isCollapsed(entry, of, chat.people.blocked.value)) {
    return <bdi>{w.fromBlocked(1)}</bdi>;
  }
  const who = entry.send === chat.me ? w.you : isUser(of) ? "" : chat.people.name(entry.send);
  return (
    <>
      {who !== "" && (
        <>
          <Name of={who} />
          {w.separator}
        </>
      )}
      <bdi>{summary(entry)}</bdi>
    </>
  );
}

/** Returns a message as one line. */
export function summary(entry: Entry): string {
  const w = words();
  if (isTakenBack(entry)) {
    return entry.taken_back.by === "server" ? w.takenBackByServer : w.earlierMessage;
  }
  switch (entry.type) {
    case Type.Text:
    case Type.TextToAll:
      return partsOfLine(firstLine(entry.info))
        .map((part) => (part.kind === "emoji" ? emojiOf(part.text) : part.text))
        .join("");
    case Type.File:
      return `${w.file}: ${safe(entry.info.name)}`;
    case Type.Picture:
      return `${w.picture}: ${safe(entry.info.name)}`;
    case Type.Group:
      return "";
  }
}

/** Returns the parts of a line, without the marks of its formatting where that is shown. */
function partsOfLine(line: string): readonly Run["part"][] {
  const [first] = formatting.value === "on" && mayBeFormatted(line) ? linesOf(line) : [];
  return first !== undefined && "runs" in first ? first.runs.map(({ part }) => part) : partsOf(line);
}

function firstLine(text: string): string {
  const [line = ""] = text.trimStart().slice(0, 200).split("\n");
  return safe(line);
}

function Requests() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const answer = (user: string, accepts: boolean) => {
    void app.try(chat.requests.answerRequest(user, accepts));
  };
  return (
    <>
      {chat.people.incomingCalls.value.map(({ session, user }) => (
        <section key={session} class="request">
          <p>
            <span dir="ltr">{w.asksForSession(chat.people.name(user))}</span>
          </p>
          <button type="button" class="plain" onClick={() => void app.try(chat.requests.declineCall(session))}>
            {w.decline}
          </button>
        </section>
      ))}
      {chat.people.receivedRequests.value.map(({ user, text }) => {
        const name = chat.people.name(user);
        return (
          <section key={user} class="request">
            <p>
              <span dir="ltr">{w.asksYou(name)}</span>
              {text !== "" && <q dir="auto">{safe(text)}</q>}
            </p>
            <button type="button" class="strong" onClick={() => answer(user, true)}>
              {w.agree}
            </button>
            <button type="button" class="plain" onClick={() => answer(user, false)}>
              {w.decline}
            </button>
          </section>
        );
      })}
    </>
  );
}

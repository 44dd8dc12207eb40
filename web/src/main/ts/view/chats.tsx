import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Conversation, isFolded } from "../model/conversation.js";
import { isUser, type Key } from "../model/place.js";
import { type Entry, isGone } from "../model/timeline.js";
import { safe } from "../model/safe.js";
import { emojiOf, partsOf } from "../model/text.js";
import { useApp } from "./app.js";
import { Guard } from "./guard.js";
import { Head, Icon, IconButton, Initial, Name, ConversationLink, useTitle } from "./parts.js";
import { GroupNews } from "./news.js";
import { most, shortTime } from "./time.js";
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
  const isListed = chat.listing.isRead.value;

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
      <Head>
        <button type="button" class="self" aria-label={w.me} onClick={() => app.go({ at: "me" })}>
          <Initial of={chat.me as Key} name={name} />
        </button>
        <h1 tabIndex={-1}>{w.chats}</h1>
        <IconButton is="find" label={w.find} onClick={() => app.go({ at: "find" })} />
      </Head>
      <Requests />
      <nav class="list" aria-label={w.chats} aria-busy={!isListed} onPointerDown={() => (held.value = chat.list.peek())}>
        {isListed && (
          <>
            <ul>
              {shown.value.map((conversation) => (
                <Guard
                  key={conversation.key}
                  of={conversation.last.value}
                  instead={() => (
                    <li>
                      <ConversationLink to={conversation.key} class="row">
                        {w.failedRow}
                      </ConversationLink>
                    </li>
                  )}
                >
                  <Row conversation={conversation} isOpen={app.open.value === conversation.key} />
                </Guard>
              ))}
            </ul>
            {shown.value.every(({ key, last }) => key === "" && last.value === null) && (
              <div class="empty">
                <strong>{w.nobodyYet}</strong>
                <button type="button" class="plain" onClick={() => app.go({ at: "find" })}>
                  {w.nobodyYetMeans}
                </button>
              </div>
            )}
          </>
        )}
      </nav>
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
  const draft = conversation.draft.value;
  const typing = conversation.typing.value;
  return (
    <li>
      <ConversationLink to={conversation.key} class={`row${isOpen ? " open" : ""}`} aria-current={isOpen ? "page" : undefined}>
        <Initial of={conversation.key} name={title} />
        <span class="row-title">
          <Name of={title} />
          {conversation.notify.value === "none" && <Icon is="muted" />}
          {conversation.pinned.value && <Icon is="pin" />}
        </span>
        <time>{waiting !== undefined ? shortTime(waiting.at) : last !== null ? shortTime(Date.parse(last.time)) : ""}</time>
        <span class={`row-last${unread > 0 ? " counted" : ""}`}>
          {/* Keyed, so that a changed text is a new element: otherwise the browser counts it as a layout shift. */}
          {typing.length > 0 ? (
            <em>{w.typing(typing.map(({ user }) => chat.people.name(user)))}</em>
          ) : draft !== "" && !isOpen ? (
            <>
              <em>
                {w.draft}
                {w.says}
              </em>
              <bdi>{firstLine(draft)}</bdi>
            </>
          ) : waiting !== undefined ? (
            <>
              {waiting.code === undefined ? `${w.you}${w.says}` : <em class="failed">{w.refused}{w.says}</em>}
              <bdi key={waiting.id}>{firstLine(waiting.text)}</bdi>
            </>
          ) : last !== null ? (
            <LastLine key={last.mid} entry={last} of={conversation.key} />
          ) : null}
        </span>
        {unread > 0 && (
          <span class={`count${conversation.notify.value === "none" ? " muted" : ""}`}>
            {conversation.mentions.value > 0 && <span aria-label={w.mentioned}>@</span>}
            <span aria-label={w.unread(unread)}>{most(unread)}</span>
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
    return <GroupNews of={entry} />;
  }
  if (isFolded(entry, of, chat.people.blocked.value)) {
    return <bdi>{w.fromBlocked(1)}</bdi>;
  }
  const who = entry.send === chat.me ? w.you : isUser(of) ? "" : chat.people.name(entry.send);
  return (
    <>
      {who !== "" && (
        <>
          <Name of={who} />
          {w.says}
        </>
      )}
      <bdi>{summary(entry)}</bdi>
    </>
  );
}

/** Returns a message as one line. */
export function summary(entry: Entry): string {
  const w = words();
  if (isGone(entry)) {
    return entry.taken_back.by === "server" ? w.takenBackByServer : w.goneMessage;
  }
  switch (entry.type) {
    case Type.Text:
    case Type.TextToAll:
      return partsOf(firstLine(entry.info))
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

function firstLine(text: string): string {
  const [line = ""] = text.trimStart().slice(0, 200).split("\n");
  return safe(line);
}

function Requests() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const answer = (user: string, info: boolean) => {
    void app.try(chat.requests.answerRequest(user, info));
  };
  return (
    <>
      {chat.people.calling.value.map(({ session, user }) => (
        <section key={session} class="request">
          <p>
            <span dir="ltr">{w.callsYou(chat.people.name(user))}</span>
          </p>
          <button type="button" class="plain" onClick={() => void app.try(chat.requests.declineCall(session))}>
            {w.decline}
          </button>
        </section>
      ))}
      {chat.people.asking.value.map(({ user, text }) => {
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

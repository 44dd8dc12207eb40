import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Excerpt, Filters, Hit } from "../model/search.js";
import { addressOf, type Key } from "../model/place.js";
import { safe } from "../model/safe.js";
import * as Type from "../wire/type.js";
import { useApp } from "./app.js";
import { useNames } from "./names.js";
import { Avatar, ConversationLink, Icon, IconButton, Name, titleOf, useFocus, useTitle } from "./parts.js";
import { shortTime } from "./time.js";
import { words } from "./words-later.js";

/** The pause in typing before messages are searched, in milliseconds. */
const MESSAGES_DELAY = 400;
/** How many of the user's own conversations are shown. */
const MAX_CONVERSATIONS = 8;
/** Since how many days ago, for the choices of the filter. */
const PERIODS = { day: 0, week: 6, month: 29, year: 364 } as const;

/** Finds the user's conversations, people, open groups, and messages. */
export function Search() {
  const app = useApp();
  const { chat } = app;
  const { search } = chat;
  const w = words();
  useFocus(".left");
  const text = search.text.value.trim();
  const filters = search.filters.value;
  const isLive = chat.state.value.at === "live";
  /** Names are not searched in one conversation, or for what somebody said. */
  const isAnything = filters.with === null && filters.from === null && filters.days === null && filters.media === null;
  const names = useNames(text, isAnything);

  useEffect(() => {
    search.isOpen.value = true;
  }, []);
  useEffect(() => {
    if (text === "") {
      search.clear();
      return undefined;
    }
    search.isSearching.value = isLive;
    return isLive ? app.clock.after(MESSAGES_DELAY, () => void search.search()) : undefined;
  }, [text, isLive, filters]);

  const own = useComputed(() => {
    const wanted = folded(search.text.value.trim());
    return wanted === "" ? [] : chat.list.value.filter(({ key }) => folded(titleOf(chat, key)).includes(wanted)).slice(0, MAX_CONVERSATIONS);
  });
  const conversations = isAnything ? own.value : [];
  const isShown = (key: string) => conversations.some((conversation) => conversation.key === key);
  const users = (names.value?.users ?? []).filter(({ user_id }) => !isShown(user_id));
  const groups = (names.value?.groups ?? []).filter(({ group_id }) => !isShown(group_id));
  const hits = search.hits.value;
  const refusal = search.refusal.value;
  const isAnswered = !search.isSearching.value && (names.value !== null || !isAnything);
  const isNothing = isAnswered && conversations.length + users.length + groups.length + hits.length === 0 && refusal === null;

  const keyDown = (event: KeyboardEvent) => {
    const first = document.querySelector<HTMLElement>(".results .row");
    if (event.isComposing) {
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      app.leave();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (text !== "") {
        first?.click();
      }
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      first?.focus();
    }
  };

  return (
    <>
      <header class="head">
        <IconButton is="back" label={w.back} onClick={() => app.leave()} />
        <h1 class="unseen">{w.search}</h1>
        <label class="search">
          <span class="unseen">{w.search}</span>
          <input
            type="search"
            dir="auto"
            placeholder={w.search}
            autocapitalize="off"
            autocomplete="off"
            spellcheck={false}
            enterkeyhint="search"
            value={search.text.value}
            onInput={(event) => (search.text.value = event.currentTarget.value)}
            onKeyDown={keyDown}
          />
        </label>
      </header>
      {(text !== "" || !isAnything) && <FilterFields filters={filters} />}
      <div class="list results" onKeyDown={moveFocus}>
        <div role="status">
          {text === "" ? <p class="hint">{w.searchEmpty}</p> : isNothing ? <p class="hint">{w.searchNothing}</p> : refusal !== null ? <p class="problem">{w.code(refusal.code, refusal.reason)}</p> : null}
        </div>
        {text === "" && isAnything && (
          <a
            class="row"
            href={addressOf({ at: "new" })}
            onClick={(event) => {
              event.preventDefault();
              search.close();
              app.go({ at: "new" });
            }}
          >
            <span class="initial" aria-hidden="true">
              <Icon is="plus" />
            </span>
            <span class="row-title">{w.newGroup}</span>
            <span class="row-last" />
          </a>
        )}
        {conversations.length > 0 && <h2>{w.chats}</h2>}
        <ul>
          {conversations.map(({ key }) => (
            <NameRow key={key} of={key} chosen={() => search.close()} />
          ))}
        </ul>
        {users.length > 0 && <h2>{w.people}</h2>}
        <ul>
          {users.map(({ user_id, online, friend }) => (
            <NameRow key={user_id} of={user_id as Key} note={[online ? w.online : w.offline, friend ? w.friend : ""].filter((one) => one !== "").join(" · ")} chosen={() => search.close()} />
          ))}
        </ul>
        {groups.length > 0 && <h2>{w.groups}</h2>}
        <ul>
          {groups.map(({ group_id, members, member }) => (
            <NameRow key={group_id} of={group_id} note={w.members(members)} chosen={() => search.close()}>
              {!member && (
                <button
                  type="button"
                  class="plain"
                  onClick={async () => {
                    if (await app.try(chat.requests.request({ type: Type.ChangeGroup, info: { op: "join", group_id } }))) {
                      search.close();
                      app.go({ at: "conversation", key: group_id });
                    }
                  }}
                >
                  {w.join}
                </button>
              )}
            </NameRow>
          ))}
        </ul>
        {hits.length > 0 && <h2>{w.messages}</h2>}
        {search.upTo.value !== null && text !== "" && <p class="hint">{w.newestNotSearched}</p>}
        <ul>
          {hits.map((hit) => (
            <HitRow key={hit.mid} hit={hit} />
          ))}
        </ul>
        {search.hasMore.value && (
          <button type="button" class="plain" disabled={search.isSearching.value} onClick={() => void search.more()}>
            {w.showMore}
          </button>
        )}
      </div>
    </>
  );
}

/** Returns a name as it is compared: without case and accents. */
export function folded(name: string): string {
  return name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Moves the focus from row to row, and back to the field. */
function moveFocus(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const { activeElement } = document;
  if (step !== 0 && event.currentTarget instanceof HTMLElement && activeElement?.matches(".row") === true) {
    event.preventDefault();
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".row")];
    const next = rows.indexOf(activeElement as HTMLElement) + step;
    (next < 0 ? document.querySelector<HTMLElement>(".search input") : rows[next])?.focus();
  }
}

function NameRow({ of, note = "", chosen, children }: { of: Key; note?: string; chosen: () => void; children?: preact.ComponentChildren }) {
  const title = useTitle(of);
  return (
    <li class={children === undefined || children === false ? "" : "with-button"}>
      <ConversationLink to={of} class="row" chosen={chosen}>
        <Avatar of={of} name={title} />
        <span class="row-title">
          <Name of={title} />
        </span>
        <span class="row-last">{note}</span>
      </ConversationLink>
      {children}
    </li>
  );
}

/** A message that was found: where, by whom, when, and what it says. */
function HitRow({ hit }: { hit: Hit }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const title = useTitle(hit.key);
  const isOpen = app.place.value.at === "conversation" && app.place.value.message === hit.mid;
  return (
    <li>
      <ConversationLink to={hit.key} message={hit.mid} class={`row hit${isOpen ? " open" : ""}`} aria-current={isOpen ? "true" : undefined}>
        <Avatar of={hit.key} name={title} />
        <span class="row-title">
          <Name of={title} />
        </span>
        <time>{shortTime(Date.parse(hit.time))}</time>
        <span class="row-last">
          {(hit.sender === chat.me || hit.sender !== hit.key) && (
            <>
              <Name of={hit.sender === chat.me ? w.you : chat.people.name(hit.sender)} />
              {w.separator}
            </>
          )}
          {hit.isFile && <Icon is="file" />}
          <bdi>
            <Marked excerpt={hit.excerpt} />
          </bdi>
        </span>
      </ConversationLink>
    </li>
  );
}

function Marked({ excerpt }: { excerpt: Excerpt }) {
  return <>{excerpt.map(({ isHit, text }, index) => (isHit ? <mark key={index}>{safe(text)}</mark> : safe(text)))}</>;
}

/** What narrows the search: a conversation, a person, a time, a kind. */
function FilterFields({ filters }: { filters: Filters }) {
  const { chat } = useApp();
  const { search } = chat;
  const w = words();
  const set = (change: Partial<Filters>) => (search.filters.value = { ...filters, ...change });
  const conversations = chat.list.value.map(({ key }) => key);
  const people = [...new Set([...conversations.filter((key) => key.startsWith("U") && key !== chat.me), ...chat.people.friends.value])];
  const choice = <T extends string>(label: string, value: T | "", any: string, options: readonly (readonly [T, string])[], chosen: (value: T | null) => void) => (
    <select aria-label={label} class={value === "" ? "" : "narrows"} value={value} onChange={({ currentTarget }) => chosen(currentTarget.value === "" ? null : (currentTarget.value as T))}>
      <option value="">{any}</option>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  );
  const period = Object.entries(PERIODS).find(([, days]) => days === filters.days)?.[0] ?? "";
  return (
    <div class="filters">
      {choice(
        w.searchIn,
        filters.with === null ? "" : addressed(filters.with),
        w.allChats,
        withChosen(conversations, filters.with).map((key) => [addressed(key), titleOf(chat, key)] as const),
        (key) => set({ with: key === null ? null : ((key === "all" ? "" : key) as Key) }),
      )}
      {choice(
        w.searchFrom,
        filters.from ?? "",
        w.anyone,
        [[chat.me, w.you] as const, ...withChosen(people, filters.from === chat.me ? null : filters.from).map((user) => [user, chat.people.name(user)] as const)],
        (from) => set({ from }),
      )}
      {choice(w.searchWhen, period as keyof typeof PERIODS | "", w.anyTime, Object.entries(w.periods) as [keyof typeof PERIODS, string][], (name) => set({ days: name === null ? null : PERIODS[name] }))}
      {choice(w.searchWhat, filters.media ?? "", w.textsAndFiles, [["text", w.texts] as const, ["file", w.files] as const], (media) => set({ media }))}
    </div>
  );
}

/** Returns the value of an option for a conversation: "" would be the first one, which stands for all. */
function addressed(key: Key): string {
  return key === "" ? "all" : key;
}

/** Returns the choices, with the one that is chosen, whether it is among them or not. */
function withChosen<T>(choices: readonly T[], chosen: T | null): readonly T[] {
  return chosen === null || choices.includes(chosen) ? choices : [chosen, ...choices];
}

/** Goes through the messages that were found, if this is one of them. */
export function HitBar({ message }: { message: number }) {
  const app = useApp();
  const { search } = app.chat;
  const w = words();
  const hits = search.hits.value;
  const index = hits.findIndex(({ mid }) => mid === message);
  if (index < 0) {
    return null;
  }
  const go = async (step: number) => {
    if (hits[index + step] === undefined) {
      await search.more();
    }
    const next = search.hits.peek()[index + step];
    if (next !== undefined) {
      app.go({ at: "conversation", key: next.key, message: next.mid }, true);
    }
  };
  return (
    <div class="hit-bar" role="group" aria-label={w.search}>
      <span role="status">{w.hitOf(index + 1, hits.length, search.hasMore.value)}</span>
      <IconButton is="up" label={w.olderHit} disabled={index === hits.length - 1 && !search.hasMore.value} onClick={() => void go(1)} />
      <IconButton is="down" label={w.newerHit} disabled={index === 0} onClick={() => void go(-1)} />
      <IconButton is="close" label={w.endSearch} onClick={() => search.close()} />
    </div>
  );
}

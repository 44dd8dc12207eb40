import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Conversation } from "../model/conversation.js";
import { ALL_MEMBERS, BEFORE_MENTION, bytesOf, completions, canonicalName } from "../model/text.js";
import { indexOf } from "../model/timeline.js";
import { useApp } from "./app.js";
import { summary } from "./chats.js";
import { enter } from "./device.js";
import { ErrorBoundary, Failed } from "./guard.js";
import { lazy } from "./lazy.js";
import { type Area, IconButton, Sheet } from "./parts.js";
import { formatNumber } from "./time.js";
import { language, words } from "./words.js";
import * as Type from "../wire/type.js";
import { isGroup, isUser } from "../model/place.js";

/** The completions at the caret: of an emoticon's code, or of somebody's name. */
interface Completion {
  from: number;
  options: readonly { insert: string; label: string; emoji?: string }[];
  chosen: number;
}

const CODE = /(?:^|[^A-Za-z0-9_./:~-])\/([a-z\p{Script=Han}]{1,8})$/u;
const MENTION = new RegExp(`${BEFORE_MENTION}([\\p{L}\\p{M}\\p{N}_.-]{0,32})$`, "u");
const MAX_OPTIONS = 8;

const EmojiPicker = lazy((later) => later.EmojiPicker);

/** The form with the field in which the user writes a message. */
export function Composer({ conversation, title }: { conversation: Conversation; title: string }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  /** Whether the keyboard did not report which key was pressed last. */
  const isKeyUnknown = useRef(false);
  const completion = useSignal<Completion | null>(null);
  /** Where emoji are chosen; null while they are not. */
  const picking = useSignal<Area | null>(null);
  const excessBytes = useSignal(0);
  const isEmpty = useSignal(conversation.draft.peek() === "");
  const correcting = conversation.correcting.value;
  const replyingTo = conversation.replyingTo.value;
  const obstacle = chat.obstacleTo(conversation);
  const limit = chat.self.value?.limits.text ?? 0;

  const fit = () => {
    const { current } = field;
    const row = current?.parentElement;
    if (current !== null && row != null) {
      // While it is measured, its row keeps its height: otherwise the list above would scroll.
      row.style.minHeight = `${row.offsetHeight}px`;
      current.style.height = "auto";
      current.style.height = `${current.scrollHeight + current.offsetHeight - current.clientHeight}px`;
      row.style.minHeight = "";
    }
  };

  const check = (text: string) => {
    isEmpty.value = text.trim() === "";
    excessBytes.value = text.length * 3 > limit ? Math.max(0, bytesOf(text) - limit) : 0;
  };

  const setText = (text: string) => {
    const { current } = field;
    if (current !== null && current.value !== text) {
      current.value = text;
      fit();
    }
    check(text);
  };

  // The field itself holds the text; it is only set when something else changes the draft.
  const draft = conversation.draft.value;
  useLayoutEffect(() => {
    if (correcting === null) {
      setText(draft);
    }
  }, [draft, correcting]);
  useLayoutEffect(() => {
    if (correcting !== null) {
      const entries = conversation.timeline.entries.peek();
      const entry = entries[indexOf(entries, correcting)];
      setText(conversation.correction ?? (entry !== undefined && typeof entry.info === "string" ? entry.info : ""));
      field.current?.focus();
    }
  }, [correcting]);
  useEffect(() => {
    if (replyingTo !== null) {
      field.current?.focus();
    }
  }, [replyingTo]);
  useEffect(() => {
    // Whoever goes through what was found stays there.
    if (matchMedia("(pointer: fine)").matches && document.activeElement?.closest(".results") == null) {
      field.current?.focus({ preventScroll: true });
    }
  }, []);

  const { key } = conversation;
  if (obstacle === "closed") {
    return <p class="composer note">{w.closedGroup}</p>;
  }
  if (obstacle === "not-member") {
    const join = () => void app.try(chat.requests.request({ type: Type.ChangeGroup, info: { op: "join", group_id: key as `G${number}` } }));
    return (
      <div class="composer note">
        <p>{w.notMember}</p>
        {chat.people.openGroups.value.has(key) && (
          <button type="button" class="strong" onClick={join}>
            {w.join}
          </button>
        )}
      </div>
    );
  }
  if (obstacle === "everyone") {
    return <p class="composer note">{w.onlyAdministratorsWrite}</p>;
  }
  if (obstacle === "blocked") {
    return (
      <div class="composer note">
        <p>{w.youBlocked(title)}</p>
        <button type="button" class="plain" onClick={() => void app.try(chat.requests.block(key, false))}>
          {w.unblock}
        </button>
      </div>
    );
  }

  const cancel = () => {
    conversation.replyingTo.value = null;
    chat.outbox.correct(conversation, null);
    field.current?.focus();
  };

  const send = () => {
    const { current } = field;
    const text = current?.value.trimEnd() ?? "";
    if (text === "" && correcting !== null) {
      app.showNotice(w.emptyCorrection);
    }
    if (text === "" || excessBytes.peek() > 0 || current === null) {
      return;
    }
    completion.value = null;
    if (correcting === null) {
      chat.outbox.send(conversation, text);
      setText("");
    } else {
      chat.outbox.correctionSent(conversation, correcting, text);
      void app.try(chat.correct(correcting, text)).then((isDone) => chat.outbox.correctionAnswered(conversation, correcting, text, isDone));
    }
    current.focus();
  };

  const complete = () => {
    const { current } = field;
    const before = current?.value.slice(0, current.selectionStart) ?? "";
    const code = CODE.exec(before)?.[1];
    const prefix = MENTION.exec(before)?.[1];
    if (code !== undefined) {
      offer(
        before.length - code.length - 1,
        completions(code).map((emoticon) => ({
          insert: emoticon.code,
          label: `${emoticon.code} ${language.peek() === "zh" ? emoticon.zh : emoticon.en}`,
          picture: emoticon.emoji,
        })),
      );
    } else if (prefix !== undefined && conversation.key !== chat.me) {
      const lower = canonicalName(prefix);
      offer(
        before.length - prefix.length - 1,
        [...chat.people.names.peek()]
          .filter(([who, name]) => isUser(who) && who !== chat.me && canonicalName(name).startsWith(lower))
          .filter(([who]) => receives(who))
          .sort(([one], [other]) => Number(isMember(other)) - Number(isMember(one)))
          .map(([, name]) => name)
          .concat(mayMentionAll() ? ALL_MEMBERS.filter((all) => all.startsWith(lower)) : [])
          .map((name) => ({ insert: `@${name}`, label: name })),
      );
    } else {
      completion.value = null;
    }
  };

  /** Returns whether a user receives what is written here; if not all members of a group are known, anybody may. */
  const receives = (user: string) => {
    const { key, members } = conversation;
    const known = members.peek();
    return isUser(key) ? user === key : known === null || known.more || known.members.some(({ user_id }) => user_id === user);
  };

  const isMember = (user: string) => conversation.members.peek()?.members.some(({ user_id }) => user_id === user) === true;

  /** Returns whether all members may be mentioned here at once, as far as that is known. */
  const mayMentionAll = () => {
    const { key, members } = conversation;
    return isGroup(key) && members.peek()?.members.find(({ user_id }) => user_id === chat.me)?.role !== "member";
  };

  const offer = (from: number, options: Completion["options"]) => {
    completion.value = options.length === 0 ? null : { from, options: options.slice(0, MAX_OPTIONS), chosen: 0 };
  };

  const insert = (text: string, from?: number) => {
    const { current } = field;
    if (current === null) {
      return;
    }
    const start = from ?? current.selectionStart;
    const before = current.value.slice(0, start);
    // A code, and a name, has to begin and end; an emoji does by itself.
    const isCode = /^[/@]/.test(text);
    const gap = from === undefined && isCode && /[A-Za-z0-9_./:~-]$/.test(before) ? " " : "";
    current.setRangeText(`${gap}${text}${isCode ? " " : ""}`, start, current.selectionEnd, "end");
    current.dispatchEvent(new Event("input", { bubbles: true }));
    completion.value = null;
    current.focus();
  };

  /** Inserts the chosen completion, unless it is there already; returns whether it was inserted. */
  const choose = (): boolean => {
    const open = completion.peek();
    const option = open?.options[open.chosen];
    if (open === null || option === undefined || field.current?.value.slice(open.from, field.current.selectionStart) === option.insert) {
      return false;
    }
    insert(option.insert, open.from);
    return true;
  };

  /**
   * Handles Enter on keyboards that compose whole words, such as those of Android: they report no key, only a line
   * break that is about to be inserted.
   */
  const beforeInput = (event: InputEvent) => {
    const isBreak = event.inputType === "insertLineBreak" || event.inputType === "insertParagraph";
    if (isBreak && isKeyUnknown.current && event.cancelable) {
      if (choose()) {
        event.preventDefault();
      } else if (enter.peek() === "send") {
        event.preventDefault();
        send();
      }
    }
    isKeyUnknown.current = false;
  };

  const keyDown = (event: KeyboardEvent) => {
    isKeyUnknown.current = (event.keyCode === 229 || event.key === "Unidentified") && !event.shiftKey && !event.altKey;
    // Enter ends the composition of an input method; older Safari reports it after the end, by 229 alone.
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    const open = completion.peek();
    if (open !== null) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step !== 0) {
        event.preventDefault();
        completion.value = { ...open, chosen: (open.chosen + step + open.options.length) % open.options.length };
        return;
      }
      const option = open.options[open.chosen];
      if (event.key === "Tab" && option !== undefined) {
        event.preventDefault();
        insert(option.insert, open.from);
        return;
      }
      if (event.key === "Enter" && choose()) {
        event.preventDefault();
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        completion.value = null;
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && (enter.peek() === "send" || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && (replyingTo !== null || correcting !== null)) {
      event.preventDefault();
      event.stopPropagation();
      cancel();
    } else if (event.key === "ArrowUp" && field.current?.value === "" && correcting === null) {
      const last = conversation.timeline.entries
        .peek()
        .findLast((entry) => entry.send === chat.me && (entry.type === Type.Text || entry.type === Type.TextToAll) && entry.info !== null);
      if (last !== undefined) {
        event.preventDefault();
        chat.outbox.correct(conversation, last.mid);
      }
    }
  };

  const entries = conversation.timeline.entries.value;
  const answered = replyingTo === null ? undefined : entries[indexOf(entries, replyingTo)];
  const open = completion.value;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {(replyingTo !== null || correcting !== null) && (
        <p class="about">
          <span>
            {correcting !== null ? (
              w.correcting
            ) : (
              <>
                <span dir="ltr">{answered?.send === chat.me ? w.replyingToYourself : w.replyingTo(answered === undefined ? "" : chat.people.name(answered.send))}</span>
                <bdi>{answered === undefined ? "" : summary(answered)}</bdi>
              </>
            )}
          </span>
          <IconButton is="close" label={w.cancel} onClick={cancel} />
        </p>
      )}
      {open !== null && (
        <ul class="completions" role="listbox" id="completions">
          {open.options.map((option, index) => (
            <li
              key={option.insert}
              id={`completion-${index}`}
              role="option"
              aria-selected={index === open.chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                insert(option.insert, open.from);
              }}
            >
              {option.emoji !== undefined && <span class="emoji">{option.emoji}</span>} <bdi>{option.label}</bdi>
            </li>
          ))}
        </ul>
      )}
      <div class="writes">
        <IconButton is="smile" label={w.emoticons} onClick={({ currentTarget }) => (picking.value = currentTarget.getBoundingClientRect())} />
        <input
          ref={files}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            const chosen = [...(currentTarget.files ?? [])];
            currentTarget.value = "";
            app.offer(chosen);
          }}
        />
        <IconButton is="attach" label={w.attach} onClick={() => files.current?.click()} />
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={key === chat.me ? w.writeNote : w.write(title)}
          placeholder={key === chat.me ? w.writeNote : w.write(title)}
          enterkeyhint={enter.value === "send" ? "send" : "enter"}
          aria-autocomplete="list"
          aria-controls={open === null ? undefined : "completions"}
          aria-activedescendant={open === null ? undefined : `completion-${open.chosen}`}
          onKeyDown={keyDown}
          onBeforeInput={beforeInput}
          onBlur={() => (completion.value = null)}
          onInput={(event) => {
            const text = event.currentTarget.value;
            fit();
            check(text);
            if (correcting !== null) {
              chat.outbox.setCorrection(conversation, text);
            } else {
              chat.outbox.setDraft(conversation, text);
              if (text !== "") {
                chat.outbox.notifyTyping(conversation);
              }
            }
            complete();
          }}
        />
        <button type="submit" class="send" aria-label={w.send} title={w.send} disabled={isEmpty.value || excessBytes.value > 0}>
          <SendIcon />
        </button>
      </div>
      {excessBytes.value > 0 && (
        <p class="problem" role="alert">
          {w.tooLong(formatNumber(excessBytes.value))}
        </p>
      )}
      {picking.value !== null && (
        <Sheet label={w.emoticons} close={() => (picking.value = null)} at={picking.value}>
          <ErrorBoundary resetKey={null} fallback={(error, retry) => <Failed error={error} retry={retry} />}>
            <EmojiPicker
              choose={(code) => {
                picking.value = null;
                insert(code);
              }}
            />
          </ErrorBoundary>
        </Sheet>
      )}
    </form>
  );
}

function SendIcon() {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M5 12h14M13 6l6 6-6 6" />
    </svg>
  );
}

import { useSignal } from "@preact/signals";
import type { Chat } from "../model/chat.js";
import type { Conversation } from "../model/conversation.js";
import { useApp } from "./app.js";
import { FormattedText } from "./formatted.js";
import { type MessageEntry, reactedBy } from "./message.js";
import { MoreActions, type MoreSteps } from "./more.js";
import { type Area, Icon, Sheet } from "./parts.js";
import { words } from "./words-later.js";
import * as Type from "../wire/type.js";

/** The most common reactions. Any other that somebody has already used on a message can be joined, too. */
const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** Returns whether a message is younger than a limit, in seconds; null is none, and undefined not known. */
function isWithin(chat: Chat, { time }: MessageEntry, limit: number | null | undefined): boolean {
  return limit === null || (limit !== undefined && (chat.now() - Date.parse(time)) / 1000 < limit);
}

/** Returns whether the user may still delete a message for everyone. */
export function isRetractable(chat: Chat, shown: MessageEntry): boolean {
  return shown.send === chat.me && isWithin(chat, shown, chat.self.value?.limits.retract);
}

/** The actions on a message. */
export function Actions({ shown, at, conversation, select, close }: { shown: MessageEntry; at: Area; conversation: Conversation; select: (mid: number) => void; close: () => void }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const step = useSignal<"take back" | "report" | MoreSteps | null>(null);
  const reason = useSignal("");
  const isOwn = shown.send === chat.me;
  const isText = shown.type === Type.Text || shown.type === Type.TextToAll;
  const andClose = (act: () => void) => () => {
    act();
    close();
  };
  return (
    <Sheet label={w.actions} close={close} at={at}>
      {isText && typeof shown.info === "string" && step.value !== "history" && (
        <div class="quoted" dir="auto">
          <FormattedText text={shown.info.slice(0, 200)} />
        </div>
      )}
      {step.value === "report" ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void app.try(chat.requests.report(shown.mid, reason.peek())).then((isDone) => isDone && app.showNotice(w.reported));
            close();
          }}
        >
          <label class="field">
            <span>{w.reportMeans}</span>
            <textarea dir="auto" rows={3} maxLength={300} onInput={(event) => (reason.value = event.currentTarget.value)} />
          </label>
          <button type="submit" class="strong">
            {w.report}
          </button>
          <button type="button" class="plain" onClick={close}>
            {w.cancel}
          </button>
        </form>
      ) : step.value === "react" || step.value === "history" || step.value === "forward" ? (
        <MoreActions step={step.value} shown={shown} close={close} />
      ) : step.value === "take back" ? (
        <>
          <p>{w.takeBackConfirmation}</p>
          <button type="button" class="strong" onClick={andClose(() => void app.try(chat.takeBack(shown.mid)))}>
            {w.takeBack}
          </button>
          <button type="button" class="plain" onClick={close}>
            {w.cancel}
          </button>
        </>
      ) : (
        <>
          <div class="quick" role="group" aria-label={w.react}>
            {QUICK.map((emoji) => {
              const isMine = reactedBy(shown, emoji, chat.me);
              return (
                <button key={emoji} type="button" aria-pressed={isMine} onClick={andClose(() => void app.try(chat.react(shown.mid, emoji, !isMine)))}>
                  {emoji}
                </button>
              );
            })}
            <button type="button" aria-label={w.moreReactions} title={w.moreReactions} onClick={() => (step.value = "react")}>
              <Icon is="smile" />
            </button>
          </div>
          <button type="button" class="act" onClick={andClose(() => (conversation.replyingTo.value = shown.mid))}>
            {w.reply}
          </button>
          {isText && (
            <button type="button" class="act" onClick={andClose(() => app.copy(String(shown.info)))}>
              {w.copy}
            </button>
          )}
          <button type="button" class="act" onClick={() => (step.value = "forward")}>
            {w.forward}
          </button>
          <button type="button" class="act" onClick={andClose(() => app.copy(`${location.origin}/#/m/${shown.mid}`))}>
            {w.copyLink}
          </button>
          <button type="button" class="act" onClick={andClose(() => select(shown.mid))}>
            {w.select}
          </button>
          <button
            type="button"
            class="act"
            onClick={andClose(() => {
              void app.try(chat.pages.markUnread(conversation, shown.mid));
              app.closeConversation();
            })}
          >
            {w.markUnread}
          </button>
          {"version" in shown && shown.version !== undefined && (
            <button type="button" class="act" onClick={() => (step.value = "history")}>
              {w.editHistory}
            </button>
          )}
          {isOwn && isText && isWithin(chat, shown, chat.self.value?.limits.correct) && (
            <button type="button" class="act" onClick={andClose(() => chat.outbox.correct(conversation, shown.mid))}>
              {w.correct}
            </button>
          )}
          {isRetractable(chat, shown) && (
            <button type="button" class="act bad" onClick={() => (step.value = "take back")}>
              {w.takeBack}
            </button>
          )}
          {!isOwn && shown.send !== "server" && (
            <button type="button" class="act bad" onClick={() => (step.value = "report")}>
              {w.report}
            </button>
          )}
        </>
      )}
    </Sheet>
  );
}

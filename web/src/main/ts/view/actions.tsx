import { useSignal } from "@preact/signals";
import type { Conversation } from "../model/conversation.js";
import { useApp } from "./app.js";
import { type MessageEntry, FormattedText } from "./message.js";
import { Sheet } from "./parts.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";

/** The most common reactions. Any other that somebody has already used on a message can be joined, too. */
const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** The actions on a message. */
export function Actions({ shown, conversation, close }: { shown: MessageEntry; conversation: Conversation; close: () => void }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const confirming = useSignal<"take back" | "report" | null>(null);
  const reason = useSignal("");
  const isOwn = shown.send === chat.me;
  const isText = shown.type === Type.Text || shown.type === Type.TextToAll;
  const age = (chat.now() - Date.parse(shown.time)) / 1000;
  const limits = chat.self.value?.limits;
  const isWithin = (limit: number | null | undefined) => limit === null || (limit !== undefined && age < limit);
  const andClose = (act: () => void) => () => {
    act();
    close();
  };
  return (
    <Sheet label={w.actions} close={close}>
      <div class="quoted" dir="auto">
        {isText && typeof shown.info === "string" && <FormattedText text={shown.info.slice(0, 200)} />}
      </div>
      {confirming.value === "report" ? (
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
      ) : confirming.value === "take back" ? (
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
              const by = "reactions" in shown ? (shown.reactions?.[emoji]?.by ?? []) : [];
              const isMine = by.includes(chat.me as `U${number}`);
              return (
                <button key={emoji} type="button" aria-pressed={isMine} onClick={andClose(() => void app.try(chat.react(shown.mid, emoji, !isMine)))}>
                  {emoji}
                </button>
              );
            })}
          </div>
          <button type="button" class="act" onClick={andClose(() => (conversation.replyingTo.value = shown.mid))}>
            {w.reply}
          </button>
          {isText && (
            <button
              type="button"
              class="act"
              onClick={andClose(() => {
                void navigator.clipboard.writeText(String(shown.info)).then(() => app.showNotice(w.copied));
              })}
            >
              {w.copy}
            </button>
          )}
          {isOwn && isText && isWithin(limits?.correct) && (
            <button type="button" class="act" onClick={andClose(() => chat.outbox.correct(conversation, shown.mid))}>
              {w.correct}
            </button>
          )}
          {isOwn && isWithin(limits?.retract) && (
            <button type="button" class="act bad" onClick={() => (confirming.value = "take back")}>
              {w.takeBack}
            </button>
          )}
          {!isOwn && shown.send !== "server" && (
            <button type="button" class="act bad" onClick={() => (confirming.value = "report")}>
              {w.report}
            </button>
          )}
        </>
      )}
    </Sheet>
  );
}

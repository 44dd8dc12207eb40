import { useSignal } from "@preact/signals";
import type { Conversation } from "../model/conversation.js";
import { isTakenBack } from "../model/timeline.js";
import * as Type from "../wire/type.js";
import { useApp } from "./app.js";
import { EmojiPicker } from "./emoji.js";
import { FormattedText } from "./formatted.js";
import type { MessageEntry } from "./message.js";
import { reactedBy } from "./message.js";
import { Avatar, focused, Name, titleOf } from "./parts.js";
import { folded } from "./search.js";
import { fullTime } from "./time.js";
import { words } from "./words-later.js";

/** What is done with a message in a second step: choose a reaction, look at what it said before, or forward it. */
export type MoreSteps = "react" | "history" | "forward";

interface StepProps {
  shown: MessageEntry;
  close: () => void;
}

/** The second step of an action on a message. */
export function MoreActions({ step, ...props }: StepProps & { step: MoreSteps }) {
  return step === "react" ? <ReactionPicker {...props} /> : step === "history" ? <EditHistory {...props} /> : <Forward shown={[props.shown]} close={props.close} />;
}

/** Chooses a reaction among all emoji. */
function ReactionPicker({ shown, close }: StepProps) {
  const app = useApp();
  const { chat } = app;
  const isOn = (code: string) => reactedBy(shown, code, chat.me);
  return (
    <EmojiPicker
      isOn={isOn}
      choose={(code) => {
        void app.try(chat.react(shown.mid, code, !isOn(code)));
        close();
      }}
    />
  );
}

/** What a text says, and what it said before, the newest first. */
function EditHistory({ shown }: StepProps) {
  const versions = shown.type === Type.Text || shown.type === Type.TextToAll ? textsOf(shown) : [];
  return (
    <ol class="versions">
      {versions.map(({ mid, time, text }) => (
        <li key={mid}>
          <time dateTime={time}>{fullTime(Date.parse(time))}</time>
          <div class="text" dir="auto">
            <FormattedText text={text} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function textsOf(shown: MessageEntry & { type: typeof Type.Text | typeof Type.TextToAll }): readonly { mid: number; time: string; text: string }[] {
  if (shown.info === null) {
    return [];
  }
  const { mid, time } = shown.version ?? shown;
  return [{ mid, time, text: shown.info }, ...(shown.corrected ?? [])];
}

/** Chooses the conversation to which messages are sent again; of files, the bytes are not sent again. */
export function Forward({ shown, close }: { shown: readonly MessageEntry[]; close: () => void }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const typed = useSignal("");
  const isSending = useSignal(false);
  const wanted = folded(typed.value.trim());
  const offered = chat.list.value.filter((conversation) => chat.obstacleTo(conversation) === null && folded(titleOf(chat, conversation.key)).includes(wanted));

  const send = async (conversation: Conversation) => {
    const { key } = conversation;
    isSending.value = true;
    for (const entry of shown) {
      if (isTakenBack(entry)) {
        continue;
      }
      if (entry.type === Type.Text || entry.type === Type.TextToAll) {
        chat.outbox.forward(conversation, String(entry.info));
      } else if (!(await app.try(chat.forwardFile(entry, key)))) {
        isSending.value = false;
        return;
      }
    }
    app.showNotice(w.forwardedTo(titleOf(chat, key)));
    close();
  };
  return (
    <>
      <label class="field">
        <span>{w.forwardTo}</span>
        <input ref={focused} type="search" dir="auto" autocapitalize="off" autocomplete="off" onInput={(event) => (typed.value = event.currentTarget.value)} />
      </label>
      <ul class="forward">
        {offered.map((conversation) => (
          <li key={conversation.key}>
            <button type="button" class="row" disabled={isSending.value} onClick={() => void send(conversation)}>
              <Avatar of={conversation.key} name={titleOf(chat, conversation.key)} />
              <span class="row-title">
                <Name of={titleOf(chat, conversation.key)} />
              </span>
              <span class="row-last" />
            </button>
          </li>
        ))}
      </ul>
      {offered.length === 0 && <p class="hint">{w.searchNothing}</p>}
    </>
  );
}

import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { Conversation } from "../model/conversation.js";
import { isTakenBack } from "../model/timeline.js";
import * as Type from "../wire/type.js";
import { useApp } from "./app.js";
import { isRetractable } from "./actions.js";
import type { MessageEntry } from "./message.js";
import { Forward } from "./more.js";
import { IconButton, Sheet } from "./parts.js";
import { fullTime } from "./time.js";
import { words } from "./words-later.js";

/** In place of a conversation's header, what is done with several messages. */
export function SelectionBar({ conversation, selected }: { conversation: Conversation; selected: Signal<ReadonlySet<number> | null> }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const step = useSignal<"forward" | "take back" | null>(null);
  const close = () => (selected.value = null);
  // What was taken back since, or is no longer in memory, is not among them.
  const chosen = conversation.timeline.entries.value.filter((entry): entry is MessageEntry => entry.type !== Type.Group && selected.value?.has(entry.mid) === true && !isTakenBack(entry));
  const retractable = chosen.filter((entry) => isRetractable(chat, entry));

  // The way back, and Escape, end the selection: as soon as it is seen, since they would leave the conversation otherwise.
  useLayoutEffect(() => app.openSheet(close), []);
  useLayoutEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && document.querySelector("dialog[open]") === null) {
        event.stopPropagation();
        close();
      }
    };
    addEventListener("keydown", keyDown, true);
    return () => removeEventListener("keydown", keyDown, true);
  }, []);

  const takeBack = async () => {
    close();
    for (const { mid } of retractable) {
      if (!(await app.try(chat.takeBack(mid)))) {
        return;
      }
    }
  };
  const isNone = chosen.length === 0;
  return (
    <header class="head">
      <IconButton is="close" label={w.cancel} onClick={close} />
      <h1 tabIndex={-1}>
        <span role="status">{w.selected(chosen.length)}</span>
      </h1>
      <button type="button" class="plain" disabled={isNone} onClick={() => (app.copy(chosen.length === 1 ? textOf(chosen[0]) : chosen.map((entry) => `${chat.people.name(entry.send)}, ${fullTime(Date.parse(entry.time))}\n${textOf(entry)}`).join("\n\n")), close())}>
        {w.copy}
      </button>
      <button type="button" class="plain" disabled={isNone} onClick={() => (step.value = "forward")}>
        {w.forward}
      </button>
      <button type="button" class="plain" disabled={retractable.length === 0} onClick={() => (step.value = "take back")}>
        {w.delete}
      </button>
      {step.value !== null && (
        <Sheet label={step.value === "forward" ? w.forward : w.takeBack} close={() => (step.value = null)}>
          {step.value === "forward" ? (
            <Forward shown={chosen} close={close} />
          ) : (
            <>
              {retractable.length < chosen.length && <p>{w.onlySomeDeletable(retractable.length, chosen.length)}</p>}
              <p>{w.takeBackConfirmation}</p>
              <button type="button" class="strong" onClick={() => void takeBack()}>
                {w.takeBack}
              </button>
              <button type="button" class="plain" onClick={() => (step.value = null)}>
                {w.cancel}
              </button>
            </>
          )}
        </Sheet>
      )}
    </header>
  );
}

/** Returns what a message says, or the name of its file. */
function textOf(entry: MessageEntry | undefined): string {
  return entry === undefined || isTakenBack(entry) ? "" : typeof entry.info === "string" ? entry.info : (entry.info?.name ?? "");
}

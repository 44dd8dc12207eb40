import { type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { isUser, type Key } from "../model/place.js";
import { useApp } from "./app.js";
import { useNames } from "./names.js";
import { Avatar, Icon, Name } from "./parts.js";
import { words } from "./words-later.js";

/** How many people are offered at once. */
const MAX_OFFERED = 50;

/**
 * Chooses people: those whom the user knows, or whose names are typed.
 *
 * @param chosen who is chosen
 * @param isOut whether somebody can't be chosen
 */
export function PeoplePicker({ label, chosen, isOut }: { label: string; chosen: Signal<readonly Key[]>; isOut: (user: Key) => boolean }) {
  const { chat } = useApp();
  const w = words();
  const typed = useSignal("");
  const text = typed.value.trim();
  const found = useNames(text, true);
  const known = [...new Set([...chat.list.value.map(({ key }) => key).filter(isUser), ...chat.people.friends.value])] as Key[];
  const offered = (text === "" ? known : (found.value?.users.map(({ user_id }) => user_id as Key) ?? [])).filter((user) => user !== chat.me && !isOut(user)).slice(0, MAX_OFFERED);
  const field = useRef<HTMLInputElement>(null);
  /** Whoever was found by name is chosen: the next name can be typed. */
  const toggle = (user: Key) => {
    chosen.value = chosen.peek().includes(user) ? chosen.peek().filter((one) => one !== user) : [...chosen.peek(), user];
    if (typed.peek() !== "" && field.current !== null) {
      field.current.value = typed.value = "";
      field.current.focus();
    }
  };
  return (
    <div class="picks">
      <label class="field">
        <span>{label}</span>
        <input
          ref={field}
          type="search"
          dir="auto"
          placeholder={w.searchPeople}
          autocapitalize="off"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => (typed.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = offered;
            // With nothing typed, Enter is that of the form.
            if (event.key === "Enter" && text !== "" && !event.isComposing) {
              event.preventDefault();
              if (first !== undefined && !chosen.peek().includes(first)) {
                toggle(first);
              }
            }
          }}
        />
      </label>
      {chosen.value.length > 0 && (
        <p class="chips">
          {chosen.value.map((user) => (
            <button key={user} type="button" aria-label={w.deselect(chat.people.name(user))} onClick={() => toggle(user)}>
              <Name of={chat.people.name(user)} />
              <Icon is="close" />
            </button>
          ))}
        </p>
      )}
      <div class="offered">
        {offered.map((user) => (
          <label key={user} class="choice">
            <input type="checkbox" checked={chosen.value.includes(user)} onChange={() => toggle(user)} />
            <Avatar of={user} name={chat.people.name(user)} />
            <Name of={chat.people.name(user)} />
          </label>
        ))}
      </div>
    </div>
  );
}

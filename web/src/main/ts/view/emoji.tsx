import { computed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { recentCodes, rememberCode } from "../model/recent.js";
import { EMOTICONS } from "../model/text.js";
import { useApp } from "./app.js";
import { focused } from "./parts.js";
import { language, locale } from "./words.js";
import { words } from "./words-later.js";

/** How many emoji are shown of those that a search finds. */
const MAX_FOUND = 100;

/** One that can be chosen: an emoticon, whose code is not what is shown, or any other emoji. */
interface Choice {
  code: string;
  emoji: string;
  names: readonly string[];
}

/** What each group is shown as: those used lately, the emoticons, and the groups of Unicode. */
const SYMBOLS = ["🕘", "💬", "😀", "👋", "🐻", "🍔", "🚗", "⚽", "💡", "❤️", "🏁"] as const;
const RECENT = 0;
const OWN = 1;

const emoticons: readonly Choice[] = EMOTICONS.map(({ code, emoji, en, zh }) => ({ code, emoji, names: [en, zh] }));

/** All that Unicode recommends, by group, as `emoji.txt` has them: an emoji a line, with its names. */
let loading: Promise<readonly (readonly Choice[])[]> | null = null;

async function load(): Promise<readonly (readonly Choice[])[]> {
  const answer = await fetch("/emoji.txt");
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  return (await answer.text())
    .trimEnd()
    .split("\n\n")
    .map((group) =>
      group.split("\n").map((line) => {
        const [emoji = "", ...names] = line.split("\t");
        return { code: emoji, emoji, names };
      }),
    );
}

/** The names of regions in the page's language: making it is slow, and each flag needs it. */
const regions = computed(() => new Intl.DisplayNames(locale(), { type: "region" }));

/** Returns the name of an emoji; of a flag, which has none in the table, that of its region. */
function nameOf({ emoji, names }: Choice): string {
  const [en, zh] = names;
  if (en !== undefined) {
    return language.value === "zh" ? (zh ?? en) : en;
  }
  const region = [...emoji].map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65)).join("");
  return regions.value.of(region) ?? region;
}

interface PickerProps {
  /** Whether one is chosen already. */
  isOn?: (code: string) => boolean;
  choose: (code: string) => void;
}

/** All emoji, by group; what is typed finds some by their names, in either language. */
export function EmojiPicker({ isOn = () => false, choose }: PickerProps) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const recent = useSignal(recentCodes(chat));
  const groups = useSignal<readonly (readonly Choice[])[]>([]);
  const group = useSignal(recent.peek().length > 0 ? RECENT : OWN);
  const typed = useSignal("");
  const isLive = chat.state.value.at === "live";
  useEffect(() => {
    let isCurrent = true;
    loading ??= load();
    loading.then(
      (all) => isCurrent && (groups.value = all),
      // Tried again when it is opened again, or there is a connection.
      () => (loading = null),
    );
    return () => {
      isCurrent = false;
    };
  }, [isLive]);

  const all = [emoticons, ...groups.value];
  const every = all.flat();
  const text = typed.value.trim().toLowerCase().replace(/^\//, "");
  const byCode = (code: string) => every.find((one) => one.code === code) ?? { code, emoji: code, names: [code] };
  const shown =
    text !== ""
      ? every
          .filter((one) => one.code.slice(1).startsWith(text) || (one.names.length > 0 ? one.names : [nameOf(one)]).some((name) => name.toLowerCase().includes(text)))
          .slice(0, MAX_FOUND)
      : group.value === RECENT
        ? recent.value.map(byCode)
        : (all[group.value - 1] ?? []);
  return (
    <>
      <p class="groups" role="group" aria-label={w.emojiGroup}>
        {SYMBOLS.slice(0, all.length + 1).map(
          (symbol, index) =>
            (index !== RECENT || recent.value.length > 0) && (
              <button key={symbol} type="button" aria-label={w.emojiGroups[index]} title={w.emojiGroups[index]} aria-pressed={text === "" && index === group.value} onClick={() => ((group.value = index), (typed.value = ""))}>
                {symbol}
              </button>
            ),
        )}
      </p>
      <input
        ref={app.isNarrow.peek() ? null : focused}
        type="search"
        class="narrows"
        aria-label={w.searchEmoji}
        placeholder={w.searchEmoji}
        autocapitalize="off"
        autocomplete="off"
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      <div class="picker" onKeyDown={moveFocus}>
        {shown.map((one) => (
          <button
            key={one.code}
            type="button"
            title={one.code === one.emoji ? nameOf(one) : `${one.code} ${nameOf(one)}`}
            aria-label={nameOf(one)}
            aria-pressed={isOn(one.code)}
            onClick={() => {
              rememberCode(chat, one.code);
              choose(one.code);
            }}
          >
            {one.emoji}
          </button>
        ))}
        {shown.length === 0 && <p class="hint">{w.searchNothing}</p>}
      </div>
    </>
  );
}

/** Moves the focus by the arrow keys, within the rows and between them. */
function moveFocus(event: KeyboardEvent): void {
  const { currentTarget, target, key } = event;
  if (!(currentTarget instanceof HTMLElement) || !(target instanceof HTMLElement)) {
    return;
  }
  const buttons = [...currentTarget.querySelectorAll<HTMLElement>("button")];
  const top = buttons[0]?.offsetTop;
  const columns = buttons.filter(({ offsetTop }) => offsetTop === top).length;
  const step = new Map([["ArrowLeft", -1], ["ArrowRight", 1], ["ArrowUp", -columns], ["ArrowDown", columns]]).get(key);
  const next = step === undefined ? undefined : buttons[buttons.indexOf(target) + step];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}

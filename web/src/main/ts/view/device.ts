import { effect, type Signal, signal } from "@preact/signals";

/** Returns what was chosen on this device, in whichever tab; null if nothing was, or the browser stores nothing. */
export function chosenOnDevice(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Remembers a choice on this device. */
export function rememberOnDevice(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it lasts as long as the page.
  }
}

/** The organisation's name; empty where it has given none. */
export const ORGANISATION = document.querySelector<HTMLMetaElement>("meta[name=application-name]")?.content ?? "";

/** The address of the organisation's picture, or of the program's own. */
export const LOGO = document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";

/** A choice that the user makes on this device, for all tabs. */
export class DeviceSetting<T extends string> {
  private readonly chosen: Signal<T>;

  /**
   * @param key the name in the browser's storage
   * @param byDefault returns what holds while nothing is chosen
   */
  constructor(
    readonly key: string,
    readonly choices: readonly T[],
    private readonly byDefault: () => T,
  ) {
    this.chosen = signal(this.stored());
  }

  get value(): T {
    return this.chosen.value;
  }

  peek(): T {
    return this.chosen.peek();
  }

  /** Applies what was chosen, in whichever tab. */
  apply(): void {
    this.chosen.value = this.stored();
  }

  /** Chooses, and remembers it. */
  choose(choice: T): void {
    rememberOnDevice(this.key, choice);
    this.chosen.value = choice;
  }

  private stored(): T {
    const stored = chosenOnDevice(this.key);
    return this.choices.find((choice) => choice === stored) ?? this.byDefault();
  }
}

/** A device without a mouse: its keyboard is on the screen, where Enter is for lines. */
const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

/** What Enter does in the composer: by default it sends on a desk, and begins a line on a phone. */
export const enter = new DeviceSetting("enter", ["send", "line"] as const, () => (TOUCH.matches ? "line" : "send"));

/** Whether texts are shown with their formatting, or as they were written. */
export const formatting = new DeviceSetting("formatting", ["on", "off"] as const, () => "on");

/** The colours: those of the system, or always the same ones. */
export const theme = new DeviceSetting("theme", ["system", "light", "dark"] as const, () => "system");

/** The size of the text, in percent of the browser's. */
export const textSize = new DeviceSetting("size", ["90", "100", "115", "130"] as const, () => "100");

/** Whether the system shows what comes while the page is not looked at. */
export const notifications = new DeviceSetting("notifications", ["off", "on"] as const, () => "off");

/** All of them. */
export const DEVICE_SETTINGS: readonly DeviceSetting<string>[] = [enter, formatting, theme, textSize, notifications];

/** Browsers and systems by what their user agents contain; the first that fits is the one: most name others, too. */
const BROWSERS = [["Edg", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["FxiOS", "Firefox"], ["Chrome/", "Chrome"], ["CriOS", "Chrome"], ["Safari/", "Safari"]] as const;
const SYSTEMS = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["CrOS", "ChromeOS"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]] as const;

/** Returns what this device is called in the list of sessions, as `Chrome/Android`. */
export function deviceName(): string {
  const named = (all: readonly (readonly [string, string])[]) => all.find(([part]) => navigator.userAgent.includes(part))?.[1] ?? "?";
  return `${named(BROWSERS)}/${named(SYSTEMS)}`;
}

const LIST_WIDTH_KEY = "list-width";

/** The width of the list of conversations on a wide screen, in CSS pixels. */
export const listWidth = {
  least: 280,
  most: 420,
  byDefault: 320,
  chosen: signal(Number(chosenOnDevice(LIST_WIDTH_KEY) ?? 0)),

  get value(): number {
    return Math.max(this.least, Math.min(this.most, Math.round(this.chosen.value) || this.byDefault));
  },

  choose(width: number): void {
    this.chosen.value = width;
    rememberOnDevice(LIST_WIDTH_KEY, String(this.value));
  },
};

/** Applies the colours and the sizes that are chosen, now and whenever that changes. */
export function applyAppearance(): void {
  const { dataset, style } = document.documentElement;
  effect(() => {
    dataset["theme"] = theme.value;
    style.setProperty("--list", `${listWidth.value}px`);
    style.fontSize = textSize.value === "100" ? "" : `${textSize.value}%`;
  });
}

/**
 * Keeps the page above a keyboard on the screen where the browser lays that over the page (Safari); elsewhere the page
 * itself becomes smaller (`interactive-widget`).
 */
export function avoidKeyboard(): void {
  const { visualViewport: viewport } = window;
  const fit = () => {
    const { style } = document.documentElement;
    if (viewport !== null && viewport.scale === 1 && innerHeight - viewport.height > 1) {
      style.setProperty("--height", `${viewport.height}px`);
      // Safari scrolls the page up, so that the field is seen; it is anyway now.
      scrollTo(0, 0);
    } else {
      style.removeProperty("--height");
    }
  };
  viewport?.addEventListener("resize", fit);
}

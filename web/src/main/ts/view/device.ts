import { signal } from "@preact/signals";

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

/** The key in the browser's storage for what Enter does. */
export const ENTER_KEY = "enter";

/** What Enter does in the composer. */
export type EnterChoice = "send" | "line";

/** A device without a mouse: its keyboard is on the screen, where Enter is for lines. */
const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

function preferredEnter(): EnterChoice {
  const chosen = chosenOnDevice(ENTER_KEY);
  return chosen === "send" || chosen === "line" ? chosen : TOUCH.matches ? "line" : "send";
}

/** What Enter does in the composer: by default it sends on a desk, and begins a line on a phone. */
export const enter = signal<EnterChoice>(preferredEnter());

/** Applies what was chosen, in whichever tab. */
export function applyPreferredEnter(): void {
  enter.value = preferredEnter();
}

/** Sets what Enter does, and remembers it. */
export function setEnter(chosen: EnterChoice): void {
  rememberOnDevice(ENTER_KEY, chosen);
  enter.value = chosen;
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

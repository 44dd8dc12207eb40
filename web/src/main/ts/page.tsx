import "./page.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { Chat } from "./model/chat.js";
import { LoginController } from "./model/login.js";
import { DeviceFileStore } from "./store/files.js";
import { DeviceStore, TabStore } from "./store/store.js";
import { TabLock } from "./store/tab.js";
import type { Clock } from "./wire/clock.js";
import { http } from "./wire/files.js";
import { webSockets } from "./wire/link.js";
import { Session } from "./wire/session.js";
import { App } from "./view/app.js";
import { applyAppearance, avoidKeyboard, DEVICE_SETTINGS, deviceName } from "./view/device.js";
import { Root } from "./view/root.js";
import { updateToday } from "./view/time.js";
import { applyPreferredLanguage, LANGUAGE_KEY } from "./view/words.js";

const MINUTE = 60_000;

// Without its language, the page is in English.
const isTranslated = applyPreferredLanguage().catch(() => {});

const clock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  // A hidden tab is not painted, and gets no animation frames.
  frame: (act) => void (document.visibilityState === "visible" ? requestAnimationFrame(act) : setTimeout(act, 50)),
  random: () => Math.random(),
  newId: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
};

const isStorageRefused = signal(false);
const refused = () => {
  isStorageRefused.value = true;
};
const files = new DeviceFileStore();
const stores = { tab: new TabStore(refused), device: await DeviceStore.open(refused), files };
const tab = new TabLock(() => {
  chat.outbox.storeDrafts();
  login.yieldToOtherTab();
  chat.forget();
});
const login = new LoginController(stores, clock, tab, deviceName());
const chat = new Chat(clock, () => login.storage(), { store: files, mayKeep: () => login.isOwnDevice.peek() }, http);
const session = new Session(webSockets(`wss://${location.host}/ws`), clock, login.device(), {
  changed: (state) => {
    chat.changed(state);
    login.changed(state);
  },
  requestWithLogin: () => chat.requestWithLogin(),
  welcomed: (welcome, isResumed, listAnswer) => {
    login.storeLogin(welcome);
    chat.welcomed(welcome, isResumed, listAnswer);
    void lookForNewVersion();
  },
  secretsChanged: (token, key) => login.secretsChanged(token, key),
  eventReceived: (event) => chat.eventReceived(event),
});
chat.attach(session);
login.attach(session);
const app = new App(chat, login, clock, session, isStorageRefused);

let isFresh = true;

/**
 * Checks whether the daemon serves a newer page than this one: it may have been updated while this one was open. The
 * user decides when to load it; the page does not reload itself for that.
 */
async function lookForNewVersion(): Promise<void> {
  const wasFresh = isFresh && performance.now() < MINUTE;
  isFresh = false;
  if (wasFresh) {
    return;
  }
  try {
    const page = await fetch("/", { cache: "no-cache" });
    const [own = ""] = /[^/]+$/.exec(import.meta.url) ?? [];
    app.hasNewVersion.value = page.ok && !(await page.text()).includes(own);
  } catch {
    // The next connection checks again.
  }
}

addEventListener("online", () => session.wake());
// Without a network an answer is unlikely: a short timeout shows that soon.
addEventListener("offline", () => session.wake(500));
addEventListener("storage", ({ key }) => {
  if (key === LANGUAGE_KEY) {
    void applyPreferredLanguage().catch(() => {});
  }
  DEVICE_SETTINGS.find((setting) => setting.key === key)?.apply();
});
applyAppearance();
avoidKeyboard();
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    updateToday();
    session.wake();
  } else {
    saveAll();
  }
});
addEventListener("pagehide", saveAll);
// A file on its way that the browser does not keep would be lost with the page.
addEventListener("beforeunload", (event) => chat.uploads.unkept > 0 && event.preventDefault());
// A page restored from the back/forward cache has neither a connection nor the right to be the live tab any more.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
setInterval(updateToday, MINUTE);

function saveAll(): void {
  chat.outbox.storeDrafts();
  chat.conversations.peek().forEach((conversation) => chat.pages.storeReadingPosition(conversation));
  login.storeLastReceived();
}

await isTranslated;
document.body.replaceChildren();
render(<Root app={app} />, document.body);
await login.resumeStored();

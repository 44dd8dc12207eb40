import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { brokenRules } from "../model/password.js";
import type { Preferences } from "../model/state.js";
import type { Key } from "../model/place.js";
import type { OwnSessions } from "../wire/events.js";
import { EXPORT_ADDRESS, exportStatus } from "../wire/files.js";
import { RequestFailed } from "../wire/session.js";
import { useApp } from "./app.js";
import { ChangeAvatar } from "./avatar.js";
import { enter, formatting, notifications, textSize, theme } from "./device.js";
import { LanguageSelector, PasswordField, Rules } from "./login.js";
import { Header, Avatar, Name, useFocus } from "./parts.js";
import { fullTime, shortTime } from "./time.js";
import { words } from "./words-later.js";
import * as Type from "../wire/type.js";

/** What others may do, in the order of the page; and who may do it. */
const CONTACT_KINDS = ["texts", "requests", "groups", "calls"] as const;
const AUDIENCES = ["everyone", "friends", "nobody"] as const;
type Audience = (typeof AUDIENCES)[number];

/** The user's own page: account, notifications, privacy, appearance, devices, logout. */
export function Me() {
  const app = useApp();
  useFocus(".left");
  const { chat, login } = app;
  const w = words();
  const name = chat.people.name(chat.me);
  const unsent = chat.list.value.reduce((sum, { waiting }) => sum + waiting.value.length, 0) + chat.uploads.count;
  const isLoggingOut = useSignal(false);
  const passwordChanges = useSignal(0);
  return (
    <>
      <Header is={app.isNarrow.value ? "close" : "back"} back={() => app.leave()} title={w.me} />
      <div class="list padded">
        <div class="portrait">
          <Avatar of={chat.me as Key} name={name} />
          <Name of={name} />
          <small>{chat.me}</small>
          <ChangeAvatar of={chat.me as Key} />
        </div>
        <h2>{w.account}</h2>
        <NewName name={name} />
        <NewPassword name={name} changed={() => passwordChanges.value++} />
        <Notifications />
        <ContactSettings />
        <Appearance />
        <Sessions key={passwordChanges.value} />
        <OwnData />
        <h2>{w.logOut}</h2>
        <p class="hint">{w.logOutMeans}</p>
        {unsent > 0 && <p class="problem">{w.unsentLost(unsent)}</p>}
        <button
          type="button"
          class="strong danger"
          disabled={isLoggingOut.value}
          onClick={async () => {
            isLoggingOut.value = true;
            await login.logOut(() => chat.forget());
            app.go({ at: "chats" }, true);
          }}
        >
          {w.logOut}
        </button>
      </div>
    </>
  );
}

/** Whether the system is to show what comes; it, or the browser, may have to allow it. */
function Notifications() {
  const app = useApp();
  const w = words();
  const isPossible = "Notification" in window;
  const isOn = isPossible && notifications.value === "on" && Notification.permission === "granted";
  const choose = async (wanted: boolean) => {
    const isAllowed = !wanted || (await Notification.requestPermission()) === "granted";
    notifications.choose(wanted && isAllowed ? "on" : "off");
    if (!isAllowed) {
      app.showNotice(w.notificationsDenied);
    }
  };
  return (
    <>
      <h2>{w.notifications}</h2>
      <label class="choice">
        <input type="checkbox" checked={isOn} disabled={!isPossible} onChange={({ currentTarget }) => void choose(currentTarget.checked)} />
        <span>{w.showNotifications}</span>
      </label>
      <p class="hint">{w.notificationsHint}</p>
    </>
  );
}

/** How the page looks and behaves on this device. */
function Appearance() {
  const app = useApp();
  const w = words();
  return (
    <>
      <h2>{w.appearance}</h2>
      <label class="field">
        <span>{w.colours}</span>
        <select value={theme.value} onChange={({ currentTarget }) => theme.choose(currentTarget.value as (typeof theme.choices)[number])}>
          {theme.choices.map((choice) => (
            <option key={choice} value={choice}>
              {w.themes[choice]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{w.textSize}</span>
        <select value={textSize.value} onChange={({ currentTarget }) => textSize.choose(currentTarget.value as (typeof textSize.choices)[number])}>
          {textSize.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice} %
            </option>
          ))}
        </select>
      </label>
      <label class="choice">
        <input type="checkbox" checked={formatting.value === "on"} onChange={({ currentTarget }) => formatting.choose(currentTarget.checked ? "on" : "off")} />
        <span>{w.showFormatting}</span>
      </label>
      <label class="choice">
        <input type="checkbox" checked={enter.value === "send"} onChange={({ currentTarget }) => enter.choose(currentTarget.checked ? "send" : "line")} />
        <span>{w.enterSends}</span>
      </label>
      <LanguageSelector />
      {!app.isNarrow.value && (
        <button type="button" class="plain" onClick={() => app.go({ at: "keys" })}>
          {w.shortcuts}
        </button>
      )}
    </>
  );
}

function NewName({ name }: { name: string }) {
  const app = useApp();
  const w = words();
  const typed = useSignal(name);
  const problem = useSignal("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const code = await app.login.changeName(typed.peek().trim());
    problem.value = code === null ? "" : w.code(code, code);
    if (code === null) {
      app.chat.people.learn({ [app.chat.me]: typed.peek().trim() });
      app.showNotice(w.saved);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>{w.name}</span>
        <input autocomplete="off" autocapitalize="off" spellcheck={false} value={typed.value} onInput={(event) => ((typed.value = event.currentTarget.value), (problem.value = ""))} />
      </label>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      <button type="submit" disabled={typed.value.trim() === name || typed.value.trim() === ""}>
        {w.changeName}
      </button>
    </form>
  );
}

/** @param changed called when the password was changed: that ends other sessions */
function NewPassword({ name, changed }: { name: string; changed: () => void }) {
  const app = useApp();
  const w = words();
  const isOpen = useSignal(false);
  const old = useSignal("");
  const password = useSignal("");
  const repeated = useSignal("");
  const problem = useSignal("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const code = await app.login.changePassword(old.peek(), password.peek());
    problem.value = code === null ? "" : code === "wrong-password" ? w.wrongOld : w.code(code, code);
    isOpen.value = code !== null;
    if (code === null) {
      app.showNotice(w.saved);
      changed();
    }
  };
  if (!isOpen.value) {
    return (
      <p>
        <button type="button" onClick={() => (isOpen.value = true)}>
          {w.changePassword}
        </button>
      </p>
    );
  }
  const isWrong = brokenRules(password.value, repeated.value, name, old.value).length > 0 || old.value === "";
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2>{w.changePassword}</h2>
      <input hidden name="username" autocomplete="username" value={name} readOnly />
      <PasswordField label={w.oldPassword} name="old" autocomplete="current-password" onInput={(value) => (old.value = value)} />
      <PasswordField label={w.newPassword} name="new" autocomplete="new-password" describedBy="new-rules" onInput={(value) => (password.value = value)} />
      <PasswordField label={w.repeatPassword} name="repeat" autocomplete="new-password" onInput={(value) => (repeated.value = value)} />
      <Rules id="new-rules" password={password.value} repeated={repeated.value} name={name} old={old.value} />
      <p class="problem" role="alert">
        {problem.value}
      </p>
      <button type="submit" class="strong" disabled={isWrong}>
        {w.save}
      </button>
      <button type="button" class="plain" onClick={() => (isOpen.value = false)}>
        {w.cancel}
      </button>
    </form>
  );
}

/** Who may contact the user: settings that apply on all devices. */
function ContactSettings() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const preferences = chat.self.value?.preferences;
  if (preferences === undefined) {
    return null;
  }
  const setPreference = async (change: Partial<Preferences>) => {
    if (await app.try(chat.requests.request({ type: Type.Preferences, info: change }))) {
      app.showNotice(w.saved);
    }
  };
  return (
    <>
      <h2>{w.contactTitle}</h2>
      {CONTACT_KINDS.map((what) => (
        <label key={what} class="field">
          <span>{w.contactKinds[what]}</span>
          <select value={preferences[what]} onChange={({ currentTarget }) => void setPreference({ [what]: currentTarget.value as Audience })}>
            {AUDIENCES.map((reach) => (
              <option key={reach} value={reach}>
                {what === "texts" && reach === "friends" ? w.friendsAndGroups : w.audiences[reach]}
              </option>
            ))}
          </select>
        </label>
      ))}
      <p class="hint">{w.repliesHint}</p>
      <label class="choice">
        <input type="checkbox" checked={preferences.read_marks} onChange={({ currentTarget }) => void setPreference({ read_marks: currentTarget.checked })} />
        <span>{w.readMarks}</span>
      </label>
      <label class="choice">
        <input type="checkbox" checked={preferences.last_seen === true} onChange={({ currentTarget }) => void setPreference({ last_seen: currentTarget.checked })} />
        <span>{w.tellLastSeen}</span>
      </label>
    </>
  );
}

function Sessions() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const sessions = useSignal<OwnSessions["info"]>([]);
  const read = () => {
    chat.requests.request({ type: Type.Sessions, info: { op: "list" } }).then(
      (answer) => {
        if (answer.type === Type.Sessions) {
          sessions.value = answer.info;
        }
      },
      (e: unknown) => {
        if (!(e instanceof RequestFailed)) {
          throw e;
        }
      },
    );
  };
  useEffect(read, []);
  return (
    <>
      <h2>{w.sessions}</h2>
      <ul class="sessions">
        {sessions.value.map((session) => (
          <li key={session.session}>
            <span>
              <bdi>{nameOf(session)}</bdi>
              <small>
                {session.this ? `${w.thisSession} · ${w.now}` : <time title={fullTime(Date.parse(session.used))}>{shortTime(Date.parse(session.used))}</time>} · <bdi>{session.address}</bdi>
              </small>
            </span>
            {!session.this && (
              <button type="button" class="plain" onClick={() => void app.try(chat.requests.request({ type: Type.Sessions, info: { op: "end", session: session.session } })).then(read)}>
                {w.endSession}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Returns what a device is called: the name that its page gave it, its own label, or what it speaks. */
function nameOf({ device, dialect }: OwnSessions["info"][number]): string {
  const [, browser, system] = /^([A-Za-z]+)\/([A-Za-z]+)\/[0-9a-f]{32}$/.exec(device) ?? [];
  return browser !== undefined && system !== undefined ? words().deviceName(browser, system) : /^[0-9a-f]{32}$|^$/.test(device) ? dialect : device;
}

/** A copy of everything that the user has on the server, which the browser saves. */
function OwnData() {
  const { fileAccess } = useApp().chat;
  const w = words();
  const problem = useSignal("");
  const isAsking = useSignal(false);
  const save = async () => {
    problem.value = "";
    isAsking.value = true;
    const status = await exportStatus();
    isAsking.value = false;
    if (status === 200) {
      const link = document.createElement("a");
      link.href = EXPORT_ADDRESS;
      link.download = "";
      link.click();
      return;
    }
    if (status === 401) {
      fileAccess.renew();
    }
    problem.value = status === 403 ? w.copyFromAdministrator : status === 429 ? w.copyOnceADay : w.copyLater;
  };
  return (
    <>
      <h2>{w.yourData}</h2>
      <p class="hint">{w.copyMeans}</p>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      <button type="button" disabled={isAsking.value} onClick={() => void save()}>
        {w.saveCopy}
      </button>
    </>
  );
}

/** The keyboard shortcuts of the page. */
export function Shortcuts() {
  const app = useApp();
  useFocus(".left");
  const w = words();
  return (
    <>
      <Header back={() => app.leave()} title={w.shortcuts} />
      <dl class="list padded keys">
        {w.shortcutList.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { broken } from "../model/password.js";
import type { Preferences } from "../model/known.js";
import type { Key } from "../model/place.js";
import type { Found, OwnSessions } from "../wire/events.js";
import { RequestFailed } from "../wire/session.js";
import { useApp } from "./app.js";
import { Languages, PasswordField, Rules } from "./login.js";
import { Head, Initial, Name, ConversationLink, useFocus } from "./parts.js";
import { fullTime, shortTime } from "./time.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";

/** The pause in typing before the search starts, in milliseconds. */
const PAUSE = 200;

/** Finds people and open groups by the beginning of their names. */
export function Find() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  useFocus(".left");
  const typed = useSignal("");
  const found = useSignal<Found["info"] | null>(null);
  const isLive = chat.state.value.at === "live";
  useEffect(() => {
    const text = typed.value.trim();
    if (text === "") {
      found.value = null;
      return undefined;
    }
    if (!isLive) {
      return undefined;
    }
    return app.clock.after(PAUSE, () => {
      void app.try(
        chat.requests.find(text).then((answer) => {
          if (typed.peek().trim() === text) {
            found.value = answer;
          }
        }),
      );
    });
  }, [typed.value, isLive]);
  const users = found.value?.users ?? [];
  const groups = found.value?.groups ?? [];
  const open = (event: Event) => {
    event.preventDefault();
    const first = users[0]?.user_id ?? groups[0]?.group_id;
    if (first !== undefined) {
      app.go({ at: "conversation", key: first as Key });
    }
  };
  return (
    <>
      <Head back={() => app.leave()} title={w.findTitle} />
      <form class="list padded" onSubmit={open}>
        <label class="field">
          <span>{w.find}</span>
          <input type="search" autocapitalize="off" autocomplete="off" spellcheck={false} onInput={(event) => (typed.value = event.currentTarget.value)} />
        </label>
        <div role="status">
          {typed.value.trim() === "" ? (
            <p class="hint">{w.findEmpty}</p>
          ) : found.value !== null && users.length + groups.length === 0 ? (
            <p class="hint">{w.findNothing}</p>
          ) : null}
        </div>
        {users.length > 0 && <h2>{w.people}</h2>}
        <ul>
          {users.map(({ user_id, user_name, online, friend }) => (
            <li key={user_id}>
              <ConversationLink to={user_id as Key} class="row">
                <Initial of={user_id as Key} name={user_name} />
                <span class="row-title">
                  <Name of={user_name} />
                </span>
                <span class="row-last">{[online ? w.online : w.offline, friend ? w.friend : ""].filter((one) => one !== "").join(" · ")}</span>
              </ConversationLink>
            </li>
          ))}
        </ul>
        {groups.length > 0 && <h2>{w.groups}</h2>}
        <ul>
          {groups.map(({ group_id, group_name, members, member }) => (
            <li key={group_id} class="with-button">
              <ConversationLink to={group_id} class="row">
                <Initial of={group_id} name={group_name} />
                <span class="row-title">
                  <Name of={group_name} />
                </span>
                <span class="row-last">{w.members(members)}</span>
              </ConversationLink>
              {!member && (
                <button
                  type="button"
                  class="plain"
                  onClick={async () => {
                    if (await app.try(chat.requests.request({ type: Type.ChangeGroup, info: { op: "join", group_id } }))) {
                      app.go({ at: "conversation", key: group_id });
                    }
                  }}
                >
                  {w.join}
                </button>
              )}
            </li>
          ))}
        </ul>
      </form>
    </>
  );
}

/** What others may do, in the order of the page; and who may do it. */
const REACHES = ["texts", "requests", "groups", "calls"] as const;
const REACH = ["everyone", "friends", "nobody"] as const;
type Reach = (typeof REACH)[number];

/** The user's own page: name, password, sessions, who may contact them, language, logout. */
export function Me() {
  const app = useApp();
  useFocus(".left");
  const { chat, login } = app;
  const w = words();
  const name = chat.people.name(chat.me);
  const unsent = chat.list.value.reduce((sum, { waiting }) => sum + waiting.value.length, 0) + chat.uploads.count;
  const isLeaving = useSignal(false);
  const passwords = useSignal(0);
  return (
    <>
      <Head is={app.isNarrow.value ? "close" : "back"} back={() => app.leave()} title={w.me} />
      <div class="list padded">
        <div class="portrait">
          <Initial of={chat.me as Key} name={name} />
          <Name of={name} />
          <small>{chat.me}</small>
        </div>
        <NewName name={name} />
        <NewPassword name={name} changed={() => passwords.value++} />
        <Sessions key={passwords.value} />
        <Reaches />
        <h2>{w.languageLabel}</h2>
        <Languages />
        {!app.isNarrow.value && (
          <button type="button" class="plain" onClick={() => app.go({ at: "keys" })}>
            {w.keys}
          </button>
        )}
        <h2>{w.logOut}</h2>
        <p class="hint">{w.logOutMeans}</p>
        {unsent > 0 && <p class="problem">{w.unsentStay(unsent)}</p>}
        <button
          type="button"
          class="strong danger"
          disabled={isLeaving.value}
          onClick={async () => {
            isLeaving.value = true;
            await login.leave(() => chat.forget());
            app.go({ at: "chats" }, true);
          }}
        >
          {w.logOut}
        </button>
      </div>
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
  const isWrong = broken(password.value, repeated.value, name, old.value).length > 0 || old.value === "";
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

/** Who may contact the user, on all devices. */
function Reaches() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const preferences = chat.self.value?.preferences;
  if (preferences === undefined) {
    return null;
  }
  const prefer = async (change: Partial<Preferences>) => {
    if (await app.try(chat.requests.request({ type: Type.Preferences, info: change }))) {
      app.showNotice(w.saved);
    }
  };
  return (
    <>
      <h2>{w.reaches}</h2>
      {REACHES.map((what) => (
        <label key={what} class="field">
          <span>{w.reachOf[what]}</span>
          <select value={preferences[what]} onChange={({ currentTarget }) => void prefer({ [what]: currentTarget.value as Reach })}>
            {REACH.map((reach) => (
              <option key={reach} value={reach}>
                {what === "texts" && reach === "friends" ? w.friendsAndGroups : w.reach[reach]}
              </option>
            ))}
          </select>
        </label>
      ))}
      <p class="hint">{w.textsMeans}</p>
      <label class="choice">
        <input type="checkbox" checked={preferences.read_marks} onChange={({ currentTarget }) => void prefer({ read_marks: currentTarget.checked })} />
        <span>{w.readMarks}</span>
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
              <bdi>{session.address}</bdi> {session.dialect !== "" && <small>{session.dialect}</small>}
              <small>
                {session.this ? w.thisSession : <time title={fullTime(Date.parse(session.used))}>{shortTime(Date.parse(session.used))}</time>}
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

/** The keyboard shortcuts of the page. */
export function Keys() {
  const app = useApp();
  useFocus(".left");
  const w = words();
  return (
    <>
      <Head back={() => app.leave()} title={w.keys} />
      <dl class="list padded keys">
        {w.keyList.map(([key, does]) => (
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

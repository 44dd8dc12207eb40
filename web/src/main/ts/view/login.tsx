import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { brokenRules, type PasswordRule } from "../model/password.js";
import { useApp } from "./app.js";
import { LOGO, ORGANISATION } from "./device.js";
import { Icon } from "./parts.js";
import { type Language, language, setLanguage, words } from "./words.js";

const RULES: readonly PasswordRule[] = ["length", "bytes", "name", "reused", "mismatch"];
/** Those that depend on the password alone. */
const RULES_OF_PASSWORD: readonly PasswordRule[] = ["length", "bytes"];

/**
 * The page while nobody is logged in: login, registration, the change of a one-time password, and why a session has
 * ended.
 *
 * @param forced the form in which a one-time password is changed
 */
export function LoginPage({ forced }: { forced: ComponentChildren }) {
  const { chat, login } = useApp();
  const w = words();
  const state = chat.state.value;
  return (
    <main class="entrance">
      <img class="emblem" src={LOGO} alt="" />
      {ORGANISATION !== "" && <p class="organisation">{ORGANISATION}</p>}
      {login.isElsewhere.value ? (
        <Elsewhere title={w.elsewhere} means={w.elsewhereMeans} />
      ) : login.isDisplaced.value ? (
        <Elsewhere title={w.displaced} means={w.displacedMeans} />
      ) : login.isResuming.value ? (
        <Unreachable />
      ) : login.mustChange.value ? (
        forced
      ) : (
        <>
          {state.at === "ended" && state.reason !== null && (
            <p class="says" role="status">
              {w.notice(state.reason)}
            </p>
          )}
          <LogIn />
        </>
      )}
      <LanguageSelector />
    </main>
  );
}

/** The language selector. */
export function LanguageSelector() {
  const isLost = useSignal(false);
  const choose = (chosen: Language) => {
    setLanguage(chosen).then(
      () => (isLost.value = false),
      () => (isLost.value = true),
    );
  };
  return (
    <>
      <p class="languages" role="group" aria-label={words().languageLabel}>
        <button type="button" class="plain" lang="en" aria-pressed={language.value === "en"} onClick={() => choose("en")}>
          English
        </button>
        <button type="button" class="plain" lang="zh-CN" aria-pressed={language.value === "zh"} onClick={() => choose("zh")}>
          中文
        </button>
      </p>
      <p class="problem" role="alert">
        {isLost.value ? words().code("lost", "") : ""}
      </p>
    </>
  );
}

/** Shown when another tab or device has taken over; nothing happens until the user asks for it. */
function Elsewhere({ title, means }: { title: string; means: string }) {
  const { login } = useApp();
  return (
    <section>
      <h1>{title}</h1>
      <p>{means}</p>
      <button type="button" class="strong" onClick={() => void login.useHere()}>
        {words().useHere}
      </button>
    </section>
  );
}

/** Shown when the user is logged in, but the daemon can't be reached. */
function Unreachable() {
  const app = useApp();
  const w = words();
  return (
    <section>
      <h1>{w.unreachable}</h1>
      <p>{w.stillLoggedIn(app.login.name.value)}</p>
      <p>{w.unreachableMeans}</p>
      <button type="button" class="strong" onClick={app.wake}>
        {w.tryNow}
      </button>
      <button type="button" class="plain" onClick={() => app.login.cancelResume()}>
        {w.logInAsOther}
      </button>
    </section>
  );
}

/** A field for a password, which can be shown. */
export function PasswordField(props: { label: string; name: string; autocomplete: "current-password" | "new-password"; onInput: (value: string) => void; describedBy?: string }) {
  const isShown = useSignal(false);
  const w = words();
  return (
    <label class="field">
      <span>{props.label}</span>
      <span class="reveal">
        <input
          type={(isShown.value ? "text" : "password") as "password"}
          name={props.name}
          autocomplete={props.autocomplete}
          autocapitalize="off"
          spellcheck={false}
          required
          aria-describedby={props.describedBy}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
        <button
          type="button"
          class="iconic"
          aria-pressed={isShown.value}
          aria-label={isShown.value ? w.hidePassword : w.showPassword}
          onClick={() => (isShown.value = !isShown.value)}
        >
          <Icon is="eye" />
        </button>
      </span>
    </label>
  );
}

/** Returns why a login was refused, without revealing whether anybody has this name. */
function refusal(code: string): string {
  return code === "no-such-user" ? "wrong-password" : code;
}

function LogIn() {
  const app = useApp();
  const { chat, login, clock } = app;
  const w = words();
  const isRegistering = useSignal(false);
  const problem = useSignal("");
  const password = useSignal("");
  const isOwn = useSignal(login.isOwnDevice.peek());
  const form = useRef<HTMLFormElement>(null);
  const state = chat.state.value;
  const isBusy = state.at === "connecting";
  const secondsLeft = Math.ceil((login.pausedUntil.value - app.now.value) / 1000);
  const isPaused = login.pausedUntil.value > 0 && secondsLeft > 0;

  useEffect(() => {
    if (login.pausedUntil.value === 0) {
      return;
    }
    app.now.value = clock.now();
    const ticking = setInterval(() => (app.now.value = clock.now()), 250);
    return () => clearInterval(ticking);
  }, [login.pausedUntil.value]);

  useEffect(() => {
    if (state.at === "refused") {
      const field = form.current?.elements.namedItem("password");
      if (field instanceof HTMLInputElement) {
        field.select();
        field.focus();
      }
    }
  }, [state]);

  useEffect(() => {
    const empty = form.current?.querySelector<HTMLInputElement>(login.name.peek() === "" ? "[name=username]" : "[name=password]");
    empty?.focus();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    const data = new FormData(form.current ?? undefined);
    const name = String(data.get("username")).trim();
    const password = String(data.get("password"));
    problem.value = "";
    if (isRegistering.peek()) {
      const code = await login.register(name, password, isOwn.peek());
      problem.value = code === null ? "" : w.code(code, code);
    } else {
      login.logIn(name, password, isOwn.peek());
    }
  };

  const message =
    problem.value !== ""
      ? problem.value
      : isPaused
        ? w.pausedFor(secondsLeft)
        : state.at === "refused" && state.code !== "throttled"
          ? w.code(refusal(state.code), state.code)
          : "";

  return (
    <form ref={form} method="post" onSubmit={(event) => void submit(event)}>
      <h1>{isRegistering.value ? w.register : w.logIn}</h1>
      {state.at === "unreachable" && (
        <div class="says" role="status">
          <strong>{w.unreachable}</strong>
          <p>{w.unreachableMeans}</p>
        </div>
      )}
      <label class="field">
        <span>{w.name}</span>
        <input
          name="username"
          autocomplete="username"
          autocapitalize="off"
          spellcheck={false}
          required
          maxLength={64}
          defaultValue={login.name.value}
        />
      </label>
      <PasswordField
        label={w.password}
        name="password"
        autocomplete={isRegistering.value ? "new-password" : "current-password"}
        {...(isRegistering.value ? { describedBy: "rules" } : {})}
        onInput={(value) => {
          problem.value = "";
          password.value = value;
        }}
      />
      {isRegistering.value && <Rules id="rules" rules={RULES_OF_PASSWORD} password={password.value} repeated={password.value} name="" old="" />}
      <div>
        <label class="choice">
          <input
            type="checkbox"
            name="own"
            aria-describedby="own-means"
            checked={isOwn.value}
            onChange={(event) => (isOwn.value = event.currentTarget.checked)}
          />
          {w.ownDevice}
        </label>
        <small id="own-means">{w.ownDeviceMeans}</small>
      </div>
      <p class="problem" role="alert">
        {message}
      </p>
      <button type="submit" class="strong" disabled={isBusy || isPaused}>
        {isBusy ? w.loggingIn : isRegistering.value ? w.register : w.logIn}
      </button>
      <button type="button" class="plain" onClick={() => (isRegistering.value = !isRegistering.value)}>
        {isRegistering.value ? w.logInInstead : w.register}
      </button>
    </form>
  );
}

/** The password rules, each marked as met or not while the user types. */
export function Rules(props: { id: string; password: string; repeated: string; name: string; old: string; rules?: readonly PasswordRule[] }) {
  const { id, password, repeated, name, old, rules = RULES } = props;
  const w = words();
  const wrong = brokenRules(password, repeated, name, old);
  return (
    <ul class="rules" id={id}>
      {rules.map((rule) => (
        <li key={rule} class={password !== "" && !wrong.includes(rule) ? "kept" : ""}>
          {w.rules(rule)}
        </li>
      ))}
    </ul>
  );
}

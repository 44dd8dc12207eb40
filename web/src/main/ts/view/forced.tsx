import { useSignal } from "@preact/signals";
import { brokenRules } from "../model/password.js";
import { useApp } from "./app.js";
import { PasswordField, Rules } from "./login.js";
import { words } from "./words-later.js";

/** The form in which a one-time password is changed. */
export function ForcedChange() {
  const { chat, login } = useApp();
  const w = words();
  const password = useSignal("");
  const repeated = useSignal("");
  const problem = useSignal("");
  const isBusy = useSignal(false);
  const wrong = brokenRules(password.value, repeated.value, login.name.value, "");

  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    const code = await login.changeAndLogIn(password.peek());
    isBusy.value = false;
    problem.value = code === null ? "" : w.code(code, code);
  };

  return (
    <form method="post" onSubmit={(event) => void submit(event)}>
      <h1>{w.changeTitle}</h1>
      <p>{w.changeMeans}</p>
      <label class="field">
        <span>{w.name}</span>
        <input name="username" autocomplete="username" value={login.name.value} readOnly />
      </label>
      <PasswordField label={w.newPassword} name="new" autocomplete="new-password" describedBy="rules" onInput={(value) => (password.value = value)} />
      <PasswordField label={w.repeatPassword} name="repeat" autocomplete="new-password" onInput={(value) => (repeated.value = value)} />
      <Rules id="rules" password={password.value} repeated={repeated.value} name={login.name.value} old="" />
      <p class="problem" role="alert">
        {problem.value}
      </p>
      <button type="submit" class="strong" disabled={wrong.length > 0 || isBusy.value || chat.state.value.at === "connecting"}>
        {w.changeAndLogIn}
      </button>
    </form>
  );
}

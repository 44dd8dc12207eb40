import { safe } from "../model/safe.js";
import type { Entry } from "../model/timeline.js";
import type { App } from "./app.js";
import { summary } from "./chats.js";
import { LOGO } from "./device.js";

/** Shows a message by the system's means, once for each conversation, and goes there when that is clicked. */
export function notify(app: App, entry: Entry): void {
  const { chat } = app;
  const [key] = chat.keysOf(entry);
  const wanted = key === undefined ? "none" : chat.conversation(key).notify.peek();
  const isForMe = "mentions" in entry && entry.mentions?.includes(chat.me as `U${number}`) === true;
  if (key === undefined || wanted === "none" || (wanted === "mentions" && !isForMe)) {
    return;
  }
  try {
    const shown = new Notification(safe(chat.people.name(entry.send)), { body: safe(summary(entry)), icon: LOGO, tag: key });
    shown.onclick = () => {
      window.focus();
      app.go({ at: "conversation", key });
      shown.close();
    };
  } catch {
    // Browsers of phones have them only for pages that are installed.
  }
}

import { safe } from "../model/safe.js";
import type { GroupChanged } from "../wire/events.js";
import { useApp } from "./app.js";
import { words } from "./words.js";

/** A change to a group, as a sentence in the page's text direction, whatever the direction of the names in it. */
export function GroupChange({ of }: { of: GroupChanged }) {
  const { chat } = useApp();
  const w = words();
  const { info } = of;
  const users = "users" in info ? (info.users ?? []) : "user" in info ? [info.user] : [];
  const whom = users.map((user) => (user === chat.me ? w.youAsObject : chat.people.name(user))).join(", ");
  const who = info.by === chat.me ? w.you : info.by === "server" ? w.theServer : chat.people.name(info.by);
  return <span dir="ltr">{safe(w.groupChange(who, info, whom))}</span>;
}

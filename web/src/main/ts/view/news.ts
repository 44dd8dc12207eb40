import type { GroupChanged } from "../wire/events.js";
import { useApp } from "./app.js";
import { words } from "./words.js";

/** Returns what says in a sentence what was done to a group. */
export function useNews(): (changed: GroupChanged) => string {
  const { people } = useApp().chat;
  return ({ info }) => {
    const users = "users" in info ? (info.users ?? []) : "user" in info ? [info.user] : [];
    const what =
      info.op === "rename" ? info.was : info.op === "role" ? info.role : info.op === "set" ? (info.topic ?? "") : "";
    return words().groupNews(people.name(info.by), info.op, users.map((user) => people.name(user)).join(", "), what);
  };
}

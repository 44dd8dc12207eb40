import { useSignal } from "@preact/signals";
import { isGroup, isUser, type Key } from "../model/place.js";
import { useApp } from "./app.js";
import { FormattedText } from "./message.js";
import { Header, Avatar, Name, ConversationLink, useFocus, useTitle } from "./parts.js";
import { words } from "./words.js";
import * as Type from "../wire/type.js";

/** The card of a person or a group: who it is, and what the user can do. */
export function Card({ of }: { of: Key }) {
  const app = useApp();
  const title = useTitle(of);
  useFocus(".card");
  return (
    <>
      <Header is="close" back={() => app.leave()} title={title} />
      <div class="list padded">
        <div class="portrait">
          <Avatar of={of} name={title} />
          <Name of={title} />
          <small>{of}</small>
          {isUser(of) && of !== app.chat.me && <Presence of={of} />}
        </div>
        <MuteAndPin of={of} />
        {isGroup(of) ? <GroupCard group={of as `G${number}`} /> : of !== "" && of !== app.chat.me && <PersonCard user={of} />}
      </div>
    </>
  );
}

function Presence({ of }: { of: string }) {
  const { people } = useApp().chat;
  const w = words();
  return <p class="hint">{[people.online.value.has(of) ? w.online : w.offline, people.friends.value.has(of) ? w.friend : ""].filter((one) => one !== "").join(" · ")}</p>;
}

/** The buttons that mute and pin a conversation. */
function MuteAndPin({ of }: { of: Key }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const { notify, pinned } = chat.conversation(of);
  const set = (change: { notify?: "all" | "none"; pinned?: boolean }) => {
    void app.try(chat.requests.request({ type: Type.Preferences, info: { conversations: { [of]: change } } }));
  };
  return (
    <div class="choices">
      <button type="button" onClick={() => set({ notify: notify.value === "none" ? "all" : "none" })}>
        {notify.value === "none" ? w.unmute : w.mute}
      </button>
      <button type="button" onClick={() => set({ pinned: !pinned.value })}>
        {pinned.value ? w.unpin : w.pin}
      </button>
    </div>
  );
}

function PersonCard({ user }: { user: string }) {
  const app = useApp();
  const { chat } = app;
  const { people } = chat;
  const w = words();
  const isFriend = people.friends.value.has(user);
  const isRequestSent = people.sentRequests.value.has(user);
  const isRequestReceived = people.receivedRequests.value.some((asking) => asking.user === user);
  const isBlocked = people.blocked.value.has(user);
  return (
    <>
      {isRequestReceived ? (
        <>
          <p dir="ltr">{w.asksYou(people.name(user))}</p>
          <div class="choices">
            <button type="button" class="strong" onClick={() => void app.try(chat.requests.answerRequest(user, true))}>
              {w.agree}
            </button>
            <button type="button" onClick={() => void app.try(chat.requests.answerRequest(user, false))}>
              {w.decline}
            </button>
          </div>
        </>
      ) : isFriend || isRequestSent ? (
        <>
          {isRequestSent && <p class="hint">{w.friendRequestSent}</p>}
          <button type="button" onClick={() => void app.try(chat.requests.unfriend(user))}>
            {isRequestSent ? w.withdraw : w.unfriend}
          </button>
        </>
      ) : (
        <button type="button" class="strong" onClick={() => void app.try(chat.requests.requestFriendship(user))}>
          {w.befriend}
        </button>
      )}
      <p class="hint">{isBlocked ? w.youBlocked(people.name(user)) : w.blockMeans}</p>
      <button type="button" onClick={() => void app.try(chat.requests.block(user, !isBlocked))}>
        {isBlocked ? w.unblock : w.block}
      </button>
    </>
  );
}

function GroupCard({ group }: { group: `G${number}` }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const info = chat.conversation(group).members.value;
  if (info === null) {
    return null;
  }
  return (
    <>
      {info.topic !== "" && (
        <p dir="auto" class="topic">
          <FormattedText text={info.topic} />
        </p>
      )}
      <h2>{w.members(info.total)}</h2>
      <ul>
        {info.members.map(({ user_id, user_name, role }) => (
          <li key={user_id}>
            <ConversationLink to={user_id as Key} class="row">
              <Avatar of={user_id as Key} name={user_name} />
              <span class="row-title">
                <Name of={user_name} />
              </span>
              <span class="row-last counted">{role === "owner" ? w.owner : role === "admin" ? w.admin : ""}</span>
            </ConversationLink>
          </li>
        ))}
      </ul>
      {chat.people.groups.value.has(group) && <Leave group={group} />}
    </>
  );
}

/** The button for leaving a group, which asks first: most groups can't be rejoined without an admin. */
function Leave({ group }: { group: `G${number}` }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const isAsking = useSignal(false);
  if (!isAsking.value) {
    return (
      <button type="button" class="danger" onClick={() => (isAsking.value = true)}>
        {w.leaveGroup}
      </button>
    );
  }
  return (
    <div role="group" aria-label={w.leaveGroup}>
      <p>{chat.people.openGroups.value.has(group) ? w.leaveOpenMeans : w.leaveMeans}</p>
      <p class="choices">
        <button type="button" class="danger" onClick={() => void app.try(chat.requests.request({ type: Type.ChangeGroup, info: { op: "leave", group_id: group } }))}>
          {w.leaveNow}
        </button>
        <button type="button" class="plain" onClick={() => (isAsking.value = false)}>
          {w.cancel}
        </button>
      </p>
    </div>
  );
}

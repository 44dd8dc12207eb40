import { isGroup, isUser, type Key } from "../model/place.js";
import { useApp } from "./app.js";
import { GroupCard } from "./group.js";
import { Header, Avatar, Name, useFocus, useTitle } from "./parts.js";
import { words } from "./words-later.js";
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
        <Choices of={of} />
        <Kept of={of} />
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

/** The buttons that open, mute and pin a conversation. */
function Choices({ of }: { of: Key }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const { notify, pinned } = chat.conversation(of);
  const set = (change: { notify?: "all" | "none"; pinned?: boolean }) => {
    void app.try(chat.requests.request({ type: Type.Preferences, info: { conversations: { [of]: change } } }));
  };
  return (
    <div class="choices">
      {isUser(of) && (
        <button type="button" class="strong" onClick={() => app.go({ at: "conversation", key: of })}>
          {w.writeTo}
        </button>
      )}
      <button type="button" onClick={() => set({ notify: notify.value === "none" ? "all" : "none" })}>
        {notify.value === "none" ? w.unmute : w.mute}
      </button>
      <button type="button" onClick={() => set({ pinned: !pinned.value })}>
        {pinned.value ? w.unpin : w.pin}
      </button>
    </div>
  );
}

/** For how long messages are kept, if not for ever. */
function Kept({ of }: { of: Key }) {
  const { chat } = useApp();
  const w = words();
  const rules = chat.self.value?.server.retention ?? {};
  const ofGroup = chat.conversation(of).members.value?.retention;
  const texts = (isGroup(of) ? ofGroup : isUser(of) ? rules.direct : rules.everyone) ?? 0;
  const files = rules.files !== undefined && (texts === 0 || rules.files < texts) ? rules.files : texts;
  return files > 0 && <p class="hint">{w.keptFor(texts, files)}</p>;
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

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Key } from "../model/place.js";
import { bytesOf } from "../model/text.js";
import type { Members } from "../wire/events.js";
import { RequestFailed } from "../wire/session.js";
import { useApp } from "./app.js";
import { ChangeAvatar } from "./avatar.js";
import { FormattedText } from "./formatted.js";
import { Avatar, ConversationLink, focused, Header, IconButton, Name, Sheet, useFocus } from "./parts.js";
import { PeoplePicker } from "./picker.js";
import { words } from "./words-later.js";

/** Maximum size of a group's name and topic, in bytes. */
const MAX_NAME = 64;
const MAX_TOPIC = 1_000;

type Group = `G${number}`;
type Member = Members["info"]["members"][number];
type History = Members["info"]["history"];

/** Returns a function that changes a group, and resolves with whether that was done; if not, the user was told why. */
function useChange() {
  const app = useApp();
  return (info: Parameters<typeof app.chat.requests.changeGroup>[0]): Promise<boolean> => app.try(app.chat.requests.changeGroup(info));
}

/** Makes a group: its name, its members, who may join, and what they see. */
export function NewGroup() {
  const app = useApp();
  const { chat } = app;
  const w = words();
  useFocus(".left", "form input");
  const name = useSignal("");
  const chosen = useSignal<readonly Key[]>([]);
  const isOpen = useSignal(false);
  const history = useSignal<History>("joined");
  const problem = useSignal("");
  const isSending = useSignal(false);
  const isTooLong = bytesOf(name.value.trim()) > MAX_NAME;
  const submit = async (event: Event) => {
    event.preventDefault();
    isSending.value = true;
    try {
      const info = { op: "create" as const, name: name.peek().trim(), members: [...chosen.peek()], open: isOpen.peek(), history: history.peek() };
      const group = await chat.requests.createGroup(info);
      app.go({ at: "conversation", key: group }, true);
    } catch (e) {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
      problem.value = e.code === "bad-name" ? w.badGroupName : w.code(e.code, e.message);
      isSending.value = false;
    }
  };
  return (
    <>
      <Header back={() => app.leave()} title={w.newGroup} />
      <form class="list padded" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>{w.groupName}</span>
          <input dir="auto" autocomplete="off" value={name.value} onInput={(event) => ((name.value = event.currentTarget.value), (problem.value = ""))} />
        </label>
        <PeoplePicker label={w.addPeople} chosen={chosen} isOut={() => false} />
        <OpenTo isOpen={isOpen.value} set={(open) => (isOpen.value = open)} />
        <HistoryFor history={history.value} set={(one) => (history.value = one)} />
        <p class="problem" role="alert">
          {isTooLong ? w.badGroupName : problem.value}
        </p>
        <button type="submit" class="strong" disabled={name.value.trim() === "" || isTooLong || isSending.value}>
          {w.createGroup}
        </button>
      </form>
    </>
  );
}

function OpenTo({ isOpen, set }: { isOpen: boolean; set: (isOpen: boolean) => void }) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isOpen} onChange={({ currentTarget }) => set(currentTarget.checked)} />
      <span>{words().openToAll}</span>
    </label>
  );
}

function HistoryFor({ history, set }: { history: History; set: (history: History) => void }) {
  const w = words();
  return (
    <label class="field">
      <span>{w.newMembersSee}</span>
      <select value={history} onChange={({ currentTarget }) => set(currentTarget.value as History)}>
        <option value="joined">{w.seeJoined}</option>
        <option value="all">{w.seeAll}</option>
      </select>
    </label>
  );
}

/** What a group is, its members, and what the user may do with it. */
export function GroupCard({ group }: { group: Group }) {
  const app = useApp();
  const { chat } = app;
  const w = words();
  const change = useChange();
  const chosen = useSignal<Member | null>(null);
  const conversation = chat.conversation(group);
  const info = conversation.members.value;
  const isMember = chat.people.groups.value.has(group);
  const role = useRole(group, info);
  if (info === null) {
    return null;
  }
  const manages = isMember && !info.closed && role !== "member";
  const owns = isMember && !info.closed && role === "owner";
  return (
    <>
      {info.closed && <p class="hint">{w.closedGroup}</p>}
      <div class="manage">
        {manages && <ChangeAvatar of={group} />}
        {(info.topic !== "" || owns) && <Topic group={group} topic={info.topic} mayChange={owns} />}
        {manages && (
          <EditedLine label={w.rename} text={chat.people.name(group)} limit={MAX_NAME} save={(name) => change({ op: "rename", group_id: group, name })} />
        )}
        {owns && (
          <>
            <OpenTo isOpen={info.open} set={(open) => void change({ op: "set", group_id: group, open })} />
            <HistoryFor history={info.history} set={(history) => void change({ op: "set", group_id: group, history })} />
          </>
        )}
      </div>
      <h2>{w.members(info.total)}</h2>
      {manages && <AddMembers group={group} info={info} />}
      <ul>
        {info.members.map((member) => (
          <li key={member.user_id} class="with-button">
            <ConversationLink to={member.user_id as Key} class="row">
              <Avatar of={member.user_id as Key} name={member.user_name} />
              <span class="row-title">
                <Name of={member.user_name} />
              </span>
              <span class="row-last counted">{member.role === "member" ? "" : w.roles[member.role]}</span>
            </ConversationLink>
            {member.user_id !== chat.me && (owns || (manages && member.role === "member")) && (
              <IconButton is="more" label={w.memberActions(member.user_name)} onClick={() => (chosen.value = member)} />
            )}
          </li>
        ))}
      </ul>
      {info.more && (
        <button type="button" class="plain" onClick={() => void app.try(chat.requests.moreMembers(group))}>
          {w.showMore}
        </button>
      )}
      {chosen.value !== null && <MemberActions group={group} member={chosen.value} owns={owns} close={() => (chosen.value = null)} />}
      <div class="ends">
        {isMember && (
          <Confirmed label={w.leaveGroup} means={chat.people.openGroups.value.has(group) || info.open ? w.leaveOpenMeans : w.leaveMeans} now={w.leaveNow} act={() => change({ op: "leave", group_id: group })} />
        )}
        {owns && <Confirmed label={w.closeGroup} means={w.closeMeans} now={w.closeNow} act={() => change({ op: "close", group_id: group })} />}
      </div>
    </>
  );
}

/** Returns the user's role; of a large group, whose members are listed in part, the daemon is asked. */
function useRole(group: Group, info: Members["info"] | null): Member["role"] {
  const app = useApp();
  const { chat } = app;
  const asked = useSignal<Member["role"]>("member");
  const listed = info?.members.find(({ user_id }) => user_id === chat.me)?.role;
  const isUnknown = listed === undefined && info?.more === true;
  useEffect(() => {
    if (isUnknown) {
      void app.try(chat.requests.ownRole(group).then((role) => (asked.value = role)));
    }
  }, [info, isUnknown]);
  return listed ?? asked.value;
}

function Topic({ group, topic, mayChange }: { group: Group; topic: string; mayChange: boolean }) {
  const w = words();
  const change = useChange();
  return (
    <>
      {topic !== "" && (
        <p dir="auto" class="topic">
          <FormattedText text={topic} />
        </p>
      )}
      {mayChange && <EditedLine label={topic === "" ? w.addTopic : w.changeTopic} text={topic} limit={MAX_TOPIC} mayBeEmpty save={(changed) => change({ op: "set", group_id: group, topic: changed })} />}
    </>
  );
}

/** A button that becomes a field; what was typed is saved, or dropped. */
function EditedLine({ label, text, limit, mayBeEmpty = false, save }: { label: string; text: string; limit: number; mayBeEmpty?: boolean; save: (text: string) => Promise<boolean> }) {
  const w = words();
  const typed = useSignal<string | null>(null);
  if (typed.value === null) {
    return (
      <p>
        <button type="button" onClick={() => (typed.value = text)}>
          {label}
        </button>
      </p>
    );
  }
  const trimmed = typed.value.trim();
  const isTooLong = bytesOf(trimmed) > limit;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await save(trimmed)) {
      typed.value = null;
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>{label}</span>
        <input ref={focused} dir="auto" autocomplete="off" value={typed.value} onInput={(event) => (typed.value = event.currentTarget.value)} />
      </label>
      <p class="problem" role="alert">
        {isTooLong ? w.tooManyBytes(limit) : ""}
      </p>
      <p class="choices">
        <button type="submit" class="strong" disabled={isTooLong || trimmed === text || (trimmed === "" && !mayBeEmpty)}>
          {w.save}
        </button>
        <button type="button" class="plain" onClick={() => (typed.value = null)}>
          {w.cancel}
        </button>
      </p>
    </form>
  );
}

function AddMembers({ group, info }: { group: Group; info: Members["info"] }) {
  const w = words();
  const change = useChange();
  const isOpen = useSignal(false);
  const chosen = useSignal<readonly Key[]>([]);
  const close = () => {
    isOpen.value = false;
    chosen.value = [];
  };
  if (!isOpen.value) {
    return (
      <p>
        <button type="button" onClick={() => (isOpen.value = true)}>
          {w.addPeople}
        </button>
      </p>
    );
  }
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await change({ op: "add", group_id: group, users: [...chosen.peek()] })) {
      close();
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <PeoplePicker label={w.addPeople} chosen={chosen} isOut={(user) => info.members.some(({ user_id }) => user_id === user)} />
      <p class="choices">
        <button type="submit" class="strong" disabled={chosen.value.length === 0}>
          {w.add}
        </button>
        <button type="button" class="plain" onClick={close}>
          {w.cancel}
        </button>
      </p>
    </form>
  );
}

/** What the user may do with a member: give a role, or remove. */
function MemberActions({ group, member, owns, close }: { group: Group; member: Member; owns: boolean; close: () => void }) {
  const w = words();
  const change = useChange();
  const isRemoving = useSignal(false);
  const { user_id: user, user_name: name, role } = member;
  const andClose = async (info: Parameters<typeof change>[0]) => {
    await change(info);
    close();
  };
  return (
    <Sheet label={w.memberActions(name)} close={close}>
      <h2>
        <Name of={name} />
      </h2>
      {isRemoving.value ? (
        <>
          <p>{w.removeMeans}</p>
          <button type="button" class="strong" onClick={() => void andClose({ op: "remove", group_id: group, user })}>
            {w.removeMember}
          </button>
          <button type="button" class="plain" onClick={close}>
            {w.cancel}
          </button>
        </>
      ) : (
        <>
          {owns &&
            (["member", "admin", "owner"] as const)
              .filter((other) => other !== role)
              .map((other) => (
                <button key={other} type="button" class="act" onClick={() => void andClose({ op: "role", group_id: group, user, role: other })}>
                  {w.makeRole[other]}
                </button>
              ))}
          <button type="button" class="act bad" onClick={() => (isRemoving.value = true)}>
            {w.removeMember}
          </button>
        </>
      )}
    </Sheet>
  );
}

/** A button for what can't be undone: it asks first. */
function Confirmed({ label, means, now, act }: { label: string; means: string; now: ComponentChildren; act: () => Promise<boolean> }) {
  const w = words();
  const isAsking = useSignal(false);
  if (!isAsking.value) {
    return (
      <button type="button" class="danger" onClick={() => (isAsking.value = true)}>
        {label}
      </button>
    );
  }
  return (
    <div role="group" aria-label={label}>
      <p>{means}</p>
      <p class="choices">
        <button type="button" class="danger" onClick={() => void act().then(() => (isAsking.value = false))}>
          {now}
        </button>
        <button type="button" class="plain" onClick={() => (isAsking.value = false)}>
          {w.cancel}
        </button>
      </p>
    </div>
  );
}

import { batch } from "@preact/signals-core";
import type { Add, ChangeAvatar, Close, Create, GiveRole, Leave, Remove, Rename, Set as SetGroup } from "../wire/commands.js";
import type { Event, Found, Members } from "../wire/events.js";
import type { CommandWithoutId } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import type { ChatState } from "./state.js";
import * as Type from "../wire/type.js";

/** How many members of a group are read at once. */
const MEMBERS = 1_000;

type Group = `G${number}`;
type Role = Members["info"]["members"][number]["role"];
type RenameGroup = Extract<Rename, { type: 23 }>;
type ChangeGroupAvatar = Extract<ChangeAvatar, { type: 23 }>;

/**
 * Requests to the daemon about people and groups, and what follows from their answers; each rejects with `RequestFailed`.
 */
export class Requests {
  constructor(private readonly known: ChatState) {}

  /** Reads the names of users. */
  async lookUp(users: readonly Numbered[]): Promise<void> {
    const answer = await this.known.session.ask({ type: Type.FindUsers, info: { users: [...users] } });
    if (answer.type === Type.Users) {
      this.known.people.learnUsers(answer.info.users);
    }
  }

  /** Reports a message to the administrators. */
  async report(mid: number, text: string): Promise<void> {
    await this.known.session.ask({ type: Type.Report, info: { mid, text } });
  }

  /** Looks for people and open groups by the beginning of their names. */
  async find(text: string): Promise<Found["info"]> {
    const answer = await this.known.session.ask({ type: Type.FindUsers, info: { text, limit: 50 } });
    if (answer.type !== Type.Users) {
      return { users: [], groups: [], names: {} };
    }
    this.known.people.learnUsers(answer.info.users);
    const { people } = this.known;
    people.learn(Object.fromEntries(answer.info.groups.map(({ group_id, group_name }) => [group_id, group_name])));
    people.openGroups.value = new Set([...people.openGroups.peek(), ...answer.info.groups.map(({ group_id }) => group_id)]);
    return answer.info;
  }

  /** Reads the members and the settings of a group. */
  async members(group: `G${number}`): Promise<void> {
    const info = await this.listMembers(group, MEMBERS);
    if (info === null) {
      return;
    }
    batch(() => {
      this.known.people.learnUsers(info.members);
      info.members.forEach(({ user_id, online }) => this.known.people.setOnline(user_id, online));
      this.known.conversation(group).members.value = info;
    });
  }

  /** Reads the members after those that are known; does nothing unless some are. */
  async moreMembers(group: Group): Promise<void> {
    const known = this.known.conversation(group).members.peek();
    const after = known?.members.at(-1)?.user_id;
    if (known === null || after === undefined) {
      return;
    }
    const info = await this.listMembers(group, MEMBERS, after);
    if (info !== null && this.known.conversation(group).members.peek() === known) {
      this.known.people.learnUsers(info.members);
      this.known.conversation(group).members.value = { ...info, members: [...known.members, ...info.members] };
    }
  }

  /** Reads the user's own role in a group of which they are a member. */
  async ownRole(group: Group): Promise<Role> {
    const { me } = this.known;
    const info = await this.listMembers(group, 1, `U${Number(me.slice(1)) - 1}`);
    return info?.members.find(({ user_id }) => user_id === me)?.role ?? "member";
  }

  private async listMembers(group: Group, limit: number, after?: Numbered): Promise<Members["info"] | null> {
    const answer = await this.known.session.ask({ type: Type.ChangeGroup, info: { op: "members", group_id: group, limit, ...(after === undefined ? {} : { after }) } });
    return answer.type === Type.Group && answer.info.op === "members" ? answer.info : null;
  }

  /** Makes a group, and returns its number. */
  async createGroup(info: Create["info"]): Promise<Group> {
    const answer = await this.known.session.ask({ type: Type.ChangeGroup, info });
    const group = answer.type === Type.Done ? answer.info.group_id : undefined;
    if (group === undefined) {
      throw new Error("the answer names no group");
    }
    batch(() => {
      this.known.people.learn({ [group]: info.name });
      this.known.people.setMember(group, true);
    });
    return group;
  }

  /** Changes a group; its members are told by a message in it. */
  async changeGroup(info: (Add | ChangeGroupAvatar | Close | GiveRole | Leave | Remove | RenameGroup | SetGroup)["info"]): Promise<void> {
    await this.known.session.ask({ type: Type.ChangeGroup, info } as CommandWithoutId);
  }

  /** Sends somebody a friend request. */
  async requestFriendship(user: string, text = ""): Promise<void> {
    await this.known.session.ask({ type: Type.FriendRequest, receive: user, info: text });
    this.known.people.setSentRequest(user, true);
  }

  /** Answers somebody who has asked to be a friend. */
  async answerRequest(user: string, agrees: boolean): Promise<void> {
    await this.known.session.ask({ type: Type.FriendAnswer, receive: user, info: agrees });
    batch(() => {
      this.known.people.setReceivedRequest(user as Numbered, null);
      this.known.people.setFriend(user, agrees);
    });
  }

  /** Declines a call for a direct session. */
  async declineCall(session: string): Promise<void> {
    await this.known.session.ask({ type: Type.Call, info: { op: "decline", session } });
    this.known.people.setIncomingCall(session, null);
  }

  /** Ends a friendship, or withdraws the user's own request. */
  async unfriend(user: string): Promise<void> {
    await this.known.session.ask({ type: Type.EndFriendship, receive: user, info: {} });
    batch(() => {
      this.known.people.setSentRequest(user, false);
      this.known.people.setFriend(user, false);
    });
  }

  /** Blocks or unblocks somebody. */
  async block(user: string, on: boolean): Promise<void> {
    await this.known.session.ask({ type: Type.Block, info: { user_id: user, on } });
    this.known.people.setBlocked(user, on);
    this.known.conversations.peek().forEach((conversation) => conversation.recount(this.known.me, this.known.people.blocked.peek()));
  }

  /** Sends a request whose answer changes nothing here, and returns the answer; rejects with `RequestFailed`. */
  async request(command: CommandWithoutId): Promise<Event> {
    return this.known.session.ask(command);
  }
}

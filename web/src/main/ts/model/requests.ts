import { batch } from "@preact/signals-core";
import type { Event, Found } from "../wire/events.js";
import type { CommandWithoutId } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import type { ChatState } from "./state.js";
import * as Type from "../wire/type.js";

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
    const answer = await this.known.session.ask({ type: Type.ChangeGroup, info: { op: "members", group_id: group, limit: 1000 } });
    if (answer.type !== Type.Group || answer.info.op !== "members") {
      return;
    }
    const { info } = answer;
    batch(() => {
      this.known.people.learnUsers(info.members);
      info.members.forEach(({ user_id, online }) => this.known.people.setOnline(user_id, online));
      this.known.conversation(group).members.value = info;
    });
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

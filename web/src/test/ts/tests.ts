import LINKS from "../../../../text/src/test/resources/chatd/text/links.json";
import MARKUP from "../../../../text/src/test/resources/chatd/text/markup.json";
import SAFE from "../../../../text/src/test/resources/chatd/text/safe.json";
import MENTIONS from "../../../../text/src/test/resources/chatd/text/mentions.json";
import { daysBefore } from "../../main/ts/model/calendar.js";
import { People } from "../../main/ts/model/people.js";
import { brokenRules } from "../../main/ts/model/password.js";
import { addressOf, messageOf, placeOf } from "../../main/ts/model/place.js";
import { safe } from "../../main/ts/model/safe.js";
import { type Line, linesOf, mayBeFormatted } from "../../main/ts/model/markup.js";
import { bytesOf, completions, partsOf } from "../../main/ts/model/text.js";
import { type Entry, Timeline } from "../../main/ts/model/timeline.js";
import { Chat } from "../../main/ts/model/chat.js";
import type { Upload } from "../../main/ts/model/uploads.js";
import type { Item } from "../../main/ts/wire/events.js";
import type { Attempt, FileCarrier, OutgoingFile, SendResult } from "../../main/ts/wire/files.js";
import type { Dial, LinkListener } from "../../main/ts/wire/link.js";
import { Session } from "../../main/ts/wire/session.js";
import { ManualClock } from "./clock.js";
import { MemoryFileStore, noCarrier, noFiles } from "./files.js";
import { MemoryStore } from "./store.js";

/** Fails, unless both are the same as JSON. */
function equal(is: unknown, should: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(should)) {
    throw new Error(`is ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`);
  }
}

function text(mid: number, info = `text ${mid}`): Entry & Item {
  return { type: 3, send: "U2", receive: "U1", mid, time: "2026-11-26T10:00:00.000Z", salt: "", info };
}

function numbers(from: number, to: number): (Entry & Item)[] {
  return Array.from({ length: to - from + 1 }, (_, index) => text(from + index));
}

function mids({ entries }: Timeline): number[] {
  return entries.value.map(({ mid }) => mid);
}

/** Returns a line as the table writes it. */
function shownLine(line: Line): string {
  if (line.kind === "code") {
    return line.text.split("\n").map((text) => `| ${text}`).join("\n");
  }
  const begin = line.kind === "quote" ? "> " : line.kind === "item" ? `${"  ".repeat(line.level)}${line.mark} ` : "";
  const runs = line.runs.map(({ part, isBold, isItalic }) => {
    const text = part.kind === "code" ? `<c>${part.text}</c>` : part.text;
    const italic = isItalic ? `<i>${text}</i>` : text;
    return isBold ? `<b>${italic}</b>` : italic;
  });
  return begin + runs.join("");
}

function links(said: string): string[] {
  return partsOf(said).flatMap((part) => (part.kind === "link" ? [part.to] : []));
}

/** A session with a manual clock, and a daemon that says what the test tells it to. */
class ScriptedSession {
  readonly sent: string[] = [];
  readonly states: string[] = [];
  /** The answer to the request sent with the last login. */
  along: Promise<unknown> | null = null;
  readonly session: Session;
  private readonly clock = new ManualClock();
  private links: LinkListener[] = [];

  constructor() {
    const dial: Dial = (listener) => {
      this.links.push(listener);
      return { send: (text) => this.sent.push(text), close: () => (this.links = this.links.filter((link) => link !== listener)) };
    };
    this.session = new Session(dial, this.clock, "", {
      changed: ({ at }) => this.states.push(at),
      requestWithLogin: () => ({ type: 37, info: {} }),
      welcomed: (_welcome, _isResumed, along) => {
        this.along = along;
      },
      secretsChanged: () => {},
      eventReceived: () => {},
    });
  }

  /** How many connections there are. */
  get open(): number {
    return this.links.length;
  }

  opens(): void {
    this.links.at(-1)?.opened();
  }

  says(event: object): void {
    this.links.at(-1)?.received(JSON.stringify(event));
  }

  welcomes(): void {
    this.opens();
    this.says({ type: 2, send: "server", receive: "U1", info: { success: "ok", code: "ok", token: "t" } });
  }

  /** Advances the clock. */
  pass(milliseconds: number): void {
    this.clock.pass(milliseconds);
  }
}

/** Files on their way through a carrier that does what the test tells it to. */
class ScriptedUploads {
  /** Every attempt, in order: the file, whether it was the first attempt, and how to end it. */
  readonly attempts: { name: string; isFirst: boolean; end: (sent: SendResult) => void; progress: (bytes: number) => void }[] = [];
  readonly chat: Chat;
  readonly stopped: string[] = [];
  private readonly clock = new ManualClock();

  constructor(
    readonly files = new MemoryFileStore(),
    private readonly mayKeep = true,
  ) {
    const store = new MemoryStore();
    const carrier: FileCarrier = {
      requestCookie: () => Promise.resolve(true),
      send: (_token: string, { name }: OutgoingFile, isFirst: boolean, progress): Attempt => {
        let end: (sent: SendResult) => void = () => {};
        const ended = new Promise<SendResult>((resolve) => (end = resolve));
        this.attempts.push({ name, isFirst, end, progress });
        return {
          result: ended,
          stop: () => {
            this.stopped.push(name);
            end({ at: "interrupted" });
          },
        };
      },
    };
    this.chat = new Chat(this.clock, () => store, { store: this.files, mayKeep: () => this.mayKeep }, carrier);
    this.chat.conversation("U2").timeline.setNewest([], false);
  }

  add(...names: string[]): void {
    const files = names.map((name) => ({ name, content: new Blob([name]), isPicture: false }));
    this.chat.uploads.add(this.chat.conversation("U2"), files);
  }

  get shown(): readonly Upload[] {
    return this.chat.conversation("U2").uploads.value;
  }

  states(): string[] {
    return this.shown.map(({ sending, state }) => `${sending.name} ${state.value.at}`);
  }

  /** Ends the last attempt; resolves when that was noticed. */
  async ends(sent: SendResult): Promise<void> {
    this.attempts.at(-1)?.end(sent);
    for (let turn = 0; turn < 5; turn++) {
      await Promise.resolve();
    }
  }

  /** Lets an hour pass, in which all timers are due. */
  passes(): void {
    this.clock.pass(3_600_000);
  }
}

const PASSWORD = { user: "ann", password: "secret", remember: false };

/** Each is a test of the model; its name is a sentence. */
export const TESTS: { [name: string]: () => void | Promise<void> } = {
  "logging out succeeds even if the daemon does not answer": async () => {
    const made = new ScriptedSession();
    made.session.open(PASSWORD);
    made.welcomes();
    const isOut = made.session.logOut();
    equal([made.sent.at(-1)?.includes('"type":5'), made.states.at(-1)], [true, "live"]);
    made.pass(5_000);
    await isOut;
    equal([made.states.at(-1), made.open], ["idle", 0]);
  },
  "a login that is not answered is retried on another connection": async () => {
    const made = new ScriptedSession();
    made.session.open(PASSWORD);
    made.opens();
    made.pass(59_999);
    equal([made.states.at(-1), made.open], ["connecting", 1]);
    made.pass(1);
    equal([made.states.at(-1), made.open], ["unreachable", 0]);
    made.pass(1_000);
    equal(made.open, 1);
    made.welcomes();
    made.pass(100_000);
    equal([made.states.at(-1), made.open], ["live", 1]);
    // What was asked on the first connection does not take the answer.
    made.says({ type: 38, send: "server", receive: "", info: { items: [], more: false, names: {} } });
    equal(await Promise.race([made.along, new Promise((resolve) => setTimeout(resolve, 1_000, "none"))]) === "none", false);
  },
  "a request outside of a login ends, whatever the daemon does": async () => {
    const made = new ScriptedSession();
    const asked = made.session.askBeforeLogin({ type: 13, info: { user_name: "ann", user_pwd: "secret" } });
    made.opens();
    made.pass(60_000);
    equal(await asked.catch(({ code }) => code), "unanswered");
    equal(made.open, 0);
  },
  "links end where the sentence around them goes on": () => {
    equal(links("see https://a.example/x."), ["https://a.example/x"]);
    equal(links("(https://a.example/x_(y))"), ["https://a.example/x_(y)"]);
    equal(links("<https://a.example/?q=1&r=2>, http://b.example!"), ["https://a.example/?q=1&r=2", "http://b.example"]);
    equal(links("看https://a.example/路。好"), ["https://a.example/路"]);
    equal(links("https://a.example/\u202egnp.exe"), ["https://a.example/"]);
  },
  "links are those of the table": () => {
    for (const { text, links: expected } of LINKS) {
      equal([text, links(text)], [text, expected]);
      equal(partsOf(text).map((part) => part.text).join(""), text);
    }
  },
  "who no longer tells when they were online last is not shown so": () => {
    const people = new People();
    people.learnUsers([{ user_id: "U1", user_name: "ann", seen: "2026-11-30T14:05:00Z" }, { user_id: "U2", user_name: "ben" }]);
    equal([...people.lastSeen.value], [["U1", Date.parse("2026-11-30T14:05:00Z")]]);
    people.learnUsers([{ user_id: "U1", user_name: "ann" }]);
    equal([...people.lastSeen.value], []);
  },
  "texts are formatted as in the terminal": () => {
    for (const { text, shown } of MARKUP) {
      equal([text, linesOf(text).map(shownLine).join("\n")], [text, shown]);
      equal([text, mayBeFormatted(text) || shown === text], [text, true]);
    }
  },
  "hostile texts are formatted in linear time": () => {
    for (const part of ["*", "**a ", " *a", "_a* ", "`", "`` ` ", "a`b``", "> ", "- x\n", "```\n", "```\nx\n", "**a *b _c "]) {
      equal(linesOf(part.repeat(65_536 / part.length)).length > 0, true);
    }
  },
  "nothing else becomes a link": () => {
    equal(links("javascript:alert(1) data:text/html,x ftp://a.example file:///etc vbscript:x //a.example xhttps://a.example"), []);
    equal(links("http://"), []);
  },
  "emoticons are not found in paths and addresses": () => {
    equal(partsOf("/xyx").map(({ kind }) => kind), ["emoji"]);
    equal(partsOf("a/xyx /xyxy https://a.example/xyx /xyx/").map(({ kind }) => kind), ["text", "link", "text"]);
  },
  "the parts of a text are the text": () => {
    for (const said of ["", "a", "@ann @annabel /xyx https://a.example.", "\u202e<b>\u0000\ud800", "@".repeat(2_000), "/".repeat(2_000), "http://".repeat(2_000)]) {
      equal(partsOf(said, ["ann", "annabel"]).map((part) => part.text).join(""), said);
    }
  },
  "the longest name is mentioned, and not within a word": () => {
    const mentioned = (said: string) => partsOf(said, ["ann", "annabel"]).flatMap((part) => (part.kind === "mention" ? [part.text] : []));
    equal(mentioned("@annabel and @Ann, not a@ann or @anna"), ["@annabel", "@Ann"]);
  },
  "a name with any character that a name may have is mentioned, and the parts of the text are the text": () => {
    const joined = [..."._-"].flatMap((mark) => [`ann${mark}doe`, `a${mark}b`, `a${mark}${mark}1`, `a${mark}`, `王${mark}芳`, `ü${mark}É`]);
    for (const name of [...joined, "a_b-c.d", "ann", "芳", "नमस्ते", "ann\u0303"]) {
      for (const said of [`@${name}`, `hello @${name}, and you`, `(@${name})`, "nobody"]) {
        const parts = partsOf(said, [...joined, name]);
        equal(parts.map((part) => part.text).join(""), said);
        equal(parts.flatMap((part) => (part.kind === "mention" ? [part.text] : [])), said === "nobody" ? [] : [`@${name}`]);
      }
    }
    // Characters that no name may have today, but a list of names may
    equal(partsOf("@a+b@", ["\\^$.*+?()[]{}|/", "a+b"]).map(({ kind }) => kind), ["mention", "text"]);
  },
  "emoticons are completed by code and by both names": () => {
    equal(completions("xyx").map(({ code }) => code), ["/xyx"]);
    equal(completions("微").length > 0 && completions("微").every(({ zh }) => zh.startsWith("微")), true);
  },
  "bytes are counted as UTF-8 has them": () => {
    equal([bytesOf("a"), bytesOf("é"), bytesOf("好"), bytesOf("😀"), bytesOf("\ud800")], [1, 2, 3, 4, 3]);
  },
  "every place has an address": () => {
    for (const address of ["#/", "#/U2", "#/G7", "#/all", "#/me", "#/find", "#/keys", "#/U2/123", "#/all/5", "#/U2/7/picture", "#/G7/card", "#/all/card"]) {
      equal(addressOf(placeOf(address)), address);
    }
    equal(messageOf("#/m/123"), 123);
    for (const nonsense of ["#/U0", "#/X1", "#/m/0", "#/m/1e3", "#/U2/-1", "#/<b>", "#/U99999999999"]) {
      equal(messageOf(nonsense), null);
      equal(placeOf(nonsense).at === "chats" || addressOf(placeOf(nonsense)) === "#/U2", true);
    }
  },
  "passwords are judged as the daemon does": () => {
    equal(brokenRules("short", "short", "ann", ""), ["length"]);
    equal(brokenRules("好".repeat(11), "好".repeat(11), "ann", ""), ["bytes"]);
    equal(brokenRules("annabella", "annabella", "annabella", "annabella"), ["name", "reused"]);
    equal(brokenRules("sturdy-enough", "other", "ann", ""), ["mismatch"]);
  },
  "a page that overlaps the loaded messages is added, and one that does not replaces them": () => {
    const timeline = new Timeline();
    timeline.setNewest(numbers(11, 20), true);
    timeline.add(text(21));
    timeline.setNewest(numbers(15, 22), true);
    equal(mids(timeline), numbers(11, 22).map(({ mid }) => mid));
    timeline.setNewest(numbers(40, 50), true);
    equal(mids(timeline), numbers(40, 50).map(({ mid }) => mid));
    equal(timeline.hasBefore, true);
  },
  "a new message is not shown while messages before it are not loaded": () => {
    const timeline = new Timeline();
    timeline.setMiddle(numbers(11, 20), true, true);
    equal(timeline.add(text(99)), false);
    equal(mids(timeline).at(-1), 20);
    timeline.addAfter(numbers(21, 30), false);
    equal(timeline.add(text(99)), true);
    equal(mids(timeline).at(-1), 99);
  },
  "invisible characters are made visible, as in the terminal": () => {
    for (const { text, shown } of SAFE) {
      equal([text, safe(text).replaceAll("\t", "    ")], [text, shown]);
    }
  },
  "mentions are found as the daemon finds them": () => {
    for (const { text, names, found } of MENTIONS) {
      const parts = partsOf(text, names);
      equal(parts.filter((part) => part.kind === "mention").map((part) => part.text.slice(1)), found);
      equal(parts.map((part) => part.text).join(""), text);
    }
  },
  "days are of the calendar, also where the clocks are changed": () => {
    const named = (at: number) => new Date(at).toDateString();
    for (let day = 0; day < 366; day++) {
      for (const hour of [0, 12, 23]) {
        const at = new Date(2026, 0, 10 + day, hour, 30).getTime();
        const today = new Date(at);
        for (const days of [0, 1, 5]) {
          // By the calendar alone, in a zone without clock changes.
          const then = new Date(Date.UTC(today.getFullYear(), today.getMonth(), today.getDate() - days));
          equal(named(daysBefore(at, days)), new Date(then.getUTCFullYear(), then.getUTCMonth(), then.getUTCDate(), 12).toDateString());
        }
      }
    }
  },
  "a timeline is bounded, and knows on which side it evicted messages": () => {
    const timeline = new Timeline();
    timeline.setNewest(numbers(501, 700), true);
    timeline.addBefore(numbers(351, 500), true);
    equal([timeline.entries.value.length, timeline.first, timeline.hasAfter], [300, 351, true]);
    timeline.addAfter(numbers(651, 720), false);
    equal([timeline.entries.value.length, timeline.last, timeline.hasBefore, timeline.hasAfter], [300, 720, true, false]);
  },
  "a change to a message is applied once, in any order of answer and event": () => {
    const timeline = new Timeline();
    timeline.setNewest([text(5)], false);
    const correct = (mid: number, to: string): Item => ({ type: 32, send: "U2", receive: "U1", mid, time: "2026-11-26T10:00:00.000Z", salt: "", info: { of: 5, text: to } });
    const corrected = () => timeline.entries.value[0] as { info: string | null; corrected?: unknown[]; reactions?: object };
    for (const item of [correct(6, "one"), correct(8, "two"), correct(6, "one")]) {
      timeline.amend(item as Parameters<Timeline["amend"]>[0]);
    }
    equal([corrected().info, corrected().corrected?.length], ["two", 2]);
    const react = (mid: number, on: boolean): Parameters<Timeline["amend"]>[0] => ({ type: 33, send: "U1", receive: "U2", mid, time: "2026-11-26T10:00:00.000Z", info: { mid: 5, code: "👍", on, by: "U1" } });
    timeline.amend(react(9, true));
    timeline.amend(react(9, true));
    equal(corrected().reactions, { "👍": { n: 1, by: ["U1"] } });
    timeline.amend(react(10, false));
    equal(corrected().reactions, {});
    timeline.amend({ type: 31, send: "U2", receive: "U1", mid: 11, time: "2026-11-26T10:00:00.000Z", info: { mid: 5, by: "U2" } });
    timeline.amend(correct(12, "three") as Parameters<Timeline["amend"]>[0]);
    equal(corrected().info, null);
  },
  "files of a conversation are sent in their order, each once": async () => {
    const made = new ScriptedUploads();
    made.add("a", "b");
    equal(made.attempts.length, 0);
    made.chat.uploads.setToken("t");
    equal(made.attempts.map(({ name }) => name), ["a"]);
    await made.ends({ at: "done", mid: 7 });
    equal(made.attempts.map(({ name }) => name), ["a", "b"]);
    // What is stored stays in view until its message arrives.
    equal(made.states(), ["a done", "b waiting"]);
    made.chat.uploads.removeDone(made.chat.conversation("U2"), 7);
    equal(made.states(), ["b waiting"]);
  },
  "a file that was cut off is continued, and one that was refused is not": async () => {
    const made = new ScriptedUploads();
    made.chat.uploads.setToken("t");
    made.add("a");
    made.attempts[0]?.progress(1);
    equal(made.states(), ["a sending"]);
    await made.ends({ at: "interrupted" });
    equal([made.states(), made.attempts.length], [["a waiting"], 1]);
    made.passes();
    equal(made.attempts.map(({ isFirst }) => isFirst), [true, false]);
    await made.ends({ at: "refused", code: "no-room", text: "There is no room." });
    made.passes();
    equal([made.states(), made.attempts.length], [["a refused"], 2]);
  },
  "a file that is cancelled is stopped, and the next one is sent": async () => {
    const made = new ScriptedUploads();
    made.chat.uploads.setToken("t");
    made.add("a", "b");
    const [first] = made.shown;
    if (first !== undefined) {
      made.chat.uploads.cancel(made.chat.conversation("U2"), first);
    }
    await made.ends({ at: "interrupted" });
    equal([made.stopped, made.attempts.at(-1)?.name], [["a"], "b"]);
  },
  "files on their way go on after a reload, where they were": async () => {
    const made = new ScriptedUploads();
    made.chat.uploads.setToken("t");
    made.add("a", "b", "c");
    await made.ends({ at: "done", mid: 7 });
    equal([made.files.kept.size, made.chat.uploads.unkept], [2, 0]);
    const [, , last] = made.shown;
    if (last !== undefined) {
      made.chat.uploads.cancel(made.chat.conversation("U2"), last);
    }
    const reloaded = new ScriptedUploads(made.files);
    await reloaded.chat.uploads.restore();
    equal(reloaded.states(), ["b waiting"]);
    reloaded.chat.uploads.setToken("t");
    equal(reloaded.attempts.map(({ name, isFirst }) => [name, isFirst]), [["b", false]]);
    await reloaded.ends({ at: "done", mid: 8 });
    equal(reloaded.files.kept.size, 0);
  },
  "files are not kept on a device that is not the user's own": async () => {
    const made = new ScriptedUploads(new MemoryFileStore(), false);
    made.add("a");
    await made.ends({ at: "interrupted" });
    equal([made.files.kept.size, made.chat.uploads.unkept], [0, 1]);
    // What was kept while it was is sent, and no longer kept.
    await made.files.keep({ id: "1", account: "", to: "U2", name: "b", isPicture: false, at: 1, content: new Blob(["b"]) });
    await made.chat.uploads.restore();
    equal([made.states(), made.files.kept.size, made.chat.uploads.unkept], [["a waiting", "b waiting"], 0, 2]);
  },
  "a file that was refused is not sent by itself after a reload": async () => {
    const made = new ScriptedUploads();
    made.chat.uploads.setToken("t");
    made.add("a");
    await made.ends({ at: "refused", code: "no-room", text: "There is no room." });
    const reloaded = new ScriptedUploads(made.files);
    reloaded.chat.uploads.setToken("t");
    await reloaded.chat.uploads.restore();
    equal([reloaded.states(), reloaded.attempts.length], [["a refused"], 0]);
    const [refused] = reloaded.shown;
    if (refused !== undefined) {
      reloaded.chat.uploads.resend(reloaded.chat.conversation("U2"), refused);
    }
    equal(reloaded.attempts.length, 1);
  },
  "what another tab sends is not taken from it": async () => {
    const made = new ScriptedUploads();
    made.add("a", "b");
    made.chat.forget();
    await made.ends({ at: "interrupted" });
    equal([...made.files.kept.values()].map(({ name }) => name), ["a", "b"]);
  },
  "a correction outlives the page until it is answered": () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const load = () => new Chat(clock, () => store, noFiles, noCarrier);
    const state = (chat: Chat) => {
      const { correcting, correction } = chat.conversation("U2");
      return [correcting.value, correction];
    };
    const before = load();
    before.outbox.correct(before.conversation("U2"), 5);
    before.outbox.setCorrection(before.conversation("U2"), "new");
    before.outbox.storeDrafts();
    const sending = load();
    equal(state(sending), [5, "new"]);
    sending.outbox.correctionSent(sending.conversation("U2"), 5, "new");
    sending.outbox.storeDrafts();
    equal([state(sending), state(load())], [[null, null], [5, "new"]]);
    sending.outbox.correctionAnswered(sending.conversation("U2"), 5, "new", true);
    sending.outbox.storeDrafts();
    equal(state(load()), [null, null]);
    // What is answered when somebody else, or nobody, is logged in is not stored for them.
    const conversation = sending.conversation("U2");
    sending.outbox.correctionSent(conversation, 5, "new");
    sending.outbox.storeDrafts();
    sending.forget();
    sending.outbox.correctionAnswered(conversation, 5, "new", false);
    sending.outbox.storeDrafts();
    equal(sending.conversation("U2").correcting.value, 5);
  },
  "a correction that is refused goes back to where it was written": () => {
    const store = new MemoryStore();
    const chat = new Chat(new ManualClock(), () => store, noFiles, noCarrier);
    const conversation = chat.conversation("U2");
    chat.outbox.correctionSent(conversation, 5, "new");
    chat.outbox.correctionAnswered(conversation, 5, "new", false);
    equal([conversation.correcting.value, conversation.correction], [5, "new"]);
    chat.outbox.correctionSent(conversation, 5, "new");
    // Not while something else is being written.
    chat.outbox.correct(conversation, 6, "other");
    chat.outbox.correctionAnswered(conversation, 5, "new", false);
    equal([conversation.correcting.value, conversation.correction], [6, "other"]);
    chat.outbox.setDraft(conversation, "a draft");
    chat.outbox.correct(conversation, null);
    equal([conversation.correcting.value, conversation.draft.value], [null, "a draft"]);
    chat.outbox.setDraft(conversation, "");
    equal([conversation.correcting.value, conversation.correction], [5, "new"]);
  },
};

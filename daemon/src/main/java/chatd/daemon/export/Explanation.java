package chatd.daemon.export;

import java.io.IOException;

/** Says what is in the file, and what is not, and why; as page {@code personal-data.md} does. */
final class Explanation {
    private Explanation() {}

    static void write(HtmlPage page, boolean hasSettings) throws IOException {
        page.element("h2", "What is in this file");
        page.open("table");
        row(
                page,
                "conversations/",
                "Your messages, as pages: texts, corrections with what they replaced, reactions, files.");
        row(page, "files/", "The files that you sent or received.");
        row(
                page,
                "messages.jsonl",
                "The same messages for programs: one per line, in the form of the protocol chat-json/1. With its salt, each proves"
                        + " that it was sent: chat-admin log prove.");
        row(page, "names.json", "Who the numbers in it stand for, by the names that they have now.");
        row(page, "account.json", "Your account: names, preferences, the last log in.");
        row(
                page,
                "sessions.json",
                "Devices that log in without a password, and networks that you have logged in from.");
        row(
                page,
                "log.xml",
                "The lines of the server's log about what you did, with times and addresses, as far back as it goes.");
        row(page, "contacts.json", "Your friends, the requests that you made or received, and whom you have blocked.");
        row(page, "groups.json", "The groups that you are in, or were, and when.");
        row(page, "reports.json", "What you reported to the moderators.");
        if (hasSettings) {
            row(page, "settings.json", "What your programs have stored here.");
        }
        page.close("table");
        page.element("h2", "What is not");
        page.open("ul");
        item(page, "Your password, and the keys of your devices: the server has only what it takes to check them.");
        item(page, "What was taken back, or deleted after its time: the server does not have it any more.");
        item(page, "What was said in groups while you were not in them, and what others did not send to you.");
        item(page, "Who else received a message that was sent to you and others: that is theirs.");
        item(page, "What moderators noted about reports, and who reported your messages: that is about others, too.");
        item(page, "What you said in direct sessions: it never came to the server.");
        item(
                page,
                "Copies of the server's data that were made for the case of its loss; they are deleted when they expire.");
        page.close("ul");
    }

    private static void row(HtmlPage page, String path, String what) throws IOException {
        page.open("tr").element("th", path).element("td", what).close("tr");
    }

    private static void item(HtmlPage page, String what) throws IOException {
        page.element("li", what);
    }
}

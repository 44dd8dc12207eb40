package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Groups and reports in the terminal client, as people type them and see them. */
class TerminalGroupsIT extends TerminalTestBase {
    /** The time that begins the line of an item. */
    private static final String AT = "^\\d\\d:\\d\\d ";

    private final Chatd.Person ben;
    private final String ops = Chatd.newName();

    TerminalGroupsIT(Chatd chatd) {
        super(chatd);
        this.ben = chatd.person();
    }

    /** Makes a group; returns its number, such as G7. */
    private static String make(Terminal by, String name) {
        int before = made(by).size();
        by.enter("/group create " + name);
        await().until(() -> made(by).size() > before);
        return made(by).getLast();
    }

    /** Returns the numbers of the groups that were made here. */
    private static List<String> made(Terminal in) {
        return Pattern.compile("was\\s+created\\s+as\\s+(G\\d+)\\.")
                .matcher(in.all())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static String last(Terminal in, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(in.all());
        String last = "";
        while (found.find()) {
            last = found.group(1);
        }
        assertThat(last).as("%s in %s", pattern, in.all()).isNotEmpty();
        return last;
    }

    private static void add(Terminal by, String group, Chatd.Person member, Terminal told) {
        by.enter("/group add " + group + " " + member.name());
        told.showsLine(" added " + member.name() + " to ");
    }

    @Test
    void membersSeeWhatIsSaidInAGroupAndWhatIsDoneToIt() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        Chat1Socket cid = chatd.newcomer();
        a.shows(cid.name() + " is online");
        b.shows(cid.name() + " is online");
        a.enter("/group").shows("You are in no group. /group create NAME makes one");
        String group = make(a, ops);
        a.prompts(ops + ">").showsLine(AT + ann.name() + " created the group " + ops + "$");
        a.enter("/group add " + ben.name() + "," + cid.name());
        for (Terminal each : new Terminal[] {a, b}) {
            each.showsLine(AT + ann.name() + " added " + ben.name() + ", " + cid.name() + " to " + ops + "$");
        }
        a.enter("Lunch?").showsLine(AT + ann.name() + " → " + ops + ": Lunch\\?$");
        b.showsLine(AT + ann.name() + " → " + ops + ": Lunch\\?$").enter("/r Yes");
        a.showsLine(AT + ben.name() + " → " + ops + ": Yes$");
        b.enter("/msg " + ops + " At one").showsLine(AT + ben.name() + " → " + ops + ": At one$");
        a.shows(": At one");
        b.enter("/to " + ops).prompts(ops + ">").enter("/react 👍").shows(ben.name() + " 👍 to “Lunch?”");
        a.shows(ben.name() + " 👍 to “Lunch?”");
        a.enter("/group role " + ben.name() + " admin");
        b.showsLine(AT + ann.name() + " made " + ben.name() + " an admin of " + ops + "$");
        b.enter("/group").showsLine("^ +" + group + " +" + ops + " \\(you are admin\\)$");
        a.enter("/group topic Who is on call");
        b.showsLine(AT + ann.name() + " changed " + ops + ": its topic is “Who is on call”$");
        b.enter("/group members").shows(ops + " (" + group + "), “Who is on call”: members are added by its admins");
        b.shows("Owners: " + ann.name() + " (online)", "Admins: " + ben.name() + " (online)", "Members: " + cid.name());
        b.enter("/group remove " + cid.name());
        a.showsLine(AT + ben.name() + " removed " + cid.name() + " from " + ops + "$");
        b.enter("/group leave");
        a.showsLine(AT + ben.name() + " left " + ops + "$");
        b.showsLine(AT + ben.name() + " left " + ops + "$");
        a.enter("/group add " + group + " " + ben.name());
        b.showsLine(AT + ann.name() + " added " + ben.name() + " to " + ops + "$");
        a.enter("/group close");
        b.showsLine(AT + ann.name() + " closed " + ops + ": from now on it can only be read$");
        b.enter("/group").showsLine("^ +" + group + " +" + ops + " \\(closed\\)$");
        b.enter("/history " + ops).shows(": Lunch?  👍").shows("its topic is “Who is on call”");
        cid.close();
    }

    @Test
    void aMemberAddedWhileOfflineIsShownByName() {
        Terminal a = clients.logIn(ann);
        make(a, ops);
        a.enter("/group add " + ben.name()).showsLine(AT + ann.name() + " added " + ben.name() + " to " + ops + "$");
    }

    @Test
    void anOpenGroupIsFoundAndJoined() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String group = make(a, ops);
        b.enter("/group find " + ops).shows("No open group has a word that begins like that.");
        a.enter("/group open on").shows("changed " + ops + ": anybody can find and join it");
        b.enter("/group find " + ops.substring(0, 7)).showsLine("^ +" + group + " +" + ops + ", 1 member$");
        Terminal c = clients.logIn(chatd.person());
        c.enter("/group join " + ops).prompts(ops + ">");
        b.enter("/group join " + ops).prompts(ops + ">");
        a.showsLine(AT + ben.name() + " joined " + ops + "$");
        b.enter("Here I am");
        a.showsLine(AT + ben.name() + " → " + ops + ": Here I am$");
        b.enter("/group find " + ops).showsLine("^ +" + group + " +" + ops + ", 3 members \\(you are in it\\)$");
    }

    @Test
    void aGroupIsAddressedByNumberAsWellAsByName() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String group = make(a, ops);
        add(a, group, ben, b);
        b.enter("/to " + group).prompts(">");
        a.enter("Lunch?");
        b.shows(": Lunch?").enter("Yes");
        a.showsLine(AT + ben.name() + " → " + ops + ": Yes$");
        b.enter("/react 👍").shows(ben.name() + " 👍 to “Lunch?”");
        b.enter("/msg " + group + " At one").shows(": At one");
        a.showsLine(AT + ben.name() + " → " + ops + ": At one$");
        b.enter("/history " + group).shows(": Lunch?  👍");
    }

    @Test
    void aTextToAGroupsNumberIsShownWithItsName() {
        Terminal a = clients.logIn(ann);
        String group = make(a, ops);
        a.enter("/to " + group).prompts(ops + ">");
        a.enter("Yes").showsLine(AT + ann.name() + " → " + ops + ": Yes$");
    }

    @Test
    void aGroupWhoseNameHasSpacesIsAddressed() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String team = ops + " Team";
        String group = make(a, team);
        a.prompts(team + ">").enter("/group add " + ben.name());
        b.showsLine(AT + ann.name() + " added " + ben.name() + " to " + team + "$");
        a.enter("Lunch?");
        b.showsLine(AT + ann.name() + " → " + team + ": Lunch\\?$").enter("/r Yes");
        a.showsLine(AT + ben.name() + " → " + team + ": Yes$");
        b.enter("/to " + team).shows("for a group with spaces in its name");
        b.enter("/to " + group).prompts(team + ">");
    }

    @Test
    void groupsOfOneNameAreToldApartByTheirNumbers() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String first = make(a, ops);
        add(a, first, ben, b);
        String second = make(a, ops);
        assertThat(second).isNotEqualTo(first);
        a.prompts(ops + " (" + second + ")>").enter("/group add " + second + " " + ben.name());
        a.enter("to the second");
        b.showsLine(AT + ann.name() + " → " + ops + " \\(" + second + "\\): to the second$");
        a.enter("/msg " + first + " to the first");
        b.showsLine(AT + ann.name() + " → " + ops + " \\(" + first + "\\): to the first$");
        b.enter("/group").showsLine("^ +" + first + " +" + ops).showsLine("^ +" + second + " +" + ops);
        b.enter("/group members " + first).shows(ops + " (" + first + ")");
        b.press("C-l").prompts(">");
        for (String typed : new String[] {"/to " + ops, "/msg " + ops + " secret", "/group members " + ops}) {
            Terminal c = clients.logIn(ben).prompts("(nobody)>").enter(typed);
            c.shows(ops).showsLine("(?s)" + first + ".*" + second);
            c.loggedInAs(ben.name()).neverShows("There is no user called");
            clients.close(c);
        }
    }

    @Test
    void tabCompletesTheNameOfAGroup() {
        Terminal a = clients.logIn(ann);
        make(a, ops);
        String begun = ops.substring(0, ops.length() - 1);
        a.prompts(ops + ">").enter("/to " + ann.name()).prompts(ann.name() + ">");
        for (String command : new String[] {"/to ", "/history ", "/msg "}) {
            a.type(command + begun).press("Tab").prompts("> " + command + ops).press("C-u");
        }
    }

    @Test
    void tabCompletesGroupNamesInGroupCommands() {
        Terminal a = clients.logIn(ann);
        make(a, ops);
        String begun = ops.substring(0, ops.length() - 1);
        for (String command : new String[] {"/group members ", "/group close "}) {
            a.type(command + begun).press("Tab").prompts("> " + command + ops).press("C-u");
        }
        a.type("/group mem").press("Tab").prompts("> /group members").press("C-u");
    }

    @Test
    void aReportedMessageIsSeenByTheAdministrators() {
        String why = Chatd.newName();
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String group = make(a, ops);
        add(a, group, ben, b);
        a.enter("Buy now!");
        b.shows(": Buy now!").enter("/history " + ops).shows("end of the history");
        String number = last(b, "#(\\d+) " + ann.name() + " → " + ops + ": Buy now!");
        b.enter("/report").shows("Usage: /report NUMBER WHY");
        b.enter("/report " + number).shows("Usage: /report NUMBER WHY");
        b.enter("/report 999999999 spam").shows("There is no such message");
        assertThat(admin("report", "list")).doesNotContain(why);
        b.enter("/report #" + number + " this is " + why);
        b.shows("Message #" + number + " was reported to the administrators.");
        assertThat(admin("report", "list")).contains("this is " + why, ben.name());
        a.neverShows(why, "told of");
    }

    @Test
    void anOwnerTakesBackWhatAMemberSent() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String group = make(a, ops);
        add(a, group, ben, b);
        a.enter("from the owner");
        b.shows(": from the owner").enter("/to " + ops).prompts(ops + ">").enter("from the member");
        a.shows(": from the member").enter("/history").shows("end of the history");
        String owners = last(a, "#(\\d+) " + ann.name() + " → " + ops + ": from the owner");
        String members = last(a, "#(\\d+) " + ben.name() + " → " + ops + ": from the member");
        b.enter("/history").shows("end of the history").enter("/back " + owners).shows("is not yours");
        a.enter("/back " + members).showsLine(AT + ann.name() + " took back ");
        b.showsLine(AT + ann.name() + " took back ");
        b.enter("/history").shows("from the owner").shows(": (taken back)");
    }

    private String admin(String... arguments) {
        return chatd.admin("", arguments).exits(0).out();
    }

    @Test
    void groupCommandsNeedAGroupWhereNoneIsSelected() {
        Terminal a = clients.logIn(ann);
        a.enter("/group members").shows("Usage: /group members GROUP");
        a.enter("/group close").shows("Usage: /group close GROUP");
    }

    @Test
    void errorsSayWhatToDo() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        a.enter("/group create").shows("Usage: /group create NAME");
        a.enter("/group find").shows("Usage: /group find WORD");
        a.enter("/group join").shows("Usage: /group join GROUP");
        a.enter("/group dance").shows("There is no /group dance; /help group lists what can be done.");
        a.enter("/help group").shows("make a group; you are its owner");
        a.enter("/group join " + Chatd.newName()).shows("`group find` finds open ones", "such as G7, always names it");
        a.enter("/group members G999999999").shows("There is no such group. Nothing was done.");
        String group = make(a, ops);
        a.prompts(ops + ">").enter("/group add").shows("Usage: /group add [GROUP] NAME,NAME…");
        a.enter("/group add nobody-at-all").shows("There is no user called", "nobody-at-all", "Nothing was done.");
        add(a, group, ben, b);
        a.enter("/group add " + ben.name()).shows("They are in it already.");
        a.enter("/group role " + ben.name()).shows("Usage: /group role [GROUP] NAME owner|admin|member");
        a.enter("/group open perhaps").shows("Usage: /group open [GROUP] on|off");
        a.enter("/group history " + group + " some").shows("Usage: /group history [GROUP] all|joined");
        a.enter("/group remove " + ann.name()).shows("That is you: leave the group. Nothing was done.");
        b.enter("/group add " + group + " " + ann.name()).shows("Only the owners and admins of a group can do that.");
        a.enter("/group role " + ben.name() + " admin").shows("made " + ben.name() + " an admin of " + ops);
        b.enter("/group close " + group).shows("Only the owners of a group can do that. Nothing was done.");
        a.enter("/group close").shows("closed " + ops);
        a.enter("hello?").shows("NOT SENT to " + ops + ": hello?", "This group is closed");
        a.enter("/group rename Other").shows("This group is closed: it can only be read.");
        a.enter("/to G999999999").enter("hello?").shows("There is no such group");
        b.neverShows("hello?");
    }

    @Test
    void textsGoToARenamedGroupAndNotToANewOneWithItsOldName() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String group = make(a, ops);
        add(a, group, ben, b);
        b.enter("/to " + ops).prompts(ops + ">");
        String other = Chatd.newName();
        a.enter("/group rename " + group + " " + other);
        b.showsLine(AT + ann.name() + " renamed the group " + ops + ": it is " + other + " now$");
        String decoy = make(a, ops);
        add(a, decoy, ben, b);
        b.showsLine(" added " + ben.name() + " to " + ops + "$");
        b.enter("for the first one alone").showsLine(AT + ben.name() + " → " + other + ": for the first one alone$");
        a.showsLine(AT + ben.name() + " → " + other + ": for the first one alone$");
    }

    @Test
    void aReplyGoesToWhoWroteLastAndNotToAGroupThatWasChanged() {
        try (Chat1Socket cid = chatd.newcomer()) {
            Terminal a = clients.logIn(ann);
            Terminal b = clients.logIn(ben);
            cid.send(Wire.text("What is the code?", ben.name()));
            b.shows(": What is the code?");
            String group = make(a, ops);
            add(a, group, ben, b);
            b.enter("/r 1234").showsLine(AT + ben.name() + " → " + cid.name() + ": 1234$");
            cid.awaitText(ben.name(), "1234");
        }
    }

    @Test
    void groupTextsAndChangesAreUnreadAfterAnAbsence() {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ben);
        String group = make(a, ops);
        add(a, group, ben, b);
        b.press("C-d").awaitEnd();
        a.enter("first").enter("second for @" + ben.name()).shows(": second for");
        a.enter("/group topic Lunch").shows("its topic is “Lunch”");
        Terminal c = clients.logIn(ben).showsLine("^ *" + ops + " +2 @ .*" + ann.name() + ": changed " + ops);
        c.enter("/next").prompts(ops + ">").shows(": first", ": second for @" + ben.name());
        c.enter("/unread").shows("Nothing is unread.");
        c.enter("I was away").showsLine(AT + ben.name() + " → " + ops + ": I was away$");
        a.shows(": I was away");
    }

    @Test
    void selectingAUserDoesNotSelectAGroupOfThatName() {
        Terminal a = clients.logIn(ann);
        make(a, ben.name());
        a.enter("/to " + ben.name()).prompts(ben.name() + ">");
        a.enter("/group close").shows("Usage: /group close GROUP");
        make(a, ops);
        a.prompts(ops + ">").enter("/notify " + ops + " none").shows("does not alert you.");
    }
}

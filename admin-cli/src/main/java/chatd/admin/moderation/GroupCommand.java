package chatd.admin.moderation;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.GroupCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.text.Days;
import chatd.text.SafeText;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin group}. */
@Command(
        name = "group",
        description =
                "Shows groups, changes who is in them, who owns them and how long their messages are kept, and closes them.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin group list")
public final class GroupCommand implements Runnable {
    private static final String NUMBER = "The group's number, such as G7, as shown by `group list`.";
    private static final Pattern FORM = Pattern.compile("[Gg]?([1-9]\\d{0,9})");

    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    private static GroupCalls.GroupNumber parseNumber(String typed) {
        Matcher number = FORM.matcher(typed);
        if (!number.matches()) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "A group is given by its number, such as G7, and not as " + SafeText.line(typed)
                            + ": names are not unique. `group list` shows the numbers.");
        }
        return new GroupCalls.GroupNumber(Long.parseLong(number.group(1)));
    }

    @Command(
            name = "list",
            description = "Lists all groups.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group list -o json")
    int list() {
        List<GroupCalls.Group> groups = new ArrayList<>();
        program.daemon().call(GroupCalls.LIST, Nothing.NOTHING, part -> groups.addAll(part.groups()));
        if (program.isJson()) {
            Format.json(program.out(), groups);
        } else {
            new Table<GroupCalls.Group>()
                    .column("GROUP", each -> "G" + each.number())
                    .column("NAME", GroupCalls.Group::name)
                    .column("MEMBERS", each -> Integer.toString(each.members()))
                    .column("HISTORY", GroupCalls.Group::history)
                    .column("STATE", GroupCommand::state)
                    .print(groups, program.display(), program.out());
        }
        return Exit.OK;
    }

    private static String state(GroupCalls.Group group) {
        return group.closed()
                ? "closed"
                : (group.open() ? "open to all" : "by invitation") + (group.owned() ? "" : ", without an owner");
    }

    /** A group with its members. */
    private record Whole(@JsonUnwrapped GroupCalls.Group group, List<GroupCalls.Member> list) {}

    @Command(
            name = "show",
            description = "Shows a group and its members, but no messages.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group show G7")
    int show(@Parameters(paramLabel = "GROUP", description = NUMBER) String typed) {
        List<GroupCalls.Member> members = new ArrayList<>();
        GroupCalls.Group group =
                program.daemon().call(GroupCalls.SHOW, parseNumber(typed), part -> members.addAll(part.members()));
        if (program.isJson()) {
            Format.json(program.out(), new Whole(group, members));
            return Exit.OK;
        }
        Format.line(program.out(), "name", name(group));
        if (!group.topic().isEmpty()) {
            Format.line(program.out(), "topic", SafeText.line(group.topic()));
        }
        Format.line(program.out(), "state", state(group));
        Format.line(program.out(), "history", group.history());
        Format.line(program.out(), "kept", Days.words(group.retention()));
        for (GroupCalls.Member member : members) {
            Format.line(program.out(), member.role(), Format.userLabel(member.name(), member.number()));
        }
        return Exit.OK;
    }

    private static String name(GroupCalls.Group group) {
        return SafeText.line(group.name()) + " (G" + group.number() + ")";
    }

    /** Prints the changed group as JSON, or what was done to it. */
    private int printChanged(GroupCalls.Group group, String what) {
        if (program.isJson()) {
            Format.json(program.out(), group);
        } else {
            program.out().println(what);
        }
        return Exit.OK;
    }

    @Command(
            name = "set",
            description = {
                "Sets for how long the messages of a group are kept. Its members see that.",
                "`default` is as long as those of other groups: retention.group."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group set G7 --retention 90d")
    int set(
            @Parameters(paramLabel = "GROUP", description = NUMBER) String typed,
            @Option(
                            names = "--retention",
                            paramLabel = "DAYS",
                            required = true,
                            description = "A number of days of at least 7, such as 90d; forever; or default.")
                    String retention) {
        int days = retention.equals("default")
                ? Days.AS_OTHERS
                : Days.parse(retention)
                        .orElseThrow(() -> new CommandFailure(
                                Exit.USAGE,
                                "--retention takes " + Days.MIN + "d to " + Days.MAX + "d, forever or default, and not "
                                        + SafeText.line(retention) + "."));
        GroupCalls.Group set = program.daemon()
                .call(
                        GroupCalls.SET,
                        new GroupCalls.GroupSettings(parseNumber(typed).group(), days));
        return printChanged(set, "Messages in " + name(set) + " are kept " + Days.words(set.retention()) + ".");
    }

    @Command(
            name = "owner",
            description = {
                "Makes a user an owner of a group, and a member first if need be.",
                "Its other owners stay owners. The members see that the server has done it."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group owner G7 alice")
    int owner(
            @Parameters(paramLabel = "GROUP", description = NUMBER) String typed,
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name) {
        GroupCalls.Group owned = program.daemon()
                .call(
                        GroupCalls.OWNER,
                        new GroupCalls.GroupAndUser(parseNumber(typed).group(), name));
        return printChanged(owned, SafeText.line(name) + " is an owner of " + name(owned) + ".");
    }

    @Command(
            name = "add",
            description = "Adds users to a group. Its members see that the server has done it.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group add G7 alice bob")
    int add(
            @Parameters(paramLabel = "GROUP", description = NUMBER) String typed,
            @Parameters(paramLabel = "USER", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names) {
        GroupCalls.Group group = program.daemon()
                .call(
                        GroupCalls.ADD,
                        new GroupCalls.GroupAndUsers(parseNumber(typed).group(), names));
        return printChanged(group, name(group) + " has " + Format.count(group.members(), "member") + " now.");
    }

    @Command(
            name = "remove",
            description = "Removes a user from a group. Its members see that the server has done it.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group remove G7 alice")
    int remove(
            @Parameters(paramLabel = "GROUP", description = NUMBER) String typed,
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name) {
        GroupCalls.Group group = program.daemon()
                .call(
                        GroupCalls.REMOVE,
                        new GroupCalls.GroupAndUser(parseNumber(typed).group(), name));
        return printChanged(group, SafeText.line(name) + " is no longer in " + name(group) + ".");
    }

    @Command(
            name = "remove-picture",
            description = "Removes the picture of a group. Its members see that the server has done it.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group remove-picture G7")
    int removePicture(@Parameters(paramLabel = "GROUP", description = NUMBER) String typed) {
        GroupCalls.Group group = program.daemon().call(GroupCalls.REMOVE_PICTURE, parseNumber(typed));
        return printChanged(group, name(group) + " has no picture now.");
    }

    @Command(
            name = "close",
            description = {
                "Closes a group for good. Asks first.",
                "From then on its members can read it, but nobody can write to it."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin group close G7")
    int close(
            @Parameters(paramLabel = "GROUP", description = NUMBER) String typed,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        GroupCalls.GroupNumber which = parseNumber(typed);
        if (!yes) {
            Confirmation.ask("Close the group G" + which.group() + " for good?");
        }
        GroupCalls.Group closed = program.daemon().call(GroupCalls.CLOSE, which);
        return printChanged(closed, name(closed) + " closed.");
    }
}

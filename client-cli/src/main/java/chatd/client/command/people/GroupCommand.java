package chatd.client.command.people;

import chatd.client.command.ListCommand;
import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.talk.item.GroupNews;
import chatd.client.talk.request.Groups;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.group.GroupRole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code group}. */
@Command(
        name = "group",
        description = {
            "Lists the account's groups, and changes groups.",
            "WHAT and ARGUMENTS are one of:",
            "  list",
            "  find WORD                            open groups with a word that begins with WORD",
            "  members GROUP",
            "  create NAME [USER...]                with --open, --history all",
            "  add GROUP USER...",
            "  remove GROUP USER",
            "  join GROUP",
            "  leave GROUP [USER]                   USER becomes its owner, if the account is its only owner",
            "  rename GROUP NAME",
            "  topic GROUP TEXT",
            "  role GROUP USER owner|admin|member",
            "  open GROUP on|off",
            "  history GROUP all|joined",
            "  close GROUP"
        },
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client --password-file pw alice@localhost group create Ops bob carol",
            "  chat-client --password-file pw alice@localhost send G7 -- The build is red",
            "  chat-client --password-file pw alice@localhost group members G7 -o jsonl"
        })
public final class GroupCommand extends ListCommand {
    @Parameters(paramLabel = "WHAT", index = "0", description = "What to do; see above.")
    private String what = "";

    @Parameters(
            paramLabel = "ARGUMENTS",
            index = "1..*",
            arity = "0..*",
            description = "GROUP is a group's number, such as G7, or its name, if no other has the same.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--open", description = "With create: anybody can find and join the group.")
    private boolean isOpen;

    @Option(
            names = "--history",
            paramLabel = "WHICH",
            description =
                    "With create: which messages new members see: all, or those since they joined (joined, the default).")
    private @Nullable String history;

    @Override
    protected List<Line> lines(ResumedSession session) throws IOException, InterruptedException {
        Groups groups = session.groups();
        check();
        return switch (what) {
            case "list" -> groups.own().stream().map(GroupCommand::line).toList();
            case "find" ->
                groups.searchOpen(argument(0, "find WORD")).stream()
                        .map(GroupCommand::line)
                        .toList();
            case "create" -> List.of(create(groups));
            case "members" ->
                groups.members(group(groups, "members GROUP")).members().stream()
                        .map(GroupCommand::line)
                        .toList();
            default -> List.of(stored(change(groups)));
        };
    }

    /** Refuses arguments that would be ignored. */
    private void check() {
        int max = switch (what) {
            case "list" -> 0;
            case "find", "members", "join", "close" -> 1;
            case "remove", "leave", "rename", "topic", "open", "history" -> 2;
            case "role" -> 3;
            default -> Integer.MAX_VALUE;
        };
        if (arguments.size() > max) {
            throw context()
                    .usageError("group " + what + " does not take so many words: " + arguments.get(max)
                            + " is left over. What has spaces goes in quotation marks");
        }
        if (!what.equals("create") && (isOpen || history != null)) {
            throw context()
                    .usageError("--open and --history are for `group create`; see `group open` and `group history`");
        }
    }

    private Line create(Groups groups) throws IOException, InterruptedException {
        String name = argument(0, "create NAME [USER...]");
        long number = groups.create(
                name,
                arguments.subList(1, arguments.size()),
                history != null && oneOf(history, "all", "joined").equals("all"),
                isOpen);
        return new Line(object(number, name), "G" + number, name);
    }

    private static ObjectNode object(long group, String name) {
        return MessagePrinter.object("group").put("group", "G" + group).put("name", name);
    }

    private static Line line(SessionEvent.OwnGroup group) {
        return new Line(
                object(group.group(), group.name())
                        .put("role", group.role().word())
                        .put("closed", group.closed()),
                "G" + group.group(),
                group.name(),
                group.role().word() + (group.closed() ? ", closed" : ""));
    }

    private static Line line(UserEvent.FoundGroup group) {
        return new Line(
                object(group.group(), group.name())
                        .put("members", group.members())
                        .put("member", group.isMember()),
                "G" + group.group(),
                group.name(),
                Integer.toString(group.members()));
    }

    private static Line line(GroupEvent.Member member) {
        return new Line(
                MessagePrinter.object("member")
                        .put("name", member.name())
                        .put("role", member.role().word())
                        .put("online", member.online()),
                member.name(),
                member.role().word(),
                member.online() ? "online" : "offline");
    }

    /** Returns the line that confirms storage; as text, it is empty. */
    private static Line stored(long number) {
        ObjectNode sent = MessagePrinter.object("sent");
        return new Line(number > 0 ? sent.put("mid", number) : sent);
    }

    private long change(Groups groups) throws IOException, InterruptedException {
        return switch (what) {
            case "add" -> {
                long group = group(groups, "add GROUP USER...");
                argument(1, "add GROUP USER...");
                yield groups.add(group, arguments.subList(1, arguments.size()));
            }
            case "remove" -> groups.remove(group(groups, "remove GROUP USER"), argument(1, "remove GROUP USER"));
            case "join" -> groups.join(groups.findOpen(argument(0, "join GROUP")));
            case "leave" ->
                groups.leave(
                        group(groups, "leave GROUP [USER]"),
                        arguments.size() > 1 ? Optional.of(arguments.get(1)) : Optional.empty());
            case "rename" -> groups.rename(group(groups, "rename GROUP NAME"), argument(1, "rename GROUP NAME"));
            case "topic" -> groups.set(group(groups, "topic GROUP TEXT"), null, null, argument(1, "topic GROUP TEXT"));
            case "role" -> {
                String usage = "role GROUP USER owner|admin|member";
                Optional<GroupRole> role = GroupNews.role(argument(2, usage));
                yield groups.giveRole(group(groups, usage), argument(1, usage), role.orElseThrow(() -> usage(usage)));
            }
            case "open" ->
                groups.set(
                        group(groups, "open GROUP on|off"),
                        null,
                        oneOf(argument(1, "open GROUP on|off"), "on", "off").equals("on"),
                        null);
            case "history" ->
                groups.set(
                        group(groups, "history GROUP all|joined"),
                        oneOf(argument(1, "history GROUP all|joined"), "all", "joined")
                                .equals("all"),
                        null,
                        null);
            case "close" -> groups.close(group(groups, "close GROUP"));
            default ->
                throw context().usageError("group has no command " + what + "; group --help lists what can be done");
        };
    }

    private String oneOf(String word, String one, String other) {
        if (word.equals(one) || word.equals(other)) {
            return word;
        }
        throw context().usageError("expected " + one + " or " + other + ", not " + word);
    }

    private long group(Groups groups, String usage) {
        return groups.find(argument(0, usage));
    }

    private String argument(int index, String usage) {
        if (arguments.size() <= index) {
            throw usage(usage);
        }
        return arguments.get(index);
    }

    private RuntimeException usage(String usage) {
        return context().usageError("usage: group " + usage);
    }
}

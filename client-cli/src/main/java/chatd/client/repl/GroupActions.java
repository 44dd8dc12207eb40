package chatd.client.repl;

import chatd.client.screen.Presenter;
import chatd.client.talk.item.GroupNews;
import chatd.client.talk.request.Groups;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.group.GroupRole;
import chatd.text.Days;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The command {@code /group}. On the user's thread. */
final class GroupActions {
    /** Maximum number of members that are listed. */
    private static final int LISTED = 200;

    private final Presenter presenter;

    GroupActions(Presenter presenter) {
        this.presenter = presenter;
    }

    /**
     * Carries out a subcommand.
     *
     * @param target the current recipients; null for nobody
     * @return the recipients from then on, if they change
     */
    Optional<List<String>> execute(ResumedSession session, String what, String rest, @Nullable List<String> target)
            throws IOException, InterruptedException {
        Groups groups = session.groups();
        switch (what) {
            case "", "list" -> list(groups.own());
            case "create" -> {
                long made = groups.create(required(rest, "create NAME"), List.of(), false, false);
                presenter.notice(groups.label(made) + " was created as G" + made
                        + ". What you type goes to it now; /group add NAME,NAME adds members.");
                return Optional.of(List.of(groups.recipient(made)));
            }
            case "find" -> showFound(groups.searchOpen(required(rest, "find WORD")));
            case "join" -> {
                long group = groups.findOpen(required(rest, "join GROUP"));
                groups.join(group);
                return Optional.of(List.of(groups.recipient(group)));
            }
            default -> executeOnGroup(groups, what, rest, target);
        }
        return Optional.empty();
    }

    private static String required(String rest, String usage) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("Usage: /group " + usage);
        }
        return rest;
    }

    /** A group, and what follows it. */
    private record GroupArguments(long group, String rest) {}

    /**
     * Returns the group that the first word names, or else the one that the user is talking to.
     *
     * @param talked the number of that; 0 for none
     */
    private static GroupArguments of(Groups groups, String rest, long talked) {
        String[] words = rest.split("\\s+", 2);
        long named = rest.isEmpty() ? 0 : groups.number(words[0]);
        if (named != 0) {
            return new GroupArguments(named, words.length < 2 ? "" : words[1].strip());
        }
        return new GroupArguments(talked == 0 ? groups.find(words[0]) : talked, rest);
    }

    private void executeOnGroup(Groups groups, String what, String rest, @Nullable List<String> target)
            throws IOException, InterruptedException {
        Optional<String> usage = usage(what);
        if (usage.isEmpty()) {
            throw new IllegalArgumentException(
                    "There is no /group " + what + "; /help group lists what can be done. Nothing was done.");
        }
        long talked = target == null || target.size() != 1 ? 0 : Groups.of(target.getFirst());
        if (rest.isEmpty() && talked == 0) {
            throw new IllegalArgumentException("Usage: /group " + usage.get().replace("[GROUP]", "GROUP"));
        }
        GroupArguments of = of(groups, rest, talked);
        long group = of.group();
        String more = of.rest();
        boolean isDone = switch (what) {
            case "members" -> {
                members(groups.members(group));
                yield true;
            }
            case "add" -> !more.isEmpty() && noteIfUnchanged(groups.add(group, names(more)), "They are in it already.");
            case "remove" -> !more.isEmpty() && noteIfUnchanged(groups.remove(group, more), "");
            case "leave" ->
                noteIfUnchanged(groups.leave(group, Optional.of(more).filter(name -> !name.isEmpty())), "");
            case "rename" ->
                !more.isEmpty() && noteIfUnchanged(groups.rename(group, more), "It has that name already.");
            case "topic" -> noteIfUnchanged(groups.set(group, null, null, more), "It has that topic already.");
            case "role" -> role(groups, group, more);
            case "open" ->
                List.of("on", "off").contains(more)
                        && noteIfUnchanged(groups.set(group, null, more.equals("on"), null), "That is set already.");
            case "history" ->
                List.of("all", "joined").contains(more)
                        && noteIfUnchanged(groups.set(group, more.equals("all"), null, null), "That is set already.");
            default -> more.isEmpty() && noteIfUnchanged(groups.close(group), "");
        };
        if (!isDone) {
            throw new IllegalArgumentException("Usage: /group " + usage.get());
        }
    }

    private static Optional<String> usage(String what) {
        return Optional.ofNullable(
                switch (what) {
                    case "members" -> "members [GROUP]";
                    case "add" -> "add [GROUP] NAME,NAME…";
                    case "remove" -> "remove [GROUP] NAME";
                    case "leave" -> "leave [GROUP] [NAME]";
                    case "rename" -> "rename [GROUP] NAME";
                    case "topic" -> "topic [GROUP] [TEXT]";
                    case "role" -> "role [GROUP] NAME owner|admin|member";
                    case "open" -> "open [GROUP] on|off";
                    case "history" -> "history [GROUP] all|joined";
                    case "close" -> "close [GROUP]";
                    default -> null;
                });
    }

    /** Says so if nothing changed; a change is shown when the server reports it. Returns true. */
    private boolean noteIfUnchanged(long number, String already) {
        if (number == 0) {
            presenter.notice(already);
        }
        return true;
    }

    static List<String> names(String typed) {
        return Arrays.stream(typed.split("[,\\s]+", -1))
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    private boolean role(Groups groups, long group, String more) throws IOException, InterruptedException {
        String[] words = more.split("\\s+", -1);
        Optional<GroupRole> role = words.length == 2 ? GroupNews.role(words[1]) : Optional.empty();
        return role.isPresent()
                && noteIfUnchanged(groups.giveRole(group, words[0], role.get()), "They have that role already.");
    }

    /**
     * Returns a word that names each of the user's groups: its name if that is one word, else its number. Any thread.
     */
    List<String> words(ResumedSession session) {
        Groups all = session.groups();
        return all.own().stream()
                .map(group -> {
                    String shown = all.label(group.group());
                    return shown.matches("[^\\s,]+") ? shown : "G" + group.group();
                })
                .toList();
    }

    private void list(List<SessionEvent.OwnGroup> own) {
        if (own.isEmpty()) {
            presenter.notice("You are in no group. /group create NAME makes one, /group find WORD finds open ones.");
            return;
        }
        presenter.page(own.stream()
                .map(group -> "  %-6s %s%s%s"
                        .formatted(
                                "G" + group.group(),
                                SafeText.line(group.name()),
                                group.role() == GroupRole.MEMBER
                                        ? ""
                                        : " (you are " + group.role().word() + ")",
                                group.closed() ? " (closed)" : ""))
                .collect(Collectors.joining("\n")));
    }

    private void showFound(List<UserEvent.FoundGroup> found) {
        if (found.isEmpty()) {
            presenter.notice("No open group has a word that begins like that.");
            return;
        }
        presenter.page(found.stream()
                .map(group -> "  %-6s %s, %d %s%s"
                        .formatted(
                                "G" + group.group(),
                                SafeText.line(group.name()),
                                group.members(),
                                group.members() == 1 ? "member" : "members",
                                group.isMember() ? " (you are in it)" : ""))
                .collect(Collectors.joining("\n")));
    }

    private void members(Groups.GroupWithMembers whole) {
        GroupEvent.Members group = whole.group();
        presenter.notice("%s (G%d)%s: %s; %s%s"
                .formatted(
                        group.name(),
                        group.group(),
                        group.topic().isEmpty() ? "" : ", “" + group.topic() + "”",
                        group.closed() ? "closed" : group.open() ? "open to all" : "members are added by its admins",
                        group.wholeHistory()
                                ? "new members see what was said before"
                                : "each sees what was sent since they joined",
                        group.retention() == Days.FOREVER
                                ? ""
                                : "; messages are kept " + Days.words(group.retention())));
        for (GroupRole role : GroupRole.values()) {
            List<GroupEvent.Member> those = whole.members().stream()
                    .filter(member -> member.role() == role)
                    .toList();
            if (!those.isEmpty()) {
                presenter.notice(
                        (role == GroupRole.OWNER ? "Owners" : role == GroupRole.ADMIN ? "Admins" : "Members") + ": "
                                + those.stream()
                                        .limit(LISTED)
                                        .map(member -> member.name() + (member.online() ? " (online)" : ""))
                                        .collect(Collectors.joining(", "))
                                + (those.size() > LISTED ? " and " + (those.size() - LISTED) + " more" : ""));
            }
        }
    }
}

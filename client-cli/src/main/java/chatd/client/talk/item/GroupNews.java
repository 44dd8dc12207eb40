package chatd.client.talk.item;

import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.text.Days;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * What was done to a group, in words.
 *
 * @param op what it is called in the JSON messages
 * @param users whom it is about
 * @param text the predicate of a sentence whose subject is the user who did it
 */
public record GroupNews(String op, List<String> users, String text) {
    /** Maximum number of users that the text names. */
    private static final int MAX_NAMED = 10;

    /**
     * @param group the group's name from then on
     * @param isByServer whether the server did it, and not a user
     * @param names returns the name of a user
     */
    public static GroupNews of(GroupAction act, String group, boolean isByServer, LongFunction<String> names) {
        return switch (act) {
            case GroupAction.Created created ->
                of(
                        "create",
                        "created the group " + group + (created.users().isEmpty() ? "" : " with "),
                        "",
                        named(created.users(), names));
            case GroupAction.Added added -> of("add", "added ", " to " + group, named(added.users(), names));
            case GroupAction.Removed removed ->
                of("remove", "removed ", " from " + group, named(List.of(removed.user()), names));
            case GroupAction.Left left -> {
                String next = left.next() == 0 ? "" : "; " + names.apply(left.next()) + " is its owner now";
                List<String> who = named(List.of(left.user()), names);
                yield isByServer
                        ? new GroupNews("leave", who, ": " + who.getFirst() + " is no longer in " + group + next)
                        : new GroupNews("leave", who, "left " + group + next);
            }
            case GroupAction.Joined joined ->
                new GroupNews("join", named(List.of(joined.user()), names), "joined " + group);
            case GroupAction.Renamed renamed ->
                new GroupNews(
                        "rename", List.of(), "renamed the group " + renamed.oldName() + ": it is " + group + " now");
            case GroupAction.RoleGiven given ->
                of(
                        "role",
                        "made ",
                        (given.role() == GroupRole.MEMBER ? " a " : " an ")
                                + given.role().word() + " of " + group,
                        named(List.of(given.user()), names));
            case GroupAction.Set set -> new GroupNews("set", List.of(), changes(set, group));
            case GroupAction.AvatarChanged _ -> new GroupNews("avatar", List.of(), "changed the picture of " + group);
            case GroupAction.RetentionSet set ->
                new GroupNews(
                        "retention",
                        List.of(),
                        "set that messages in " + group + " are kept " + Days.words(set.days()));
            case GroupAction.Closed closed ->
                new GroupNews("close", List.of(), "closed " + group + ": from now on it can only be read");
        };
    }

    private static List<String> named(List<Long> users, LongFunction<String> names) {
        return LongStream.of(users.stream().mapToLong(user -> user).toArray())
                .mapToObj(names)
                .toList();
    }

    private static GroupNews of(String op, String before, String after, List<String> users) {
        int more = users.size() - MAX_NAMED;
        String named = String.join(", ", users.subList(0, Math.min(users.size(), MAX_NAMED)));
        return new GroupNews(op, users, before + named + (more > 0 ? " and " + more + " more" : "") + after);
    }

    private static String changes(GroupAction.Set set, String group) {
        List<String> all = new ArrayList<>();
        if (set.topic() != null) {
            all.add(set.topic().isEmpty() ? "it has no topic" : "its topic is “" + set.topic() + "”");
        }
        if (set.open() != null) {
            all.add(set.open() ? "anybody can find and join it" : "members are added by its admins");
        }
        if (set.wholeHistory() != null) {
            all.add(
                    set.wholeHistory()
                            ? "who comes from now on sees what was said before"
                            : "who comes from now on does not see what was said before");
        }
        return "changed " + group + ": " + String.join("; ", all);
    }

    /** Returns the role with this name; empty if there is none. */
    public static Optional<GroupRole> role(String word) {
        return Arrays.stream(GroupRole.values())
                .filter(role -> role.word().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst();
    }
}

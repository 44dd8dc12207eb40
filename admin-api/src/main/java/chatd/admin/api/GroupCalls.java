package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;

/** Calls about groups. */
public final class GroupCalls {
    public static final AdminCall<Nothing, Groups, Nothing> LIST =
            new AdminCall<>("group list", Nothing.class, Groups.class, Nothing.class);
    public static final AdminCall<Which, Members, Group> SHOW =
            new AdminCall<>("group show", Which.class, Members.class, Group.class);
    public static final AdminCall<Which, Nothing, Group> CLOSE =
            new AdminCall<>("group close", Which.class, Nothing.class, Group.class);
    public static final AdminCall<Owner, Nothing, Group> OWNER =
            new AdminCall<>("group owner", Owner.class, Nothing.class, Group.class);

    public static final AdminCall<Some, Nothing, Group> ADD =
            new AdminCall<>("group add", Some.class, Nothing.class, Group.class);
    public static final AdminCall<Owner, Nothing, Group> REMOVE =
            new AdminCall<>("group remove", Owner.class, Nothing.class, Group.class);

    private GroupCalls() {}

    /**
     * @param group the group's number
     * @param names who are to be in it
     */
    public record Some(long group, List<String> names) {}

    /**
     * @param group the group's number
     * @param name who is to own it, too, or to be in it no longer
     */
    public record Owner(long group, String name) {}

    /** @param group the group's number */
    public record Which(long group) {}

    /**
     * @param history {@code joined} or {@code all}: what those who come see of what was said before
     * @param open whether anybody may find and join it
     * @param members how many they are
     * @param owned whether one of its owners can log in
     */
    public record Group(
            long number,
            String name,
            String topic,
            String history,
            boolean open,
            boolean closed,
            int members,
            boolean owned) {}

    public record Groups(List<Group> groups) {}

    /** @param role {@code owner}, {@code admin} or {@code member} */
    public record Member(String name, long number, String role) {}

    public record Members(List<Member> members) {}
}

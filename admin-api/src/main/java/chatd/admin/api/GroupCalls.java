package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;

/** Calls about groups. */
public final class GroupCalls {
    public static final AdminCall<Nothing, Groups, Nothing> LIST =
            new AdminCall<>("group list", Nothing.class, Groups.class, Nothing.class);
    public static final AdminCall<GroupNumber, Members, Group> SHOW =
            new AdminCall<>("group show", GroupNumber.class, Members.class, Group.class);
    public static final AdminCall<GroupNumber, Nothing, Group> CLOSE =
            new AdminCall<>("group close", GroupNumber.class, Nothing.class, Group.class);
    public static final AdminCall<GroupAndUser, Nothing, Group> OWNER =
            new AdminCall<>("group owner", GroupAndUser.class, Nothing.class, Group.class);

    public static final AdminCall<GroupAndUsers, Nothing, Group> ADD =
            new AdminCall<>("group add", GroupAndUsers.class, Nothing.class, Group.class);
    public static final AdminCall<GroupAndUser, Nothing, Group> REMOVE =
            new AdminCall<>("group remove", GroupAndUser.class, Nothing.class, Group.class);
    public static final AdminCall<GroupNumber, Nothing, Group> REMOVE_PICTURE =
            new AdminCall<>("group remove-picture", GroupNumber.class, Nothing.class, Group.class);

    public static final AdminCall<GroupSettings, Nothing, Group> SET =
            new AdminCall<>("group set", GroupSettings.class, Nothing.class, Group.class);

    private GroupCalls() {}

    /**
     * @param group the group's number
     * @param retention as in {@link Group}
     */
    public record GroupSettings(long group, int retention) {}

    /**
     * @param group the group's number
     * @param names the users to add
     */
    public record GroupAndUsers(long group, List<String> names) {}

    /**
     * @param group the group's number
     * @param name the user who becomes an owner, or is removed
     */
    public record GroupAndUser(long group, String name) {}

    /** @param group the group's number */
    public record GroupNumber(long group) {}

    /**
     * @param history {@code joined} or {@code all}: whether new members see only messages from after they joined, or
     *     all
     * @param open whether anybody may find and join it
     * @param members the number of members
     * @param owned whether one of its owners can log in
     * @param retention for how many days its messages are kept; 0 for ever, -1 for as long as those of other groups
     */
    public record Group(
            long number,
            String name,
            String topic,
            String history,
            boolean open,
            boolean closed,
            int members,
            boolean owned,
            int retention) {}

    public record Groups(List<Group> groups) {}

    /** @param role {@code owner}, {@code admin} or {@code member} */
    public record Member(String name, long number, String role) {}

    public record Members(List<Member> members) {}
}

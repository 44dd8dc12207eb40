package chatd.protocol.event;

import chatd.protocol.value.group.GroupRole;
import java.util.List;

/** Answers about groups. Changes to groups are {@link MessageEvent.GroupChanged}. */
public sealed interface GroupEvent extends Event {

    /**
     * Members of a group, by their numbers.
     *
     * @param retention for how many days texts are kept; 0 for ever
     * @param total how many the group has
     * @param more whether there are more with higher numbers
     */
    record Members(
            long group,
            String name,
            String topic,
            boolean wholeHistory,
            boolean open,
            boolean closed,
            int retention,
            int total,
            List<Member> members,
            boolean more)
            implements GroupEvent {}

    record Member(long user, String name, GroupRole role, boolean online) {}
}

package chatd.audit.event;

import static chatd.audit.event.Attribute.DETAIL;
import static chatd.audit.event.Attribute.GROUP;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A change to a group.
 *
 * @param number its number, from the same sequence as those of the messages
 * @param group the group, with its name from then on
 * @param who the user who did it; the server, if an administrator did
 * @param how {@code create}, {@code add} and so on, with the new role or settings
 * @param about the accounts that it is about, apart from who did it
 */
public record GroupEvent(
        long number,
        LoggedIdentity group,
        LoggedIdentity who,
        @Nullable Peer peer,
        String how,
        List<LoggedIdentity> about)
        implements AuditEvent {
    @Override
    public String type() {
        return "group";
    }

    @Override
    public OptionalLong message() {
        return OptionalLong.of(number);
    }

    @Override
    public void describe(Fields to) {
        to.put(GROUP, group.user())
                .who(who)
                .sessionAndAddress(peer)
                .put(DETAIL, how)
                .to(Stream.concat(Stream.of(group), about.stream()).toList());
    }
}

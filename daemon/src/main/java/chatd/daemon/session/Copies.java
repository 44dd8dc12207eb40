package chatd.daemon.session;

import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Who gets an entry that is delivered.
 *
 * @param accounts whose sessions get it; null for everyone online, or all members of a group
 * @param group the group's number; 0 for everyone
 * @param whom which accounts of everyone, or of the members, get it
 * @param session the id of the session that it came from, which gets it only if its dialect sends
 *     such copies and {@code copiesToSession} is true; empty for none
 * @param copiesToSession whether the user is a receiver of their own message
 */
public record Copies(
        long number,
        @Nullable List<Long> accounts,
        long group,
        LongPredicate whom,
        String session,
        boolean copiesToSession) {
    /** Returns the receivers of a message, or everyone; and its sender. */
    public static Copies of(Message message) {
        List<Long> receivers = message.receivers();
        if (receivers == null) {
            return new Copies(message.number(), null, 0, account -> true, message.session(), true);
        }
        if (message.group() != 0) {
            return new Copies(message.number(), null, message.group(), account -> true, message.session(), false);
        }
        boolean isReceiver = receivers.contains(message.sender());
        List<Long> accounts = new ArrayList<>(receivers.size() + 1);
        for (Long receiver : receivers) {
            if (!message.withheld().contains(receiver)) {
                accounts.add(receiver);
            }
        }
        if (!isReceiver) {
            accounts.add(message.sender());
        }
        return new Copies(message.number(), accounts, 0, account -> true, message.session(), isReceiver);
    }

    /**
     * Returns who learns of an amendment.
     *
     * @param has whether an account has the message, if that went to everyone or to a group
     */
    public static Copies of(Amendment amendment, LongPredicate has) {
        return new Copies(
                amendment.number(),
                amendment.notifiedAccounts(),
                amendment.subject().group(),
                has,
                amendment.session(),
                false);
    }

    /** Returns the members of the group, including whoever made the change. */
    public static Copies of(GroupChange change) {
        return new Copies(change.number(), null, change.group(), account -> true, "", false);
    }

    /** Returns whether a session gets no copy, since it sent the entry itself. */
    boolean isOwn(Session to) {
        return to.id().equals(session) && !(copiesToSession && to.dialect().copiesToSender());
    }
}

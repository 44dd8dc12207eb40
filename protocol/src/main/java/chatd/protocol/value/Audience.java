package chatd.protocol.value;

import chatd.protocol.value.people.User;
import java.util.List;

/** The recipients of a text or file. */
public sealed interface Audience {

    /** Everyone who has an account. */
    record Everyone() implements Audience {}

    /** The named users, at least one; a name that the client repeated is repeated here. */
    record Some(List<String> names) implements Audience {
        public Some {
            names = List.copyOf(names);
        }
    }

    /** One user, given by name or by number. */
    record One(User user) implements Audience {}

    /** The members of a group, given by its number. */
    record Group(long number) implements Audience {}

    /** More names than the limit allows; they were not read. */
    record TooMany(long count) implements Audience {}

    /** Returns the audience that one recipient is: a user, or the members of a group. */
    static Audience to(User recipient) {
        return recipient instanceof User.Group group ? new Group(group.number()) : new One(recipient);
    }

    static Audience everyone() {
        return new Everyone();
    }

    static Audience of(String... names) {
        return new Some(List.of(names));
    }
}

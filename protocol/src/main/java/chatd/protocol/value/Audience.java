package chatd.protocol.value;

import java.util.List;

/** To whom a text or file goes. */
public sealed interface Audience {

    /** Everyone who has an account. */
    record Everyone() implements Audience {}

    /** The named ones, at least one, as often as the client named them. */
    record Some(List<String> names) implements Audience {
        public Some {
            names = List.copyOf(names);
        }
    }

    /** More names than the limit allows; they were not read. */
    record TooMany(long count) implements Audience {}

    static Audience everyone() {
        return new Everyone();
    }

    static Audience of(String... names) {
        return new Some(List.of(names));
    }
}

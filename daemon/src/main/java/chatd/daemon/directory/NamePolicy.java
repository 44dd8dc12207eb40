package chatd.daemon.directory;

import java.util.List;

/**
 * Which names may be given, beyond the rules for all names.
 *
 * @param titles names that are refused, and names that look like them
 * @param similar whether a name may look like another account's
 * @param hint appended to the refusal of a similar name; says how to give it all the same
 */
public record NamePolicy(List<String> titles, boolean similar, String hint) {
    /** For people who register an account for themselves, and for helpers. */
    public static NamePolicy restricted(List<String> titles) {
        return new NamePolicy(titles, false, "");
    }

    /** @param similar whether the administrator knows about the other account */
    public static NamePolicy ofAdministrator(boolean similar) {
        return new NamePolicy(List.of(), similar, " If both are meant, use --similar.");
    }

    public NamePolicy {
        titles = List.copyOf(titles);
    }
}

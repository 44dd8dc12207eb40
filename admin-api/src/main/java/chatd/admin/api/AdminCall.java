package chatd.admin.api;

/**
 * One command of the admin sockets: a row of the table that daemon and programs share. On the wire a request is a line
 * of JSON, the request's fields plus {@code command} (and {@code claimed}, the user who became root); the answer is one
 * line per part, then {@link Done} or {@link Refused}.
 *
 * @param name the command as typed, such as {@code user add}
 * @param request the type of the request; a field is required unless it is primitive or {@code @Nullable}
 * @param part the type of the parts sent before the result; there may be none or several
 * @param result the type of the result, sent last
 */
public record AdminCall<Q, P, R>(String name, Class<Q> request, Class<P> part, Class<R> result) {
    /** The last line of the answer to a command that was executed. */
    public record Done<R>(boolean ok, R result) {
        public Done(R result) {
            this(true, result);
        }
    }

    /** The last line of the answer to a command that was refused or failed. */
    public record Refused(boolean ok, String code, String text) {
        public Refused(String code, String text) {
            this(false, code, text);
        }
    }

    /** Stands for an empty request, part or result. */
    public record Nothing() {
        public static final Nothing NOTHING = new Nothing();
    }
}

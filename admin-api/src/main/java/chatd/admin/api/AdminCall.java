package chatd.admin.api;

/**
 * One command of the admin sockets: a row of the table that daemon and programs share. On the wire a request is a line of
 * JSON, the request's fields beside {@code command} (and {@code claimed}, who is behind root); the answer is a line for each
 * part, then {@link Done} or {@link Refused}.
 *
 * @param name as it is typed, {@code user add}
 * @param request what is asked; a field without {@code @Nullable} has to be there
 * @param part what is said before the result, none or several times
 * @param result what is said last
 */
public record AdminCall<Q, P, R>(String name, Class<Q> request, Class<P> part, Class<R> result) {
    /** The last line of an answer, where it was done. */
    public record Done<R>(boolean ok, R result) {
        public Done(R result) {
            this(true, result);
        }
    }

    /** The last line of an answer, where it was not. */
    public record Refused(boolean ok, String code, String text) {
        public Refused(String code, String text) {
            this(false, code, text);
        }
    }

    /** In the place of a request, a part or a result that says nothing. */
    public record Nothing() {
        public static final Nothing NOTHING = new Nothing();
    }
}

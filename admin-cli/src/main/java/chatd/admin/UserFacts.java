package chatd.admin;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** All there is to know of a user, a line each. */
final class UserFacts {
    private UserFacts() {}

    static void print(JsonNode user, PrintStream out) {
        Shown.line(out, "name", Shown.who(user));
        String former =
                user.path("formerNames").valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
        if (!former.isEmpty()) {
            Shown.line(out, "was", former);
        }
        Shown.line(out, "state", state(user));
        Shown.line(out, "online", user.path("online").asBoolean() ? "yes" : "no");
        Shown.line(out, "last log in", lastLogin(user));
        Shown.line(out, "everyone", user.path("everyone").asBoolean() ? "granted" : "not granted");
        Shown.line(out, "created", Moment.shown(user.path("created").asString()));
        String note = user.path("note").asString();
        if (!note.isEmpty()) {
            Shown.line(out, "note", Shown.visible(note));
        }
    }

    private static String lastLogin(JsonNode user) {
        String time = user.path("lastLogin").asString("");
        return time.isEmpty()
                ? "never"
                : Moment.shown(time) + " from " + user.path("lastAddress").asString();
    }

    private static String state(JsonNode user) {
        List<String> said = new ArrayList<>();
        said.add(user.path("state").asString());
        if (user.path("mustChange").asBoolean()) {
            String ends = user.path("passwordEnds").asString("");
            said.add("has a one-time password" + (ends.isEmpty() ? "" : " (until " + Moment.shown(ends) + ")"));
        }
        int wrong = user.path("wrongPasswords").asInt();
        if (wrong > 0) {
            said.add(Shown.count(wrong, "wrong password") + " in the last quarter of an hour");
        }
        return String.join(", ", said);
    }
}

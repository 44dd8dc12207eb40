package chatd.admin;

import chatd.admin.api.UserCalls;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** All there is to know of a user, a line each. */
final class UserFacts {
    private UserFacts() {}

    static void print(UserCalls.Details user, PrintStream out) {
        UserCalls.Account account = user.account();
        Shown.line(out, "name", Shown.who(account));
        if (!user.formerNames().isEmpty()) {
            Shown.line(out, "was", String.join(", ", user.formerNames()));
        }
        Shown.line(out, "state", state(user));
        Shown.line(out, "online", Shown.yes(account.online()));
        Shown.line(out, "last log in", lastLogin(account));
        Shown.line(out, "everyone", account.everyone() ? "granted" : "not granted");
        Shown.line(out, "created", Moment.shown(account.created()));
        if (!account.note().isEmpty()) {
            Shown.line(out, "note", Shown.visible(account.note()));
        }
    }

    private static String lastLogin(UserCalls.Account account) {
        String time = account.lastLogin();
        return time == null ? "never" : Moment.shown(time) + " from " + account.lastAddress();
    }

    private static String state(UserCalls.Details user) {
        UserCalls.Account account = user.account();
        List<String> said = new ArrayList<>();
        said.add(account.state());
        if (account.mustChange()) {
            String ends = account.passwordEnds();
            said.add("has a one-time password" + (ends == null ? "" : " (until " + Moment.shown(ends) + ")"));
        }
        if (user.wrongPasswords() > 0) {
            said.add(Shown.count(user.wrongPasswords(), "wrong password") + " in the last quarter of an hour");
        }
        return String.join(", ", said);
    }
}

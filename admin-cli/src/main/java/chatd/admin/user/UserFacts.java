package chatd.admin.user;

import chatd.admin.api.GroupCalls;
import chatd.admin.api.UserCalls;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Timestamp;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Prints everything known about a user, one line per fact. */
final class UserFacts {
    private UserFacts() {}

    static void print(UserCalls.Details user, PrintStream out) {
        UserCalls.Account account = user.account();
        Format.line(out, "name", Format.userLabel(account));
        if (!user.formerNames().isEmpty()) {
            Format.line(out, "was", String.join(", ", user.formerNames()));
        }
        Format.line(out, "state", state(user));
        Format.line(out, "online", Format.yesOrNo(account.online()));
        Format.line(out, "last login", lastLogin(account));
        Format.line(out, "everyone", account.everyone() ? "granted" : "not granted");
        String muted = account.mutedUntil();
        if (muted != null) {
            Format.line(out, "muted", "until " + Timestamp.format(muted));
        }
        Format.line(out, "files", files(user));
        user.onlyOwnerOf().forEach(group -> Format.line(out, "only owner", describeGroup(group)));
        Format.line(out, "created", Timestamp.format(account.created()));
        if (!account.note().isEmpty()) {
            Format.line(out, "note", SafeText.line(account.note()));
        }
    }

    /** Returns a group, with how many others are in it. */
    static String describeGroup(GroupCalls.Group group) {
        return "of %s (G%d), with %s"
                .formatted(SafeText.line(group.name()), group.number(), Format.count(group.members() - 1, "other"));
    }

    private static String files(UserCalls.Details user) {
        Long quota = user.quota();
        return user.files() + ", " + Format.bytes(user.bytes()) + (quota == null ? "" : " of " + Format.bytes(quota));
    }

    private static String lastLogin(UserCalls.Account account) {
        String time = account.lastLogin();
        return time == null ? "never" : Timestamp.format(time) + " from " + account.lastAddress();
    }

    private static String state(UserCalls.Details user) {
        UserCalls.Account account = user.account();
        List<String> said = new ArrayList<>();
        said.add(account.state());
        if (account.mustChange()) {
            String ends = account.passwordEnds();
            said.add("has a one-time password" + (ends == null ? "" : " (until " + Timestamp.format(ends) + ")"));
        }
        if (user.wrongPasswords() > 0) {
            said.add(Format.count(user.wrongPasswords(), "wrong password") + " in the last quarter of an hour");
        }
        return String.join(", ", said);
    }
}

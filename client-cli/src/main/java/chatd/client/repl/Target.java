package chatd.client.repl;

import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.ChatSession;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jline.utils.Levenshtein;
import org.jspecify.annotations.Nullable;

/** To whom plain text goes, as the prompt shows it. Set on the user's thread; read by any. */
final class Target {
    private final Screen screen;
    private final Presenter presenter;
    private final DirectActions direct;
    private final Supplier<ChatSession> session;

    /** An empty list means everyone, null nobody. */
    private volatile @Nullable List<String> names;

    /** The user's own name. */
    private volatile String me = "";

    Target(Screen screen, Presenter presenter, DirectActions direct, Supplier<ChatSession> session) {
        this.screen = screen;
        this.presenter = presenter;
        this.direct = direct;
        this.session = session;
    }

    /** Returns the names of the recipients: an empty list means everyone, null nobody. */
    @Nullable
    List<String> names() {
        return names;
    }

    /** Returns whether plain text goes to a direct session instead. */
    boolean isDirect() {
        return direct.isTarget();
    }

    void set(List<String> recipients) {
        names = recipients;
    }

    /** Returns what the user is called. */
    String me() {
        return me;
    }

    void me(String name) {
        me = name;
    }

    /** Updates the recipients, and the user's own name, after a user was renamed. */
    void renamed(String was, String to) {
        me = me.equals(was) ? to : me;
        List<String> now = names;
        if (now != null && now.contains(was)) {
            names = now.stream().map(name -> name.equals(was) ? to : name).toList();
            screen.changePrompt(prompt() + "> ");
        }
    }

    /** Returns what the prompt shows. */
    String prompt() {
        Optional<String> directly = direct.prompt();
        if (directly.isPresent()) {
            return SafeText.line(directly.get());
        }
        List<String> to = names;
        if (to == null) {
            return "(nobody)";
        }
        return to.isEmpty() ? "(everyone)" : SafeText.line(shortened(to));
    }

    /** Returns some of the names, and how many more there are. */
    String shortened(List<String> to) {
        ChatSession now = session.get();
        return to.size() <= 3
                ? to.stream().map(now::label).collect(Collectors.joining(", "))
                : now.label(to.getFirst()) + " and " + (to.size() - 1) + " more";
    }

    /** Returns those names that exist, and tells the user which do not; an empty list means everyone. */
    List<String> resolve(List<String> typed) throws IOException, InterruptedException {
        ChatSession.Recipients recipients = session.get().recipients(typed);
        for (String name : recipients.unknown()) {
            String near = session.get().candidates(name).stream()
                    .filter(known -> Levenshtein.distance(known, name) <= 1 || known.equalsIgnoreCase(name))
                    .findFirst()
                    .map(known -> "; did you mean " + known + "?")
                    .orElse(". /who PART finds users.");
            presenter.notice(
                    "There is no user called " + name + near + session.get().groupHint(name));
        }
        return recipients.known();
    }

    /** Sets the recipients of what is typed; if one is unknown, it goes to nobody rather than to the previous ones. */
    void switchTo(List<String> typed) throws IOException, InterruptedException {
        names = null;
        List<String> all = resolve(typed);
        if (all.size() == typed.size()) {
            names = all;
        }
    }
}
